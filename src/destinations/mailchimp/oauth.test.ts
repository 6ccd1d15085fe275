import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { testContext, testGrants } from '../test-support.js';
import { mailchimp } from './definition.js';
import { mailchimpAuthorization } from './oauth.js';
import { mailchimpSettings } from './settings.js';
import { list, openGate, rehearse } from './test-support.js';

const redirectUri = 'http://127.0.0.1:3000/api/authorizations/callback';

async function connecting() {
  const sandbox = await rehearse();
  const settings = mailchimpSettings.parse({
    clientId: 'parley-sandbox-client',
    clientSecret: 'parley-sandbox-secret',
    audienceId: list.slice(-10),
    baseUrl: sandbox.origin,
  });
  const answer = (code: string) => ({ code, redirectUri, codeVerifier: 'unused', now: new Date() });
  const allow = async (): Promise<URL> => {
    const url = mailchimpAuthorization.authorizeUrl(settings, { redirectUri, state: 's1', codeChallenge: 'unused' });
    const page = await (await fetch(url)).text();
    const [, action = ''] = /<form method="post" action="([^"]+)"/.exec(page) ?? [];
    const response = await fetch(new URL(action.replaceAll('&amp;', '&'), sandbox.origin), {
      method: 'POST',
      redirect: 'manual',
    });
    return new URL(response.headers.get('location') ?? 'http://nowhere.test');
  };
  return { sandbox, settings, answer, allow };
}

describe('connecting an account by OAuth', () => {
  it('is for settings without a key', async () => {
    const { settings } = await connecting();
    expect(mailchimpAuthorization.applies(settings)).toBe(true);
    expect(mailchimpAuthorization.applies({ ...settings, apiKey: 'x-us1' })).toBe(false);
    expect(mailchimp.settings.safeParse({ audienceId: 'a', clientId: 'c' }).success).toBe(false);
  });

  it('goes to the real sign-in page unless a sandbox is meant', () => {
    const real = mailchimpSettings.parse({ clientId: 'c', clientSecret: 's', audienceId: 'a' });
    const url = new URL(
      mailchimpAuthorization.authorizeUrl(real, { redirectUri, state: 'x y', codeChallenge: 'unused' }),
    );
    expect(`${url.origin}${url.pathname}`).toBe('https://login.mailchimp.com/oauth2/authorize');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'c',
      redirect_uri: redirectUri,
      state: 'x y',
    });
  });

  it('takes a press of Allow, and leads to a connection that works and knows its data centre', async () => {
    const { sandbox, settings, answer, allow } = await connecting();
    const back = await allow();
    expect(back.href.startsWith(redirectUri)).toBe(true);
    expect(back.searchParams.get('state')).toBe('s1');
    const grant = await mailchimpAuthorization.exchange(settings, answer(back.searchParams.get('code') ?? ''));
    expect(grant).toMatchObject({ refreshToken: null, expiresAt: null, details: { dataCentre: 'us1' } });
    const grants = testGrants(mailchimpAuthorization, settings, grant);
    const connection = mailchimp.connect(settings, testContext({ call: openGate(), grants }));
    expect(await connection.check({ mapping: null })).toMatchObject({
      account: 'Audience Chat contacts',
      problems: [],
    });
    await sandbox.setUp((_audience, account) => {
      account.apps = [];
      account.tokens = [];
    });
    await expect(connection.check({ mapping: null })).rejects.toMatchObject({ kind: 'unauthorized' });
    await expect(mailchimpAuthorization.refresh(settings, grant, new Date())).rejects.toMatchObject({
      kind: 'unauthorized',
    });
  });

  it('uses a code once, and only with the app’s secret', async () => {
    const { settings, answer, allow } = await connecting();
    const code = (await allow()).searchParams.get('code') ?? '';
    const wrong = { ...settings, clientSecret: 'something-secret' };
    const refused = await mailchimpAuthorization.exchange(wrong, answer(code)).catch((error: unknown) => error);
    expect(refused).toMatchObject({ kind: 'unauthorized' });
    expect(inspect(refused, { depth: 9 })).not.toContain('something-secret');
    await mailchimpAuthorization.exchange(settings, answer(code));
    await expect(mailchimpAuthorization.exchange(settings, answer(code))).rejects.toMatchObject({
      kind: 'unauthorized',
    });
  });

  it('is tried again when Mailchimp does not answer', async () => {
    const { sandbox, settings, answer } = await connecting();
    await sandbox.send('POST', '/_sandbox/faults', { path: '/oauth2/token', answer: { status: 503, body: 'down' } });
    await expect(mailchimpAuthorization.exchange(settings, answer('x'))).rejects.toMatchObject({ kind: 'transient' });
  });

  it('is asked for before anything is sent', async () => {
    const { settings } = await connecting();
    const connection = mailchimp.connect(settings, testContext({ call: openGate() }));
    await expect(connection.fields('member')).rejects.toMatchObject({
      kind: 'unauthorized',
      details: { code: 'not_connected' },
    });
  });
});
