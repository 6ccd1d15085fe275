import { createServer } from 'node:http';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sandboxCredentials } from '../../sandbox/salesforce/index.js';
import { DeliveryError } from '../delivery-error.js';
import { outgoing, request, TestOrg } from './test-support.js';

let org: TestOrg;
beforeAll(async () => {
  org = await TestOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.sandbox.close());

const batch = request([outgoing('a')]);
const upsertPath = '/composite/';
const refusal = (errorCode: string, message = 'words of the org') => [{ errorCode, message }];

async function failureOf(work: Promise<unknown>): Promise<DeliveryError> {
  const thrown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (thrown instanceof DeliveryError) return thrown;
  throw new Error(`Expected a DeliveryError, got ${inspect(thrown)}`);
}

describe('a call refused as a whole', () => {
  it.each([
    [403, refusal('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'), 'throttled', 3_600_000],
    [
      403,
      refusal('REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.'),
      'throttled',
      15_000,
    ],
    [403, refusal('REQUEST_LIMIT_EXCEEDED', 'ConcurrentPerOrgLongTxn Limit exceeded.'), 'throttled', 15_000],
    [403, refusal('API_DISABLED_FOR_ORG'), 'misconfigured', undefined],
    [403, refusal('INSUFFICIENT_ACCESS'), 'misconfigured', undefined],
    [403, refusal('SOMETHING_NEW'), 'misconfigured', undefined],
    [401, refusal('INVALID_AUTH_HEADER', 'INVALID_HEADER_TYPE'), 'unauthorized', undefined],
    [404, refusal('NOT_FOUND'), 'misconfigured', undefined],
    [400, refusal('QUERY_TIMEOUT'), 'transient', undefined],
    [400, refusal('UNABLE_TO_LOCK_ROW'), 'transient', 5_000],
    [500, refusal('UNKNOWN_EXCEPTION'), 'transient', undefined],
    [503, refusal('SERVER_UNAVAILABLE'), 'transient', undefined],
    [500, refusal('SOMETHING_NEW'), 'transient', undefined],
    [502, '<html>Bad gateway</html>', 'transient', undefined],
    [429, '<html>Slow down</html>', 'throttled', 60_000],
    [420, '', 'transient', undefined],
    [500, [], 'transient', undefined],
    [503, { message: 'no code' }, 'transient', undefined],
    [200, '<html>Signed out</html>', 'transient', undefined],
    [302, '', 'transient', undefined],
  ])('%i %j is %s', async (status, body, kind, retryAfterMs) => {
    await org.fault({ path: upsertPath, times: 2, answer: { status, body } });
    const failure = await failureOf(org.connect().upsert(batch));
    expect(failure.kind).toBe(kind);
    expect(failure.details.retryAfterMs).toBe(retryAfterMs);
    expect(org.sandbox.journal.entries({ method: 'PATCH' })).toHaveLength(1);
  });

  it('keeps the org’s words and code', async () => {
    await org.fault({
      path: upsertPath,
      answer: { status: 403, body: refusal('API_DISABLED_FOR_ORG', 'API is not enabled') },
    });
    expect(await failureOf(org.connect().upsert(batch))).toMatchObject({
      message: 'API is not enabled',
      details: { code: 'API_DISABLED_FOR_ORG' },
    });
  });

  it('takes the first of several complaints', async () => {
    const body = [...refusal('SERVER_UNAVAILABLE', 'busy'), ...refusal('UNKNOWN_EXCEPTION')];
    await org.fault({ path: upsertPath, answer: { status: 503, body } });
    expect(await failureOf(org.connect().upsert(batch))).toMatchObject({ kind: 'transient', message: 'busy' });
  });

  it('does not repeat a failing read by itself', async () => {
    await org.fault({ path: '/describe', times: 5, answer: { status: 503, body: refusal('SERVER_UNAVAILABLE') } });
    await failureOf(org.connect().upsert(batch));
    expect(org.apiCalls()).toHaveLength(1);
  });

  it('reads the org again after a failed describe', async () => {
    await org.fault({ path: '/describe', answer: { status: 503, body: '' } });
    const connection = org.connect();
    await failureOf(connection.upsert(batch));
    expect(await connection.upsert(batch)).toMatchObject([{ status: 'delivered' }]);
  });

  it('takes a refused read for an outdated look at the org, not for the records’ fault', async () => {
    const connection = org.connect();
    await connection.upsert(batch);
    await org.change(({ contactFields }) => ({
      contactFields: contactFields.map((field) =>
        field.name === 'Chat_Tags__c' ? { ...field, access: 'none' } : field,
      ),
    }));
    const tagged = request([outgoing('a', { tags: ['vip'] })]);
    expect(await failureOf(connection.upsert(tagged))).toMatchObject({
      kind: 'transient',
      details: { code: 'INVALID_FIELD' },
    });
    expect(await connection.upsert(tagged)).toMatchObject([
      { status: 'delivered', dropped: [{ field: 'Chat_Tags__c' }] },
    ]);
  });

  it('goes on as soon as an admin has mended the key field', async () => {
    const setExternalId = (externalId: boolean) =>
      org.change(({ contactFields }) => ({
        contactFields: contactFields.map((field) => (field.name === 'Parley_Id__c' ? { ...field, externalId } : field)),
      }));
    await setExternalId(false);
    const connection = org.connect();
    expect(await failureOf(connection.upsert(batch))).toMatchObject({ kind: 'misconfigured' });
    await setExternalId(true);
    expect(await connection.upsert(batch)).toMatchObject([{ status: 'delivered' }]);
  });

  it('pauses the destination when the key field cannot be used, before any record is sent', async () => {
    const failure = await failureOf(org.connect().upsert({ ...batch, keyField: 'Title' }));
    expect(failure).toMatchObject({ kind: 'misconfigured', details: { code: 'KEY_FIELD_UNUSABLE', field: 'Title' } });
    expect(failure.message).toContain('not marked as External ID');
    expect(org.sandbox.journal.entries({ method: 'PATCH' })).toEqual([]);
  });
});

describe('no answer', () => {
  it.each(['before', 'after'])(
    'is transient when the connection is cut %s the work, and a repeat is harmless',
    async (drop) => {
      await org.fault({ path: upsertPath, drop });
      const connection = org.connect();
      expect(await failureOf(connection.upsert(batch))).toMatchObject({ kind: 'transient' });
      expect(await connection.upsert(batch)).toMatchObject([{ status: 'delivered' }]);
      expect((await org.state()).contacts).toHaveLength(1);
    },
  );

  it('is transient when it does not come in time', async () => {
    await org.fault({ path: upsertPath, delayMs: 2_000 });
    const connection = org.connect({}, { timeoutMs: 200 });
    expect(await failureOf(connection.upsert(batch))).toMatchObject({ kind: 'transient' });
  });

  it('is transient when an answer breaks off in the middle, and the process lives on', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"access_token":');
      setImmediate(() => response.socket?.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const failure = await failureOf(org.connect({ instanceUrl: `http://127.0.0.1:${port ?? 0}` }).upsert(batch));
    expect(failure).toMatchObject({ kind: 'transient' });
    server.close();
  });

  it('is transient when nobody listens, and says how it failed', async () => {
    const failure = await failureOf(org.connect({ instanceUrl: 'http://127.0.0.1:9' }).upsert(batch));
    expect(failure).toMatchObject({ kind: 'transient', message: expect.stringContaining('did not answer') as string });
  });
});

describe('the org’s daily calls', () => {
  it('are refused by the org when they are used up', async () => {
    await org.control('PUT', '/limits', { enabled: true, tier: 'developer' });
    await org.change(() => ({ apiCalls: [{ hour: new Date().toISOString(), calls: 15_000 }] }));
    expect(await failureOf(org.connect().upsert(batch))).toMatchObject({
      kind: 'throttled',
      details: { retryAfterMs: 3_600_000 },
    });
  });

  it('are left to others from the kept share on, until the org is asked again', async () => {
    let now = new Date('2026-06-01T10:00:00Z');
    await org.change(() => ({ apiCalls: [{ hour: new Date().toISOString(), calls: 14_000 }] }));
    const connection = org.connect({ dailyCallsKeptPercent: 10 }, { now: () => now });
    const failure = await failureOf(connection.upsert(batch));
    expect(failure).toMatchObject({ kind: 'throttled', details: { code: 'DAILY_CALLS_KEPT', retryAfterMs: 900_000 } });
    expect(org.sandbox.journal.entries({ method: 'PATCH' })).toEqual([]);
    now = new Date(now.getTime() + 900_000);
    await org.change(() => ({ apiCalls: [{ hour: new Date().toISOString(), calls: 9_000 }] }));
    expect(await connection.upsert(batch)).toMatchObject([{ status: 'delivered' }]);
  });
});

describe('secrets', () => {
  it.each([
    ['a refused secret', { clientSecret: 'very-secret-indeed' }, null],
    ['a refused token', { signIn: 'access_token', accessToken: 'very-secret-indeed' }, null],
    ['a cut connection', {}, { drop: 'before' }],
    ['a refused call', {}, { path: upsertPath, answer: { status: 500, body: refusal('UNKNOWN_EXCEPTION') } }],
  ])('never stand in an error: %s', async (_what, settings, fault) => {
    if (fault !== null) await org.fault(fault);
    const shown = inspect(await failureOf(org.connect(settings).upsert(batch)), { depth: 20, showHidden: true });
    for (const secret of ['very-secret-indeed', sandboxCredentials.clientSecret, 'Bearer'])
      expect(shown).not.toContain(secret);
  });
});
