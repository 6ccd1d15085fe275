import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sandboxCredentials } from '../../sandbox/salesforce/index.js';
import { outgoing, request, TestOrg } from './test-support.js';

let org: TestOrg;
let other: TestOrg;
beforeAll(async () => {
  [org, other] = await Promise.all([TestOrg.start(), TestOrg.start()]);
});
beforeEach(() => Promise.all([org.reset(), other.reset()]));
afterAll(() => Promise.all([org.sandbox.close(), other.sandbox.close()]));

const one = (key: string) => request([outgoing(key)]);
const refusedCalls = () => org.sandbox.journal.entries().filter(({ status }) => status === 401).length;

describe('client credentials', () => {
  it('get one token, when it is first needed', async () => {
    const connection = org.connect();
    expect(org.tokenCalls()).toBe(0);
    await Promise.all(['a', 'b', 'c'].map((key) => connection.upsert(one(key))));
    expect(org.tokenCalls()).toBe(1);
  });

  it('get another one when the session has ended, and the call goes on', async () => {
    const connection = org.connect();
    await connection.upsert(one('a'));
    await org.control('PUT', '/clock', { now: new Date(Date.now() + 3 * 3_600_000).toISOString() });
    expect(await connection.upsert(one('b'))).toMatchObject([{ status: 'delivered' }]);
    expect(org.tokenCalls()).toBe(2);
    expect(refusedCalls()).toBe(1);
  });

  it('share one new token among calls that were refused together', async () => {
    const connection = org.connect();
    await connection.upsert(one('a'));
    await org.change(() => ({ sessions: [] }));
    const results = await Promise.all(['b', 'c', 'd', 'e', 'f'].map((key) => connection.upsert(one(key))));
    expect(results.flat().map(({ status }) => status)).toEqual(Array(5).fill('delivered'));
    expect(org.tokenCalls()).toBe(2);
  });

  it('come to an end when every token is refused', async () => {
    const connection = org.connect();
    await connection.upsert(one('a'));
    const body = [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }];
    await org.fault({ path: '/services/data', times: 1_000, answer: { status: 401, body } });
    const before = org.apiCalls().length;
    const storm = await Promise.allSettled(['b', 'c', 'd', 'e', 'f'].map((key) => connection.upsert(one(key))));
    for (const outcome of storm)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { kind: 'unauthorized' } });
    await expect(connection.upsert(one('g'))).rejects.toMatchObject({ kind: 'unauthorized' });
    expect(org.tokenCalls()).toBe(2);
    expect(org.apiCalls().length - before).toBeLessThanOrEqual(5 * 2 + 1);
  });

  it('are tried again a minute later, in case it was a bad minute', async () => {
    let now = new Date();
    const connection = org.connect({}, { now: () => now });
    const body = [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }];
    await org.fault({ path: '/describe', answer: { status: 401, body } });
    await expect(connection.upsert(one('a'))).rejects.toMatchObject({ kind: 'unauthorized' });
    await org.change(() => ({ sessions: [] }));
    now = new Date(now.getTime() + 61_000);
    expect(await connection.upsert(one('a'))).toMatchObject([{ status: 'delivered' }]);
  });

  it.each([
    ['an unknown app', { clientId: 'nobody' }, 'client identifier invalid', 'invalid_client_id'],
    ['a wrong secret', { clientSecret: 'wrong' }, 'invalid client credentials', 'invalid_client'],
  ])('need a person for %s', async (_what, settings, message, code) => {
    await expect(org.connect(settings).check({ mapping: null })).rejects.toMatchObject({
      kind: 'unauthorized',
      message,
      details: { code },
    });
    expect(org.tokenCalls()).toBe(1);
  });

  it('need a person when the app has no run-as user', async () => {
    await org.change((state) => ({ connectedApp: { ...(state.connectedApp as object), runAsUserSet: false } }));
    await expect(org.connect().check({ mapping: null })).rejects.toMatchObject({
      kind: 'unauthorized',
      message: 'no client credentials user enabled',
    });
  });

  it.each([
    [
      'two processes ask at once',
      400,
      { error: 'invalid_grant', error_description: 'token request is already being processed' },
    ],
    ['the token endpoint is down', 503, '<html>Maintenance</html>'],
    ['the token endpoint answers something else', 200, { hello: 'there' }],
  ])('are tried again later when %s', async (_what, status, body) => {
    await org.fault({ path: '/oauth2/token', answer: { status, body } });
    const connection = org.connect();
    await expect(connection.upsert(one('a'))).rejects.toMatchObject({ kind: 'transient' });
    expect(await connection.upsert(one('a'))).toMatchObject([{ status: 'delivered' }]);
  });

  it('do not wait for a token endpoint that hangs', async () => {
    await org.fault({ path: '/oauth2/token', delayMs: 2_000 });
    await expect(org.connect({}, { timeoutMs: 200 }).upsert(one('a'))).rejects.toMatchObject({ kind: 'transient' });
  });

  it('follow the org to where its token says it lives now', async () => {
    const body = { access_token: sandboxCredentials.accessToken, instance_url: other.origin };
    await org.fault({ path: '/oauth2/token', answer: { status: 200, body } });
    await org.connect().upsert(one('a'));
    expect(await other.contact('a')).toBeDefined();
    expect(org.apiCalls()).toEqual([]);
  });
});

describe('a token given by hand', () => {
  const given = { signIn: 'access_token', accessToken: sandboxCredentials.accessToken };

  it('is used as it is', async () => {
    expect(await org.connect(given).upsert(one('a'))).toMatchObject([{ status: 'delivered' }]);
    expect(org.tokenCalls()).toBe(0);
  });

  it('needs a person when it has ended', async () => {
    const connection = org.connect(given);
    await connection.upsert(one('a'));
    await org.change(() => ({ sessions: [] }));
    await expect(connection.upsert(one('b'))).rejects.toMatchObject({
      kind: 'unauthorized',
      details: { code: 'INVALID_SESSION_ID' },
    });
    expect(refusedCalls()).toBe(1);
  });
});

describe('two accounts at once', () => {
  it('never meet', async () => {
    const mine = org.connect();
    const theirs = other.connect();
    await Promise.all(
      ['a', 'b', 'c'].flatMap((key) => [mine.upsert(one(`mine-${key}`)), theirs.upsert(one(`theirs-${key}`))]),
    );
    const keysOf = async (where: TestOrg) =>
      (await where.state()).contacts.map((contact) => contact.Parley_Id__c).toSorted();
    expect(await keysOf(org)).toEqual(['mine-a', 'mine-b', 'mine-c']);
    expect(await keysOf(other)).toEqual(['theirs-a', 'theirs-b', 'theirs-c']);
  });
});
