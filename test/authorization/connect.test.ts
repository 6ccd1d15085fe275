import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type AcmeCrm, startAcmeCrm } from '../support/acme-crm.js';
import { testDatabase } from '../support/database.js';
import { type ParleyHere, startParleyHere } from '../support/parley.js';

vi.mock('../../src/destinations/registry.js', async () => {
  const { acme, acmeAuthorization } = await import('../support/acme.js');
  return { destinations: [acme({ authorization: acmeAuthorization })] };
});

const database = testDatabase();
let crm: AcmeCrm;
let parley: ParleyHere;

beforeAll(async () => {
  crm = await startAcmeCrm({
    '/me': ({ headers }) =>
      headers.authorization === `Bearer ${String(crm.state.accessToken)}`
        ? { status: 200, body: {} }
        : { status: 401, body: {} },
  });
  parley = await startParleyHere(database.url);
  for (const [key, settings] of [
    ['acme', { baseUrl: crm.origin }],
    ['keyed', { baseUrl: crm.origin, key: 'k' }],
  ] as const)
    await parley.connect({ key, provider: 'acme', title: key, settings });
});
afterAll(async () => {
  await parley.close();
  await crm.close();
});
beforeEach(async () => {
  await database.dataSource.query('TRUNCATE destination_grants, authorization_requests');
});

const begun = z.object({ authorizeUrl: z.string(), redirectUri: z.string(), expiresAt: z.string() });
const begin = async () => begun.parse((await parley.ask('POST', '/api/destinations/acme/connect')).body);
const comeBack = (query: Readonly<Record<string, string>>) =>
  parley.ask('GET', `/oauth/callback?${new URLSearchParams(query).toString()}`, undefined, {});
const standing = async () => (await parley.ask('GET', '/api/destinations/acme')).body;

describe('connecting an account', () => {
  it('sends a person to the provider with a state, a challenge and our address, and keeps of the state only a hash', async () => {
    const { authorizeUrl, redirectUri } = await begin();
    const { searchParams } = new URL(authorizeUrl);
    expect(redirectUri).toBe('https://parley.test/oauth/callback');
    expect(searchParams.get('redirect_uri')).toBe(redirectUri);
    expect(searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    const state = searchParams.get('state') ?? '';
    expect(state).toMatch(/^[\w-]{43}$/);
    const rows = await database.dataSource.query<object[]>('SELECT * FROM authorization_requests');
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(state);
  });

  it('is done when the person comes back: the page says so without a script, and the account can be used', async () => {
    expect(await standing()).toMatchObject({ connection: { by: 'person', connected: false } });
    const { code, state } = crm.agree((await begin()).authorizeUrl);
    const page = await comeBack({ code, state });
    expect(page).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' });
    expect(page.body).toContain('Connected');
    expect(page.body).not.toContain('<script');
    expect(await parley.ask('POST', '/api/destinations/acme/check')).toMatchObject({
      status: 200,
      body: { account: 'acme-1' },
    });
    expect(await standing()).toMatchObject({
      connection: { by: 'person', connected: true, refusedReason: null, details: { account: 'acme-1' } },
    });
    expect(JSON.stringify(await standing())).not.toContain(crm.state.accessToken);
  });

  it('counts each state once, also the one of a person who did not agree', async () => {
    const first = crm.agree((await begin()).authorizeUrl);
    await comeBack({ code: first.code, state: first.state });
    const again = crm.agree((await begin()).authorizeUrl);
    expect(await comeBack({ code: again.code, state: first.state })).toMatchObject({ status: 400 });
    expect(
      await comeBack({ error: 'access_denied', error_description: 'No <b>thanks</b>', state: again.state }),
    ).toMatchObject({
      status: 502,
      body: expect.stringContaining('No &lt;b&gt;thanks&lt;/b&gt;') as string,
    });
    expect(await comeBack({ code: again.code, state: again.state })).toMatchObject({ status: 400 });
  });

  it('counts a state once when it comes twice at the same moment', async () => {
    const { code, state } = crm.agree((await begin()).authorizeUrl);
    const pages = await Promise.all([comeBack({ code, state }), comeBack({ code, state })]);
    expect(pages.map(({ status }) => status).toSorted()).toEqual([200, 400]);
  });

  it('takes no state that is not ours, or is missing, and none that is older than ten minutes', async () => {
    const { code, state } = crm.agree((await begin()).authorizeUrl);
    for (const query of [{ code, state: 'x'.repeat(43) }, { code }, { code, state: state.slice(1) }])
      expect(await comeBack(query)).toMatchObject({ status: 400 });
    await database.dataSource.query(
      `UPDATE authorization_requests SET expires_at = expires_at - interval '10 minutes'`,
    );
    expect(await comeBack({ code, state })).toMatchObject({ status: 400 });
    expect(await standing()).toMatchObject({ connection: { connected: false } });
  });

  it('fails without a trace when the code was got with another challenge', async () => {
    const [mine, theirs] = [crm.agree((await begin()).authorizeUrl), crm.agree((await begin()).authorizeUrl)];
    const page = await comeBack({ code: theirs.code, state: mine.state });
    expect(page).toMatchObject({ status: 502, body: expect.stringContaining('verifier') as string });
    expect(await standing()).toMatchObject({ connection: { connected: false } });
  });

  it('sets a destination going again that had been paused because its grant was revoked', async () => {
    await database.dataSource.query(
      `INSERT INTO destination_states (destination, paused_reason) VALUES ('acme', 'Acme refused: revoked.')
       ON CONFLICT (destination) DO UPDATE SET paused_reason = excluded.paused_reason`,
    );
    expect(await standing()).toMatchObject({ pausedReason: 'Acme refused: revoked.' });
    const { code, state } = crm.agree((await begin()).authorizeUrl);
    await comeBack({ code, state });
    expect(await standing()).toMatchObject({ pausedReason: null, connection: { connected: true } });
  });

  it('is refused where the settings hold a key, for destinations that are not there, and without an API key', async () => {
    expect(await parley.ask('POST', '/api/destinations/keyed/connect')).toMatchObject({ status: 409 });
    expect(await parley.ask('POST', '/api/destinations/nobody/connect')).toMatchObject({ status: 404 });
    expect(await parley.ask('POST', '/api/destinations/acme/connect', undefined, {})).toMatchObject({ status: 401 });
  });
});
