import { describe, expect, it } from 'vitest';
import { sandboxAccessToken } from './index.js';
import { stateSchema } from './state.js';
import { account, contacts, input, upsertPath } from './test-support.js';

describe('who may call', () => {
  it('is somebody with a token and one of the scopes', async () => {
    const ask = await account({ apps: [{ token: 'reader', appId: 1, scopes: ['crm.objects.contacts.read'] }] });
    expect(await ask('GET', contacts, undefined, 'reader')).toMatchObject({ status: 200 });
    expect(await ask('GET', contacts, undefined, 'nobody')).toMatchObject({
      status: 401,
      body: { category: 'INVALID_AUTHENTICATION' },
    });
    expect(await ask('POST', upsertPath, { inputs: [] }, 'reader')).toMatchObject({
      status: 403,
      body: {
        category: 'MISSING_SCOPES',
        errors: [{ context: { requiredGranularScopes: ['crm.objects.contacts.write'] } }],
      },
    });
  });

  it('can be asked of the account', async () => {
    const ask = await account();
    expect(await ask('GET', '/account-info/v3/details')).toMatchObject({
      body: { portalId: 4_242_001, timeZone: 'Europe/Berlin' },
    });
    expect(
      await ask('POST', '/oauth/v2/private-apps/get/access-token-info', { tokenKey: sandboxAccessToken }),
    ).toMatchObject({
      status: 200,
      body: { hubId: 4_242_001 },
    });
  });
});

describe('limits', () => {
  it('are told in headers, and kept only while they are switched on', async () => {
    const ask = await account();
    for (let call = 0; call < 101; call += 1) expect((await ask('GET', `${contacts}?limit=1`)).status).toBe(200);
    await ask('PUT', '/_sandbox/limits', { enabled: true, tier: 'starter' });
    const first = await ask('GET', contacts);
    expect(first.headers.get('x-hubspot-ratelimit-max')).toBe('100');
    expect(first.headers.get('x-hubspot-ratelimit-remaining')).toBe('99');
    for (let call = 1; call < 100; call += 1) await ask('GET', contacts);
    expect(await ask('GET', contacts)).toMatchObject({
      status: 429,
      body: {
        policyName: 'TEN_SECONDLY_ROLLING',
        errorType: 'RATE_LIMIT',
        message: 'You have reached your ten_secondly_rolling limit.',
      },
    });
  });

  it('end when ten seconds of the sandbox’s own time have passed', async () => {
    const ask = await account();
    await ask('PUT', '/_sandbox/limits', { enabled: true });
    for (let call = 0; call < 100; call += 1) await ask('GET', contacts);
    expect((await ask('GET', contacts)).status).toBe(429);
    await ask('PUT', '/_sandbox/clock', { now: new Date(Date.now() + 11_000).toISOString() });
    expect((await ask('GET', contacts)).status).toBe(200);
  });

  it('know HubSpot’s editions', async () => {
    const ask = await account();
    expect(await ask('PUT', '/_sandbox/limits', { enabled: true, tier: 'gold' })).toMatchObject({ status: 400 });
  });
});

describe('the state', () => {
  it('survives export and import unchanged, and an empty one is a fresh account', async () => {
    const ask = await account();
    const fresh = (await ask('GET', '/_sandbox/state')).body;
    await ask('POST', upsertPath, { inputs: [input('a@x.es', { plan: 'pro' })] });
    const used = (await ask('GET', '/_sandbox/state')).body;
    await ask('POST', '/_sandbox/reset');
    expect((await ask('GET', '/_sandbox/state')).body).toEqual(fresh);
    await ask('PUT', '/_sandbox/state', used);
    expect((await ask('GET', '/_sandbox/state')).body).toEqual(used);
    expect(await ask('GET', `${contacts}/a@x.es?idProperty=email&properties=plan`)).toMatchObject({
      body: { properties: { plan: 'pro' } },
    });
    await ask('PUT', '/_sandbox/state', {});
    expect((await ask('GET', '/_sandbox/state')).body).toEqual(fresh);
  });

  it('of a fresh account holds only properties with sound definitions', () => {
    const { properties } = stateSchema.parse({});
    expect(new Set(properties.map(({ name }) => name)).size).toBe(properties.length);
    for (const { options } of properties) {
      expect(new Set(options.map(({ value }) => value)).size).toBe(options.length);
      expect(new Set(options.map(({ label }) => label)).size).toBe(options.length);
    }
  });

  it('of the wrong shape is refused and changes nothing', async () => {
    const ask = await account();
    expect(await ask('PUT', '/_sandbox/state', { contacts: [{ id: 'seven' }] })).toMatchObject({ status: 400 });
    expect(await ask('GET', contacts)).toMatchObject({ status: 200, body: { results: [] } });
  });

  it('takes ten thousand contacts in batches within seconds', async () => {
    const ask = await account();
    const startedAt = performance.now();
    for (let batch = 0; batch < 100; batch += 1) {
      const inputs = Array.from({ length: 100 }, (_, n) =>
        input(`p${String(batch * 100 + n)}@x.es`, { plan: 'pro', budget: n }),
      );
      expect((await ask('POST', upsertPath, { inputs })).status).toBe(200);
    }
    expect(performance.now() - startedAt).toBeLessThan(8_000);
  });
});
