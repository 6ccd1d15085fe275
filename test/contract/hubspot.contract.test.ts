import { beforeAll, describe, expect, it } from 'vitest';
import { rehearse } from '../../src/destinations/hubspot/test-support.js';
import { createHubspotEmulator } from '../../src/sandbox/hubspot/index.js';
import { startSandbox } from '../../src/sandbox/sandbox-server.js';
import { playConnector } from './hubspot-connector.js';
import { hubspotExceptions } from './hubspot-exceptions.js';
import { playAll } from './hubspot-scenarios.js';
import { Contract, told, type Verdict } from './support.js';

const isControl = (path: string): boolean => path.startsWith('/_sandbox');

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
  it('sends what HubSpot’s own files ask for, with everything it can do', async () => {
    const account = await rehearse({ state: { behaviour: { searchLagMs: 0 } } });
    await playConnector(account);
    const { findings, covered, unknown } = contract.judge(account.entries().filter(({ path }) => !isControl(path)));
    expect(told(findings)).toEqual([]);
    expect(covered.size).toBeGreaterThan(40);
    expect(unknown.filter((call) => !withoutFile.some((place) => call.startsWith(place)))).toEqual([]);
  });
});

/** Interfaces that HubSpot has published no file for. */
const withoutFile = [
  'GET /email/public/v1/events',
  'GET /form-integrations/v1/submissions/forms/',
  'GET /marketing/v3/email/send-statuses/',
  'GET /marketing/v3/forms',
  'POST /automation/v2/workflows/',
  'POST /oauth/v2/private-apps/get/access-token-info',
];
