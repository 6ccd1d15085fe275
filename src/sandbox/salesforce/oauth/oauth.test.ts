import { createHash, generateKeyPairSync } from 'node:crypto';
import { Connection, OAuth2 } from 'jsforce';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { adminUserId } from '../fresh-records.js';
import { sandboxCredentials } from '../index.js';
import { ServedOrg } from '../test-support.js';

let org: ServedOrg;
beforeAll(async () => {
  org = await ServedOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.close());

const redirectUri = 'http://127.0.0.1:3000/connect';
const { clientId, clientSecret } = sandboxCredentials;
const oauth2 = () => new OAuth2({ loginUrl: org.origin, clientId, clientSecret, redirectUri });
const changeApp = (app: Record<string, unknown>) =>
  org.change(({ connectedApp }) => ({ connectedApp: { ...(connectedApp as object), ...app } }));
const isLive = async (accessToken: string) =>
  (await org.api('GET', '/sobjects', undefined, { authorization: `Bearer ${accessToken}` })).status === 200;

/** What the Allow (or Deny) button does. */
async function decide(url: string, decision: 'allow' | 'deny'): Promise<URL> {
  const body = new URLSearchParams(new URL(url).searchParams);
  body.set('decision', decision);
  body.set('user_id', adminUserId);
  const answer = await fetch(`${org.origin}/services/oauth2/authorize`, { method: 'POST', body, redirect: 'manual' });
  expect(answer.status).toBe(302);
  return new URL(answer.headers.get('location') ?? '');
}
const codeFrom = (url: URL): string => url.searchParams.get('code') ?? '';

describe('the web-server flow', () => {
  it('asks a person, and comes back with a code that jsforce makes a session of', async () => {
    const url = oauth2().getAuthorizationUrl({ scope: 'api refresh_token', state: 'my state' });
    const page = await (await fetch(url)).text();
    expect(page).toContain('Allow');
    expect(page).toContain('Sam Sales');
    const target = await decide(url, 'allow');
    expect(target.href).toContain(redirectUri);
    expect(target.searchParams.get('state')).toBe('my state');
    const connection = new Connection({ oauth2: oauth2(), version: '60.0' });
    await connection.authorize(codeFrom(target));
    expect(connection.refreshToken).toMatch(/^5Aep/);
    expect(await connection.identity()).toMatchObject({ username: 'ada.admin@sandbox.test' });
  });

  it('says so when the person denies', async () => {
    const target = await decide(oauth2().getAuthorizationUrl({ state: 's' }), 'deny');
    expect(Object.fromEntries(target.searchParams)).toMatchObject({ error: 'access_denied', state: 's' });
  });

  it('asks nobody when an admin has allowed the app for all', async () => {
    await changeApp({ permittedUsers: 'preauthorized' });
    const answer = await fetch(oauth2().getAuthorizationUrl({ state: 's' }), { redirect: 'manual' });
    expect(answer.status).toBe(302);
    expect(codeFrom(new URL(answer.headers.get('location') ?? ''))).not.toBe('');
  });

  it('gives a code for one try, to who asked for it', async () => {
    const url = oauth2().getAuthorizationUrl({});
    const code = codeFrom(await decide(url, 'allow'));
    await oauth2().requestToken(code);
    await expect(oauth2().requestToken(code)).rejects.toThrow('invalid authorization code');
    const second = codeFrom(await decide(url, 'allow'));
    await org.setClock(1);
    await expect(oauth2().requestToken(second)).rejects.toThrow('expired authorization code');
  });

  it('holds a code to its verifier', async () => {
    const verifier = 'a'.repeat(50);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const url = `${oauth2().getAuthorizationUrl({})}&code_challenge=${challenge}&code_challenge_method=S256`;
    await expect(
      oauth2().requestToken(codeFrom(await decide(url, 'allow')), { code_verifier: 'wrong' }),
    ).rejects.toThrow('invalid code verifier');
    const token = await oauth2().requestToken(codeFrom(await decide(url, 'allow')), { code_verifier: verifier });
    expect(await isLive(token.access_token)).toBe(true);
  });

  it.each([
    ['client_id=nobody', 'client identifier invalid'],
    ['redirect_uri=http://elsewhere.test', 'redirect_uri must match'],
    ['response_type=token', 'response type not supported'],
  ])('stops at %s', async (change, words) => {
    await changeApp({ redirectUris: [redirectUri] });
    const url = new URL(oauth2().getAuthorizationUrl({}));
    const [name = '', value = ''] = change.split('=');
    url.searchParams.set(name, value);
    const answer = await fetch(url, { redirect: 'manual' });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(words);
  });
});

describe('a refresh token', () => {
  const connect = async () => oauth2().requestToken(codeFrom(await decide(oauth2().getAuthorizationUrl({}), 'allow')));

  it('gives new sessions for as long as it lives', async () => {
    const { refresh_token = '' } = await connect();
    for (let time = 0; time < 2; time += 1) {
      const next = await oauth2().refreshToken(refresh_token);
      expect(next).not.toHaveProperty('refresh_token');
      expect(await isLive(next.access_token)).toBe(true);
    }
  });

  it('is replaced by each use where the app says so, and the one before is dead', async () => {
    await changeApp({ refreshTokenRotation: true });
    const { refresh_token: first = '' } = await connect();
    const { refresh_token: second = '' } = await oauth2().refreshToken(first);
    expect(second).not.toBe(first);
    await expect(oauth2().refreshToken(first)).rejects.toThrow('expired access/refresh token');
    await oauth2().refreshToken(second);
  });

  it('ends when it is revoked, and its sessions with it', async () => {
    const { refresh_token = '', access_token } = await connect();
    await oauth2().revokeToken(refresh_token);
    await expect(oauth2().refreshToken(refresh_token)).rejects.toThrow('expired access/refresh token');
    expect(await isLive(access_token)).toBe(false);
    await expect(oauth2().revokeToken('nothing')).rejects.toThrow();
  });
});

describe('a JWT assertion', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const other = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  beforeEach(() =>
    changeApp({
      certificate: publicKey.export({ type: 'spki', format: 'pem' }),
      permittedUsers: 'preauthorized',
    }),
  );
  interface Claims {
    readonly iss?: string;
    readonly sub?: string;
    readonly aud?: string;
    readonly exp?: number;
  }
  const signed = ({ iss = clientId, sub = 'parley@sandbox.test', aud, exp }: Claims, key = privateKey) =>
    new SignJWT({})
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer(iss)
      .setSubject(sub)
      .setAudience(aud ?? 'https://login.salesforce.com')
      .setExpirationTime(exp ?? Math.floor(Date.now() / 1_000) + 180)
      .sign(key);
  const exchange = (assertion: string) =>
    oauth2().requestToken({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion });

  it('is a session without a refresh token', async () => {
    const token = await exchange(await signed({ aud: org.origin }));
    expect(token).not.toHaveProperty('refresh_token');
    expect(await isLive(token.access_token)).toBe(true);
  });

  const now = Math.floor(Date.now() / 1_000);
  it.each([
    [{ iss: 'nobody' }, 'client identifier invalid'],
    [{ sub: 'nobody@sandbox.test' }, "user hasn't approved this consumer"],
    [{ aud: 'https://elsewhere.test' }, 'audience is invalid'],
    [{ exp: now - 10 }, 'expired authorization'],
    [{ exp: now + 3_600 }, 'invalid assertion'],
  ])('with %j is refused: %s', async (claims, words) => {
    await expect(exchange(await signed(claims))).rejects.toThrow(words);
  });

  it('is held to the signature, and to the approval of the user', async () => {
    await expect(exchange(await signed({}, other.privateKey))).rejects.toThrow('invalid assertion');
    await changeApp({ permittedUsers: 'all' });
    await expect(exchange(await signed({}))).rejects.toThrow("user hasn't approved this consumer");
    await changeApp({ certificate: null });
    await expect(exchange(await signed({}))).rejects.toThrow('invalid assertion');
  });
});

it('tells who is signed in, and nobody who is not', async () => {
  const { body } = await org.signIn();
  const { access_token } = z.object({ access_token: z.string() }).parse(body);
  const ask = (authorization: string) =>
    fetch(`${org.origin}/services/oauth2/userinfo`, { headers: { authorization } });
  expect(await (await ask(`Bearer ${access_token}`)).json()).toMatchObject({
    user_id: '005B00000000001IAA',
    organization_id: '00DB00000000001MAA',
    preferred_username: 'parley@sandbox.test',
  });
  expect((await ask('Bearer nobody')).status).toBe(403);
});
