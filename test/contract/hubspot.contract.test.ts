import { beforeAll, describe, expect, it } from 'vitest';
import { outgoing, rehearse, request, text } from '../../src/destinations/hubspot/test-support.js';
import { createHubspotEmulator } from '../../src/sandbox/hubspot/index.js';
import { startSandbox } from '../../src/sandbox/sandbox-server.js';
import { hubspotExceptions } from './hubspot-exceptions.js';
import { playAll } from './hubspot-scenarios.js';
import { Contract, told, type Verdict } from './support.js';

let contract: Contract;
let verdict: Verdict;

beforeAll(async () => {
  contract = await Contract.read({
    provider: 'hubspot',
    knownFieldsOnly: true,
    opaque: /Filter|RefineBy|Operation$/,
    exceptions: hubspotExceptions,
  });
  const sandbox = await startSandbox(createHubspotEmulator, { port: 0 });
  await playAll(sandbox.origin);
  await sandbox.close();
  verdict = contract.judge(sandbox.journal.entries());
});

describe('the sandbox of HubSpot', () => {
  it('answers as HubSpot’s own files say, but for the exceptions with evidence', () => {
    expect(told(verdict.findings)).toEqual([]);
  });

  it('has an answer to more than a hundred of HubSpot’s operations', () => {
    expect(verdict.covered.size).toBeGreaterThan(100);
    expect(verdict.unknown).toEqual(['POST /oauth/authorize']);
  });

  it('needs every one of the exceptions', () => {
    expect(verdict.idle).toEqual([]);
  });
});

describe('the connector', () => {
  it('sends what HubSpot’s own files ask for', async () => {
    const rehearsal = await rehearse();
    await rehearsal.connection.upsert(
      request([outgoing('ada@x.es', { firstname: text('Ada') }), outgoing('bob@x.es', { nope: text('x') })]),
    );
    const { findings, covered } = contract.judge(rehearsal.entries());
    expect(covered.has('POST /crm/v3/objects/contacts/batch/upsert')).toBe(true);
    expect(told(findings)).toEqual([]);
  });
});
