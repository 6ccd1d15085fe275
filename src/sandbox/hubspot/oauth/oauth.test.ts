import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sandboxOauthApp } from '../index.js';
import { type Ask, contacts, forward, sandboxAccount } from '../test-support.js';

const redirectUri = 'http://127.0.0.1:9/callback';
const { clientId, clientSecret } = sandboxOauthApp;
const verifier = 'a-verifier-that-is-long-enough-for-anybody-who-counts-them';
const challenge = createHash('sha256').update(verifier).digest('base64url');
const tokenSchema = z.object({ access_token: z.string(), refresh_token: z.string(), expires_in: z.number() });

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

async function oauth(state?: unknown) {
  const { ask, sandbox } = await sandboxAccount(state);
  const form = (path: string, fields: Readonly<Record<string, string>>): Promise<Response> =>
    fetch(sandbox.origin + path, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
  const wish = {
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'crm.objects.contacts.read',
    optional_scope: 'crm.lists.read crm.objects.rockets.read',
    state: 's-1',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  };
  const page = (more: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(`${sandbox.origin}/oauth/authorize?${new URLSearchParams({ ...wish, ...more }).toString()}`);
  const decide = async (decision: string): Promise<URL> => {
    const response = await form('/oauth/authorize', { ...wish, decision });
    return new URL(response.headers.get('location') ?? '');
  };
  const token = async (fields: Readonly<Record<string, string>>): Promise<Reply> => {
    const response = await form('/oauth/v3/token', { client_id: clientId, client_secret: clientSecret, ...fields });
    return { status: response.status, body: await response.json() };
  };
  const exchange = (code: string, more: object = {}): Promise<Reply> =>
    token({ grant_type: 'authorization_code', redirect_uri: redirectUri, code, code_verifier: verifier, ...more });
  const connect = async () => {
    const code = (await decide('allow')).searchParams.get('code') ?? '';
    return tokenSchema.parse((await exchange(code)).body);
  };
  return { ask, page, decide, token, exchange, connect };
}

const list = (ask: Ask, token: string) => ask('GET', contacts, undefined, token);

describe('connecting', () => {
  it('shows a person what is asked for, as far as the account has it, and sends them back with code and state', async () => {
    const { ask, page, decide, exchange } = await oauth();
    const html = await (await page()).text();
    expect(html).toContain('crm.lists.read');
    expect(html).not.toContain('<li>crm.objects.rockets.read');
    const back = await decide('allow');
    expect(back.href.startsWith(redirectUri)).toBe(true);
    expect(back.searchParams.get('state')).toBe('s-1');
    const code = back.searchParams.get('code') ?? '';
    const { body } = await exchange(code);
    expect(body).toMatchObject({ token_type: 'bearer', expires_in: 1_800, hub_id: 4_242_001 });
    expect(await list(ask, tokenSchema.parse(body).access_token)).toMatchObject({ status: 200 });
    expect(await exchange(code)).toMatchObject({ status: 400, body: { status: 'BAD_AUTH_CODE' } });
  });

  it('tells the app when the person says no', async () => {
    const { decide } = await oauth();
    const back = await decide('deny');
    expect(back.searchParams.get('error')).toBe('access_denied');
    expect(back.searchParams.get('state')).toBe('s-1');
  });

  it.each([
    ['another verifier', { code_verifier: 'wrong' }, 'BAD_AUTH_CODE'],
    ['another address', { redirect_uri: 'http://127.0.0.1:9/elsewhere' }, 'BAD_REDIRECT_URI'],
    ['another secret', { client_secret: 'wrong' }, 'BAD_CLIENT_SECRET'],
    ['an unknown app', { client_id: 'nobody' }, 'BAD_CLIENT_ID'],
  ])('refuses a code with %s', async (_name, more, status) => {
    const { decide, exchange } = await oauth();
    const code = (await decide('allow')).searchParams.get('code') ?? '';
    expect(await exchange(code, more)).toMatchObject({ status: 400, body: { status } });
  });

  it('is not offered with an address or a scope that is not the app’s', async () => {
    const { page } = await oauth({ oauthApps: [{ ...sandboxOauthApp, redirectUris: ['https://other.test/'] }] });
    expect((await page()).status).toBe(400);
    const { page: other } = await oauth();
    expect((await other({ scope: 'crm.objects.rockets.read' })).status).toBe(400);
  });
});

describe('a connection', () => {
  it('expires, and is refreshed with the same refresh token', async () => {
    const { ask, connect, token } = await oauth();
    const first = await connect();
    await forward(ask, 1_807_000);
    expect(await list(ask, first.access_token)).toMatchObject({
      status: 401,
      body: {
        category: 'EXPIRED_AUTHENTICATION',
        message: expect.stringMatching(/expired \d+ second\(s\) ago/) as string,
      },
    });
    const { body } = await token({ grant_type: 'refresh_token', refresh_token: first.refresh_token });
    const second = tokenSchema.parse(body);
    expect(second.refresh_token).toBe(first.refresh_token);
    expect(await list(ask, second.access_token)).toMatchObject({ status: 200 });
  });

  it('that was revoked cannot be refreshed, and what it still has works to its end', async () => {
    const { ask, connect, token } = await oauth();
    const { access_token, refresh_token } = await connect();
    expect(await ask('DELETE', `/oauth/v1/refresh-tokens/${refresh_token}`)).toMatchObject({ status: 204 });
    expect(await token({ grant_type: 'refresh_token', refresh_token })).toMatchObject({
      status: 400,
      body: { status: 'BAD_REFRESH_TOKEN', error: 'invalid_grant' },
    });
    expect(await list(ask, access_token)).toMatchObject({ status: 200 });
  });

  it('can be asked whose it is', async () => {
    const { ask, connect } = await oauth();
    const { access_token } = await connect();
    expect(await ask('GET', `/oauth/v1/access-tokens/${access_token}`)).toMatchObject({
      body: { hub_id: 4_242_001, app_id: 770_002, scopes: ['oauth', 'crm.objects.contacts.read', 'crm.lists.read'] },
    });
    expect(await ask('GET', '/oauth/v1/access-tokens/nobody')).toMatchObject({ status: 404 });
  });

  it('has a limit of its own and none for the day', async () => {
    const { ask, connect } = await oauth();
    const { access_token } = await connect();
    await ask('PUT', '/_sandbox/limits', { enabled: true });
    const { headers } = await list(ask, access_token);
    expect(headers.get('x-hubspot-ratelimit-max')).toBe('110');
    expect(headers.get('x-hubspot-ratelimit-daily')).toBeNull();
  });
});
