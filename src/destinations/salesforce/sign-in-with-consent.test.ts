import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Grant } from '../authorization.js';
import { testGrants } from '../test-support.js';
import { authorization } from './authorization.js';
import { audienceOf } from './jwt-assertion.js';
import { outgoing, request, TestOrg } from './test-support.js';

let org: TestOrg;
beforeAll(async () => {
  org = await TestOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.sandbox.close());

const one = (key: string) => request([outgoing(key)]);
const app = (more: Readonly<Record<string, unknown>>) =>
  org.change((state) => ({ connectedApp: { ...(state.connectedApp as object), ...more } }));
const redirectUri = 'https://parley.example.test/oauth/callback';
const webServer = { signIn: 'web_server' };

/** A person signs in, as a browser would do it. */
async function signedIn(): Promise<Grant> {
  await app({ permittedUsers: 'preauthorized', redirectUris: [redirectUri], pkceRequired: true });
  const codeVerifier = randomBytes(32).toString('base64url');
  const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
  const url = authorization.authorizeUrl(org.settings(webServer), { redirectUri, state: 'ours', codeChallenge });
  const { headers } = await fetch(url, { redirect: 'manual' });
  const back = new URL(headers.get('location') ?? '');
  expect(back.searchParams.get('state')).toBe('ours');
  const code = back.searchParams.get('code') ?? '';
  return authorization.exchange(org.settings(webServer), { code, redirectUri, codeVerifier, now: new Date() });
}

const connected = (grant: Grant) => {
  const grants = testGrants(authorization, org.settings(webServer), grant);
  return { grants, connection: org.connect(webServer, { grants }) };
};
const endSessions = () => org.change(() => ({ sessions: [] }));

describe('a person’s sign-in in the browser', () => {
  it('is for the settings that choose it, and leads to a grant that works', async () => {
    expect(authorization.applies(org.settings(webServer))).toBe(true);
    expect(authorization.applies(org.settings())).toBe(false);
    const grant = await signedIn();
    expect(grant).toMatchObject({ refreshToken: expect.any(String) as string, details: { instanceUrl: org.origin } });
    expect(await connected(grant).connection.upsert(one('a'))).toMatchObject([{ status: 'delivered' }]);
  });

  it('is renewed when the session has ended, once for all calls that were refused', async () => {
    const { grants, connection } = connected(await signedIn());
    await connection.upsert(one('a'));
    await endSessions();
    const results = await Promise.all(['b', 'c', 'd'].map((key) => connection.upsert(one(key))));
    expect(results.flat().map(({ status }) => status)).toEqual(Array(3).fill('delivered'));
    expect(grants.refreshes()).toBe(1);
  });

  it.each([true, false])('keeps the refresh token that counts, where Salesforce rotates them (%s)', async (rotates) => {
    const grant = await signedIn();
    await app({ refreshTokenRotation: rotates });
    const next = await authorization.refresh(org.settings(webServer), grant, new Date());
    expect(next.refreshToken === grant.refreshToken).toBe(!rotates);
    const last = await authorization.refresh(org.settings(webServer), next, new Date());
    expect(await connected(last).connection.upsert(one('a'))).toMatchObject([{ status: 'delivered' }]);
  });

  it('ends a storm of refusals after one refresh', async () => {
    const { grants, connection } = connected(await signedIn());
    await connection.upsert(one('a'));
    const body = [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }];
    await org.fault({ path: '/services/data', times: 1_000, answer: { status: 401, body } });
    const before = org.apiCalls().length;
    const storm = await Promise.allSettled(['b', 'c', 'd', 'e', 'f'].map((key) => connection.upsert(one(key))));
    for (const outcome of storm)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { kind: 'unauthorized' } });
    await expect(connection.upsert(one('g'))).rejects.toMatchObject({ kind: 'unauthorized' });
    expect(grants.refreshes()).toBe(1);
    expect(org.apiCalls().length - before).toBeLessThanOrEqual(5 * 2 + 1);
  });

  it('needs a person when the grant was revoked', async () => {
    const { connection } = connected(await signedIn());
    await org.change(() => ({ sessions: [], refreshTokens: [] }));
    await expect(connection.upsert(one('a'))).rejects.toMatchObject({
      kind: 'unauthorized',
      details: { code: 'invalid_grant' },
    });
  });

  it('needs a person when nobody has signed in yet', async () => {
    await expect(org.connect(webServer).upsert(one('a'))).rejects.toMatchObject({
      kind: 'unauthorized',
      details: { code: 'NOT_CONNECTED' },
    });
  });

  it('says that the app may not keep the sign-in when there is no refresh token', async () => {
    const grant = { ...(await signedIn()), refreshToken: null };
    await expect(authorization.refresh(org.settings(webServer), grant, new Date())).rejects.toMatchObject({
      kind: 'unauthorized',
      details: { code: 'NO_REFRESH_TOKEN' },
    });
  });
});

describe('a signed assertion', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const jwt = { signIn: 'jwt_bearer', username: 'parley@sandbox.test', privateKey };

  it('gets a token, and another when the session has ended', async () => {
    await app({ permittedUsers: 'preauthorized', certificate: publicKey });
    const connection = org.connect(jwt);
    await connection.upsert(one('a'));
    await endSessions();
    expect(await connection.upsert(one('b'))).toMatchObject([{ status: 'delivered' }]);
    expect(org.tokenCalls()).toBe(2);
  });

  it.each([
    ['the app does not know its key', {}, { certificate: null }],
    ['nobody has allowed the app for this user', { username: 'nobody@sandbox.test' }, {}],
    ['it is for another host', { jwtAudience: 'https://example.test' }, {}],
  ])('needs a person when %s', async (_what, settings, change) => {
    await app({ permittedUsers: 'preauthorized', certificate: publicKey, ...change });
    await expect(org.connect({ ...jwt, ...settings }).upsert(one('a'))).rejects.toMatchObject({
      kind: 'unauthorized',
      details: { code: 'invalid_grant' },
    });
  });

  it('needs a person when the private key is none, and does not repeat it', async () => {
    const failure = await org
      .connect({ ...jwt, privateKey: 'not a key' })
      .upsert(one('a'))
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'unauthorized', details: { code: 'PRIVATE_KEY_UNREADABLE' } });
    expect(String(failure)).not.toContain('not a key');
  });

  it.each([
    ['https://acme.my.salesforce.com', 'https://login.salesforce.com'],
    ['https://acme--uat.sandbox.my.salesforce.com', 'https://test.salesforce.com'],
  ])('of %s is for %s', (instanceUrl, audience) => {
    expect(audienceOf(instanceUrl)).toBe(audience);
  });
});
