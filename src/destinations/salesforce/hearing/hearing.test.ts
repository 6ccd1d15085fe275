import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../destination.js';
import type { RemoteFact } from '../../remote-fact.js';
import { knownFrom, outgoing, request, TestOrg, text } from '../test-support.js';
import { webhooks } from './webhooks.js';

let org: TestOrg;
beforeAll(async () => {
  org = await TestOrg.start();
});
const stops: AbortController[] = [];
beforeEach(async () => {
  await org.reset();
  await org.change(() => ({ changeDataCapture: ['Contact', 'Lead'] }));
});
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});
afterAll(() => org.sandbox.close());

const streaming = { streamChanges: true };
const admin = (method: string, path: string, body?: unknown) => org.control(method, `/records${path}`, body);
const subscribed = () =>
  expect.poll(
    () =>
      org.sandbox.journal
        .entries({ path: '/cometd' })
        .filter(({ body }) => JSON.stringify(body).includes('/meta/subscribe')).length,
  );

function listen(remembered = new Map<string, Json>(), more: (facts: readonly RemoteFact[]) => void = () => undefined) {
  const facts: RemoteFact[] = [];
  const stop = new AbortController();
  stops.push(stop);
  const connection = org.connect(streaming, { remembered });
  if (connection.follow === undefined) throw new Error('does not stream');
  const ended = connection.follow((heard) => {
    more(heard);
    facts.push(...heard);
    return Promise.resolve();
  }, stop.signal);
  return { facts, stop, ended };
}

describe('hearing of changes as they happen', () => {
  it('is for orgs whose admin has chosen it', () => {
    expect('follow' in org.connect()).toBe(false);
  });

  it('tells what a person changed, with types, and knows what we changed ourselves', async () => {
    const { facts, stop, ended } = listen();
    await subscribed().toBeGreaterThanOrEqual(2);
    const [made] = await org.connect().upsert(request([outgoing('a', { fields: { LastName: text('x') } })]));
    const { remoteId } = knownFrom(made);
    await admin('PATCH', `/Contact/${remoteId}`, {
      LastName: 'Sato',
      MailingCity: 'Kyoto',
      Budget__c: 5,
      HasOptedOutOfEmail: true,
    });
    await admin('DELETE', `/Contact/${remoteId}`);
    await expect.poll(() => facts.length).toBe(4);
    const [ours, changed, optedOut, gone] = facts;
    expect(ours).toMatchObject({ kind: 'record_changed', own: true, created: true, about: { remoteId } });
    expect(changed).toMatchObject({
      kind: 'record_changed',
      own: false,
      created: false,
      fields: { LastName: text('Sato'), MailingCity: text('Kyoto'), Budget__c: { type: 'number', value: 5 } },
    });
    expect(optedOut).toMatchObject({ kind: 'consent_said', status: 'revoked', own: false });
    expect(gone).toMatchObject({ kind: 'record_gone', erased: false });
    stop.abort();
    await ended;
  });

  it('goes on after a restart from where it was, without a gap', async () => {
    const remembered = new Map<string, Json>();
    const first = listen(remembered);
    await subscribed().toBeGreaterThanOrEqual(2);
    await admin('POST', '/Contact', { LastName: 'One' });
    await expect.poll(() => first.facts.length).toBe(1);
    await expect.poll(() => remembered.has('change-events')).toBe(true);
    first.stop.abort();
    await first.ended;
    await admin('POST', '/Contact', { LastName: 'Two' });
    const second = listen(remembered);
    await expect.poll(() => second.facts.length).toBe(1);
    expect(second.facts).toMatchObject([{ fields: { LastName: text('Two') } }]);
  });

  it('begins anew where the org does not keep the last event any more', async () => {
    const remembered = new Map<string, Json>([['change-events', { '/data/ContactChangeEvent': 9_999 }]]);
    const { facts } = listen(remembered);
    await subscribed().toBeGreaterThanOrEqual(3);
    await admin('POST', '/Contact', { LastName: 'One' });
    await expect.poll(() => facts.length).toBe(1);
  });

  it('signs in again when the session has ended', async () => {
    await org.connect().upsert(request([outgoing('a')]));
    const before = org.tokenCalls();
    const { facts } = listen();
    await subscribed().toBeGreaterThanOrEqual(2);
    await org.change(() => ({ sessions: [] }));
    await expect.poll(() => org.tokenCalls(), { timeout: 8_000 }).toBeGreaterThanOrEqual(before + 2);
    await subscribed().toBeGreaterThanOrEqual(4);
    await admin('POST', '/Contact', { LastName: 'One' });
    await expect.poll(() => facts.length).toBe(1);
  });

  it('ends when what it heard cannot be kept, so that it is heard again', async () => {
    const remembered = new Map<string, Json>();
    const { ended } = listen(remembered, () => {
      throw new Error('PostgreSQL is away');
    });
    const failed = expect(ended).rejects.toThrow('PostgreSQL is away');
    await subscribed().toBeGreaterThanOrEqual(2);
    await admin('POST', '/Contact', { LastName: 'One' });
    await failed;
    expect(remembered.has('change-events')).toBe(false);
  });

  it('says what an admin has to do when the org tells no changes', async () => {
    await org.change(() => ({ changeDataCapture: [] }));
    await expect(listen().ended).rejects.toMatchObject({
      kind: 'misconfigured',
      message: expect.stringContaining('Change Data Capture') as string,
    });
  });
});

describe('an outbound message of the sandbox', () => {
  it('is taken by our webhook, and acknowledged', async () => {
    const { organization } = (await org.state()) as unknown as { organization: { id: string } };
    const settings = org.settings({ organizationId: organization.id, webhookSecret: 'ours' });
    const facts: RemoteFact[] = [];
    const receiver = createServer((incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const url = new URL(incoming.url ?? '', 'http://localhost');
        const call = {
          method: 'POST' as const,
          url: url.href,
          headers: {},
          query: Object.fromEntries(url.searchParams),
          body: Buffer.concat(chunks),
          receivedAt: new Date(),
        };
        expect(webhooks.verify(call, settings)).toBeNull();
        facts.push(...webhooks.read(call, settings));
        const reply = webhooks.accepted(call, settings);
        response.writeHead(reply.status, { 'content-type': reply.contentType }).end(reply.body);
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const { port } = receiver.address() as AddressInfo;
    const message = {
      name: 'To Parley',
      actionId: '04kB000000EAct1IAD',
      object: 'Contact',
      fields: ['Email', 'SystemModstamp'],
      endpointUrl: `http://127.0.0.1:${port}/hook?secret=ours`,
    };
    await org.change(() => ({ outboundMessages: [message] }));
    await admin('POST', '/Contact', { LastName: 'Ito', Email: 'ito@example.test' });
    await expect.poll(() => facts.length, { timeout: 5_000 }).toBe(1);
    expect(facts).toMatchObject([{ kind: 'record_changed', about: { email: 'ito@example.test' } }]);
    await expect.poll(async () => (await org.state()).notifications).toEqual([]);
    receiver.close();
  });
});
