import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Json } from '../../destination.js';
import type { RemoteFact } from '../../remote-fact.js';
import { knownFrom, outgoing, request, TestOrg, text } from '../test-support.js';
import { webhooks } from './webhooks.js';

let org: TestOrg;
beforeAll(async () => {
  org = await TestOrg.start();
});
const listening: { readonly stop: AbortController; readonly ended: Promise<void> }[] = [];
beforeEach(async () => {
  await org.reset();
  await org.change(() => ({ changeDataCapture: ['Contact', 'Lead'] }));
});
afterEach(async () => {
  const all = listening.splice(0);
  for (const { stop } of all) stop.abort();
  await Promise.allSettled(all.map(({ ended }) => ended)); // or the next test would count its subscriptions
});
afterAll(() => org.sandbox.close());

const organizationSchema = z.object({ organization: z.object({ id: z.string() }) });
const streaming = { streamChanges: true };
/** faye tries again after five seconds what the network has lost. */
const within = { timeout: 20_000 };
const admin = (method: string, path: string, body?: unknown) => org.control(method, `/records${path}`, body);
/** How many subscriptions were asked for; several may come in one request. */
const subscribed = () =>
  expect.poll(
    () =>
      org.sandbox.journal
        .entries({ path: '/cometd' })
        .flatMap(({ body }) => JSON.stringify(body).match(/"\/meta\/subscribe"/g) ?? []).length,
    within,
  );

/** As after a restart of Salesforce's servers. */
const forgetSubscribers = () => org.control('POST', '/streaming/forget');

function listen(remembered = new Map<string, Json>(), more: (facts: readonly RemoteFact[]) => void = () => undefined) {
  const facts: RemoteFact[] = [];
  const stop = new AbortController();
  const connection = org.connect(streaming, { remembered });
  if (connection.follow === undefined) throw new Error('does not stream');
  const ended = connection.follow((heard) => {
    more(heard);
    facts.push(...heard);
    return Promise.resolve();
  }, stop.signal);
  listening.push({ stop, ended });
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
    await expect.poll(() => facts.length, within).toBe(4);
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
    await expect.poll(() => first.facts.length, within).toBe(1);
    await expect.poll(() => remembered.has('change-events'), within).toBe(true);
    first.stop.abort();
    await first.ended;
    await admin('POST', '/Contact', { LastName: 'Two' });
    const second = listen(remembered);
    await expect.poll(() => second.facts.length, within).toBe(1);
    expect(second.facts).toMatchObject([{ fields: { LastName: text('Two') } }]);
  });

  it('begins anew where the org does not keep the last event any more', async () => {
    const remembered = new Map<string, Json>([['change-events', { '/data/ContactChangeEvent': 9_999 }]]);
    const { facts } = listen(remembered);
    await subscribed().toBeGreaterThanOrEqual(3);
    await admin('POST', '/Contact', { LastName: 'One' });
    await expect.poll(() => facts.length, within).toBe(1);
  });

  it('loses no channel when only one of them has an event to go on from', async () => {
    const remembered = new Map<string, Json>([['change-events', { '/data/ContactChangeEvent': 9_999 }]]);
    await admin('POST', '/Lead', { LastName: 'Before', Company: 'Acme' });
    remembered.set('change-events', { '/data/ContactChangeEvent': 9_999, '/data/LeadChangeEvent': 0 });
    const { facts } = listen(remembered);
    await expect.poll(() => facts.length, within).toBe(1);
    expect(facts).toMatchObject([{ about: { object: 'Lead' } }]);
  });

  it('signs in again when the session has ended', async () => {
    await org.connect().upsert(request([outgoing('a')]));
    const { facts } = listen();
    await subscribed().toBeGreaterThanOrEqual(2);
    const before = org.tokenCalls();
    await org.change(() => ({ sessions: [] }));
    await admin('POST', '/Contact', { LastName: 'One' }); // ends the waiting poll; the next one is refused
    await expect.poll(() => org.tokenCalls(), within).toBe(before + 1);
    await subscribed().toBeGreaterThanOrEqual(4);
    await admin('POST', '/Contact', { LastName: 'Two' });
    await expect.poll(() => facts.length, within).toBe(2);
  });

  it('does not ask for tokens without end where streaming takes none of them', async () => {
    const refusal = { channel: '/meta/handshake', successful: false, error: '401::Authentication invalid' };
    await org.fault({ method: 'POST', path: '/cometd', times: 100, answer: { status: 401, body: [refusal] } });
    const connection = org.connect(streaming);
    await connection.upsert(request([outgoing('a')]));
    const ended = connection.follow?.(() => Promise.resolve(), new AbortController().signal);
    await expect(ended).rejects.toMatchObject({ kind: 'unauthorized' });
    expect(org.tokenCalls()).toBe(2);
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

  it('does not pass over what could not be kept when more has come behind it', async () => {
    const remembered = new Map<string, Json>([['change-events', { '/data/ContactChangeEvent': 0 }]]);
    await admin('POST', '/Contact', { LastName: 'One' });
    await admin('POST', '/Lead', { LastName: 'Two', Company: 'Acme' });
    let lots = 0;
    const { ended } = listen(remembered, () => {
      lots += 1;
      if (lots === 1) throw new Error('PostgreSQL is away');
    });
    await expect(ended).rejects.toThrow('PostgreSQL is away');
    expect(remembered.get('change-events')).toEqual({ '/data/ContactChangeEvent': 0 });
    const { facts } = listen(remembered);
    await expect.poll(() => facts, within).toMatchObject([{ fields: { LastName: text('One') } }]);
  });

  it('tells a mass change in a few lots, in order', async () => {
    let lots = 0;
    const { facts } = listen(new Map<string, Json>([['change-events', { '/data/ContactChangeEvent': 0 }]]), () => {
      lots += 1;
    });
    await subscribed().toBeGreaterThanOrEqual(2);
    const names = Array.from({ length: 300 }, (_, index) => `n${index}`);
    const made = await org.connect({ streamChanges: false }).upsert(request(names.map((name) => outgoing(name))));
    await expect.poll(() => facts.length, within).toBe(300);
    expect(facts.map(({ about }) => about.remoteId)).toEqual(made.map((result) => knownFrom(result).remoteId));
    expect(lots).toBeLessThan(10);
  });

  it('waits for what it is telling before it ends, and tells nothing after that', async () => {
    const told: string[] = [];
    const stop = new AbortController();
    const connection = org.connect(streaming, {
      remembered: new Map<string, Json>([['change-events', { '/data/ContactChangeEvent': 0 }]]),
    });
    for (const LastName of ['One', 'Two']) await admin('POST', '/Contact', { LastName });
    const commit = Promise.withResolvers<undefined>();
    const begun = Promise.withResolvers<undefined>();
    const ended = connection
      .follow?.(async () => {
        begun.resolve(undefined);
        await commit.promise;
        told.push('committed');
      }, stop.signal)
      .then(() => told.push('ended'));
    await begun.promise;
    stop.abort();
    commit.resolve(undefined);
    await ended;
    expect(told).toEqual(['committed', 'ended']);
  });

  it('ends at once when it is stopped before it has begun, or while the org cannot be reached', async () => {
    const stopped = org.connect(streaming).follow?.(() => Promise.resolve(), AbortSignal.abort());
    await expect(stopped).resolves.toBeUndefined();
    await org.fault({ method: 'POST', path: '/cometd', times: 100, drop: 'before' });
    const { stop, ended } = listen();
    await expect
      .poll(() => org.sandbox.journal.entries({ method: 'POST', path: '/cometd' }).length)
      .toBeGreaterThanOrEqual(1);
    stop.abort();
    await ended;
  });

  it('shakes hands again when the org has forgotten it, and goes on from where it was', async () => {
    const { facts } = listen();
    await subscribed().toBeGreaterThanOrEqual(2);
    await admin('POST', '/Contact', { LastName: 'One' });
    await expect.poll(() => facts.length, within).toBe(1);
    await forgetSubscribers();
    await subscribed().toBeGreaterThanOrEqual(4);
    await admin('POST', '/Contact', { LastName: 'Two' });
    await expect.poll(() => facts.length, within).toBe(2);
  });

  it('ends when it is let in no more after a lost connection, instead of hearing nothing', async () => {
    const { ended } = listen();
    const failed = expect(ended).rejects.toMatchObject({ kind: 'misconfigured' });
    await subscribed().toBeGreaterThanOrEqual(2);
    await org.change(() => ({ changeDataCapture: ['Contact'] }));
    await forgetSubscribers();
    await failed;
  });

  it.each([
    ['403::Organization total events daily limit exceeded', 'throttled'],
    ['403::API is disabled for this org', 'misconfigured'],
    ['503::Service Unavailable', 'transient'],
  ])('ends when the org says "%s": %s', async (error, kind) => {
    const refusal = { channel: '/meta/handshake', successful: false, error, advice: { reconnect: 'handshake' } };
    await org.fault({ method: 'POST', path: '/cometd', answer: { status: 403, body: [refusal] } });
    await expect(listen().ended).rejects.toMatchObject({
      kind,
      message: expect.stringContaining(error) as string,
    });
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
    const { organization } = organizationSchema.parse(await org.state());
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
    await expect.poll(() => facts.length, within).toBe(1);
    expect(facts).toMatchObject([{ kind: 'record_changed', about: { email: 'ito@example.test' } }]);
    await expect.poll(async () => (await org.state()).notifications).toEqual([]);
    receiver.close();
  });
});
