import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { sandboxOauthApp } from '../../sandbox/hubspot/index.js';
import type { Grant, GrantKeeper } from '../authorization.js';
import { testContext, testGrants } from '../test-support.js';
import { authorization } from './authorization.js';
import { hubspot } from './definition.js';
import { settingsSchema } from './settings.js';
import { openGate, outgoing, rehearse, type Rehearsal, request, stateOf, text } from './test-support.js';

const redirectUri = 'https://parley.example.com/api/authorizations/callback';
const codeVerifier = 'a-verifier-that-is-long-enough-for-anybody-who-counts-them';
const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');

const settingsFor = ({ sandbox }: Rehearsal, more: object = {}) =>
  settingsSchema.parse({
    clientId: sandboxOauthApp.clientId,
    clientSecret: sandboxOauthApp.clientSecret,
    baseUrl: sandbox.origin,
    ...more,
  });

/** What a person does who is sent to HubSpot's page and presses the button there. @returns what HubSpot sends back */
async function allowed(account: Rehearsal): Promise<URLSearchParams> {
  const url = authorization.authorizeUrl(settingsFor(account), { redirectUri, state: 's-1', codeChallenge });
  const page = await fetch(url);
  expect(page.status).toBe(200);
  const form = new URLSearchParams([...new URL(url).searchParams, ['decision', 'allow']]);
  const back = await fetch(`${account.sandbox.origin}/oauth/authorize`, {
    method: 'POST',
    body: form,
    redirect: 'manual',
  });
  return new URL(back.headers.get('location') ?? '').searchParams;
}

async function connected(account: Rehearsal, now = new Date()): Promise<Grant> {
  const code = (await allowed(account)).get('code') ?? '';
  return authorization.exchange(settingsFor(account), { code, redirectUri, codeVerifier, now });
}

function connection(account: Rehearsal, grants: GrantKeeper, now: () => Date = () => new Date()) {
  return hubspot.connect(settingsFor(account), testContext({ call: openGate(), grants, now }));
}

const ada = () => request([outgoing('ada@example.com', { firstname: text('Ada') })]);

describe('the address where a person allows the access', () => {
  const settings = settingsSchema.parse({ clientId: 'client', clientSecret: 'secret' });
  const url = new URL(authorization.authorizeUrl(settings, { redirectUri, state: 's-1', codeChallenge }));

  it('is HubSpot’s, with what this connector needs and, as far as the account has it, what else it can use', () => {
    expect(url.origin + url.pathname).toBe('https://app.hubspot.com/oauth/authorize');
    expect(url.searchParams.get('scope')?.split(' ')).toContain('crm.objects.contacts.write');
    expect(url.searchParams.get('optional_scope')?.split(' ')).toContain('crm.lists.write');
    expect(url.search).toContain('scope=oauth%20crm.objects');
  });

  it('carries state and PKCE and no secret', () => {
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      client_id: 'client',
      redirect_uri: redirectUri,
      state: 's-1',
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
    });
    expect(url.href).not.toContain('secret');
  });

  it('is not needed with an access token', () => {
    expect(authorization.applies(settings)).toBe(true);
    expect(authorization.applies(settingsSchema.parse({ accessToken: 'pat' }))).toBe(false);
  });
});

describe('a connection by OAuth', () => {
  it('begins with a code, and then works like any other', async () => {
    const account = await rehearse();
    const now = new Date('2026-11-22T10:00:00.000Z');
    const grant = await connected(account, now);
    expect(grant).toMatchObject({
      expiresAt: new Date('2026-11-22T10:30:00.000Z'),
      details: { portalId: '4242001', scopes: expect.stringContaining('crm.lists.write') as unknown },
    });
    const keeper = testGrants(authorization, settingsFor(account), grant, () => now);
    const hub = connection(account, keeper, () => now);
    expect(await hub.upsert(ada())).toMatchObject([{ status: 'delivered' }]);
    expect(await hub.check({ mapping: null })).toMatchObject({ account: 'HubSpot account 4242001', problems: [] });
    expect(keeper.refreshes()).toBe(0);
  });

  it('refuses a code with the wrong verifier, and a code that was used', async () => {
    const account = await rehearse();
    const code = (await allowed(account)).get('code') ?? '';
    const answer = { code, redirectUri, codeVerifier: 'another', now: new Date() };
    await expect(authorization.exchange(settingsFor(account), answer)).rejects.toMatchObject({
      kind: 'unauthorized',
      details: { code: 'BAD_AUTH_CODE' },
    });
  });

  it('renews a token before it expires, once for all calls at a time', async () => {
    const account = await rehearse();
    const started = new Date();
    let now = started;
    const keeper = testGrants(authorization, settingsFor(account), await connected(account, started), () => now);
    const hub = connection(account, keeper, () => now);
    now = new Date(started.getTime() + 29.5 * 60_000);
    const results = await Promise.all(
      ['a', 'b', 'c'].map((name) => hub.upsert(request([outgoing(`${name}@example.com`, { firstname: text(name) })]))),
    );
    expect(results.flat().map(({ status }) => status)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(keeper.refreshes()).toBe(1);
  });

  it('renews a token that HubSpot refuses although it should be good, and repeats the call', async () => {
    const account = await rehearse();
    const keeper = testGrants(authorization, settingsFor(account), await connected(account));
    await account.control('PUT', 'clock', { now: new Date(Date.now() + 3_600_000).toISOString() });
    const hub = connection(account, keeper);
    expect(await hub.upsert(ada())).toMatchObject([{ status: 'delivered' }]);
    expect(await hub.check({ mapping: null })).toMatchObject({ account: 'HubSpot account 4242001' });
    expect(keeper.refreshes()).toBe(1);
  });

  it('waits for a person when the app was taken out of the account', async () => {
    const account = await rehearse();
    const keeper = testGrants(authorization, settingsFor(account), await connected(account));
    const state = await stateOf(account);
    const oauthGrants = state.oauthGrants.map((grant) => ({ ...grant, revoked: true }));
    await account.control('PUT', 'state', { ...state, oauthGrants, oauthTokens: [] });
    await expect(connection(account, keeper).upsert(ada())).rejects.toMatchObject({
      kind: 'unauthorized',
      details: { code: 'BAD_REFRESH_TOKEN' },
    });
  });

  it('that nobody has made yet waits for a person', async () => {
    const account = await rehearse();
    const hub = hubspot.connect(settingsFor(account), testContext({ call: openGate() }));
    await expect(hub.upsert(ada())).rejects.toMatchObject({ kind: 'unauthorized', details: { code: 'NOT_CONNECTED' } });
  });

  it('is tried again when the token endpoint is away, and shows no secret', async () => {
    const account = await rehearse();
    const grant = await connected(account);
    for (const fault of [{ answer: { status: 503, body: '<p>away</p>' } }, { drop: 'before' }]) {
      await account.control('POST', 'faults', { path: '/oauth/v3/token', ...fault });
      await expect(authorization.refresh(settingsFor(account), grant, new Date())).rejects.toMatchObject({
        kind: 'transient',
      });
    }
    const secret = settingsFor(account).clientSecret ?? '';
    const answer = { status: 400, body: { status: 'BAD', error: 'invalid_client', message: `${secret} is wrong` } };
    await account.control('POST', 'faults', { path: '/oauth/v3/token', answer });
    const error: unknown = await authorization
      .refresh(settingsFor(account), grant, new Date())
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: 'unauthorized' });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(secret);
  });

  it('keeps the old refresh token when HubSpot gives none', async () => {
    const account = await rehearse();
    const grant = await connected(account);
    const body = { token_type: 'bearer', access_token: 'new', expires_in: 1_800 };
    await account.control('POST', 'faults', { path: '/oauth/v3/token', answer: { status: 200, body } });
    expect(await authorization.refresh(settingsFor(account), grant, new Date())).toMatchObject({
      accessToken: 'new',
      refreshToken: grant.refreshToken,
      details: grant.details,
    });
  });
});
