import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sandboxAccessToken } from './index.js';
import { stateSchema } from './state.js';
import { account, at, contacts } from './test-support.js';

const upsertPath = `${contacts}/batch/upsert`;
const input = (id: string, properties: object = {}, more: object = {}) => ({
  id,
  idProperty: 'email',
  properties,
  ...more,
});
const pageSchema = z.object({ paging: z.object({ next: z.object({ after: z.string() }) }) });

describe('batch upsert', () => {
  it('creates and updates, in lower case, with ids and times of the true shape', async () => {
    const ask = await account();
    const first = await ask('POST', upsertPath, { inputs: [input('Ada@Example.com', { firstname: 'Ada' })] });
    expect(first).toMatchObject({
      status: 200,
      body: {
        status: 'COMPLETE',
        results: [
          {
            id: expect.stringMatching(/^\d+$/) as string,
            new: true,
            archived: false,
            properties: { email: 'ada@example.com', firstname: 'Ada', hs_object_id: expect.any(String) as string },
          },
        ],
      },
    });
    expect(first.headers.get('x-hubspot-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
    const second = await ask('POST', upsertPath, { inputs: [input('ada@example.com', { country: 'Peru' })] });
    expect(second.body).toMatchObject({ results: [{ new: false, properties: { country: 'Peru' } }] });
    expect(second.body).not.toMatchObject({ results: [{ properties: { firstname: 'Ada' } }] });
  });

  it('answers in another order than it was asked', async () => {
    const ask = await account();
    const { body } = await ask('POST', upsertPath, { inputs: [input('a@x.es'), input('b@x.es')] });
    expect(body).toMatchObject({ results: [{ properties: { email: 'b@x.es' } }, { properties: { email: 'a@x.es' } }] });
  });

  it('refuses the whole batch for one bad record and writes nothing', async () => {
    const ask = await account();
    const refused = await ask('POST', upsertPath, {
      inputs: [input('a@x.es'), input('b@x.es', { plan: 'gold', nope: 1 })],
    });
    expect(refused).toMatchObject({
      status: 400,
      body: {
        status: 'error',
        category: 'VALIDATION_ERROR',
        message: expect.stringMatching(/^Property values were not valid: \[\{"isValid":false/) as string,
        errors: [
          { code: 'INVALID_OPTION', context: { propertyName: ['plan'] } },
          { code: 'PROPERTY_DOESNT_EXIST', message: 'Property "nope" does not exist' },
        ],
      },
    });
    expect(await ask('GET', contacts)).toMatchObject({ body: { results: [] } });
  });

  it('tells bad records one by one in a 207 when the account plays that and all carry trace ids', async () => {
    const ask = await account({ behaviour: { partialUpserts: true } });
    const inputs = [
      input('a@x.es', {}, { objectWriteTraceId: 't-1' }),
      input('b@@x', {}, { objectWriteTraceId: 't-2' }),
    ];
    expect(await ask('POST', upsertPath, { inputs })).toMatchObject({
      status: 207,
      body: {
        results: [{ objectWriteTraceId: 't-1' }],
        numErrors: 1,
        errors: [{ category: 'VALIDATION_ERROR', context: { objectWriteTraceId: ['t-2'] } }],
      },
    });
  });

  it.each([
    [
      'the same id twice',
      [input('a@x.es'), input('A@x.es')],
      'Duplicate IDs found in batch input: [a@x.es]. IDs must be unique',
    ],
    [
      'a key that is not unique',
      [input('Ada', {}, { idProperty: 'firstname' })],
      'Unable to perform update/upsert by non-unique 0-1 property firstname in portal ID 4242001',
    ],
    [
      'more than a hundred',
      Array.from({ length: 101 }, (_, n) => input(`${String(n)}@x.es`)),
      'The maximum number of inputs supported in a batch request is 100',
    ],
  ])('refuses %s', async (_name, inputs, message) => {
    const ask = await account();
    expect(await ask('POST', upsertPath, { inputs })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining(message) as string },
    });
  });

  it('answers 200 to a body without inputs and does nothing', async () => {
    const ask = await account();
    expect(await ask('POST', upsertPath, [input('a@x.es')].at(0))).toMatchObject({
      status: 200,
      body: { results: [] },
    });
  });

  it('refuses what is no JSON, without a category', async () => {
    const ask = await account();
    const { status, body } = await ask('POST', upsertPath, '{"inputs": [');
    expect(status).toBe(400);
    expect(body).toMatchObject({ message: expect.stringMatching(/^Invalid input JSON/) as string });
    expect(body).not.toHaveProperty('category');
  });
});

describe('batch update', () => {
  const update = `${contacts}/batch/update`;
  const state = {
    contacts: ['7', '8'].map((id) => ({ id, createdAt: at, updatedAt: at, properties: { email: `${id}@x.es` } })),
  };

  it('finds contacts by id and tells missing ones in a 207', async () => {
    const ask = await account(state);
    const inputs = ['7', '99'].map((id) => ({ id, properties: { country: 'Peru' } }));
    expect(await ask('POST', update, { inputs })).toMatchObject({
      status: 207,
      body: { results: [{ id: '7', properties: { country: 'Peru' } }], errors: [{ context: { ids: ['99'] } }] },
    });
  });

  it('changes nothing when one of the records is bad', async () => {
    const ask = await account(state);
    const inputs = [
      { id: '7', properties: { country: 'Peru' } },
      { id: '8', properties: { email: '7@x.es' } },
    ];
    expect(await ask('POST', update, { inputs })).toMatchObject({ status: 409, body: { category: 'CONFLICT' } });
    expect(await ask('GET', `${contacts}/7?properties=country`)).toMatchObject({
      body: { properties: { country: null } },
    });
  });
});

describe('values', () => {
  it.each([
    ['email', 'ada@x.con', 'INVALID_EMAIL'],
    ['budget', '1,5', 'INVALID_LONG'],
    ['birthday', '2026-02-30', 'INVALID_LONG'],
    ['birthday', '1770112800123', 'INVALID_DATE'],
    ['last_order_at', 'soon', 'INVALID_LONG'],
    ['plan', 'Pro', 'INVALID_OPTION'],
    ['newsletter', 'yes', 'INVALID_OPTION'],
    ['interests', 'shoes;boats', 'INVALID_OPTION'],
    ['createdate', at, 'READ_ONLY_VALUE'],
  ])('%s does not take %s', async (name, value, code) => {
    const ask = await account();
    const { status, body } = await ask('POST', contacts, { properties: { [name]: value } });
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ code, context: { propertyName: [name] } }] });
  });

  it.each([
    ['budget', '17.50', '17.50'],
    ['birthday', '1770076800000', '2026-02-03'],
    ['last_order_at', '2026-02-03T11:00:00+01:00', '2026-02-03T10:00:00Z'],
    ['last_order_at', '1770112800123', '2026-02-03T10:00:00.123Z'],
    ['newsletter', true, 'true'],
    ['interests', 'shoes;hats;shoes', 'shoes;hats'],
    ['email', ' Ada@X.es ', 'ada@x.es'],
  ])('%s keeps %s as %s', async (name, value, stored) => {
    const ask = await account();
    const { body } = await ask('POST', contacts, { properties: { [name]: value } });
    expect(body).toMatchObject({ properties: { [name]: stored } });
  });

  it('of a multi-select are added with a leading semicolon and replaced without', async () => {
    const ask = await account({
      contacts: [{ id: '7', createdAt: at, updatedAt: at, properties: { interests: 'shoes' } }],
    });
    const write = (interests: string) => ask('PATCH', `${contacts}/7`, { properties: { interests } });
    expect((await write(';hats')).body).toMatchObject({ properties: { interests: 'shoes;hats' } });
    expect((await write('bags')).body).toMatchObject({ properties: { interests: 'bags' } });
    expect((await write('')).body).toMatchObject({ properties: { interests: '' } });
  });

  it('of the lifecycle stage do not go back, unless cleared first', async () => {
    const ask = await account({
      contacts: [{ id: '7', createdAt: at, updatedAt: at, properties: { lifecyclestage: 'customer' } }],
    });
    const write = (lifecyclestage: string) => ask('PATCH', `${contacts}/7`, { properties: { lifecyclestage } });
    expect(await write('lead')).toMatchObject({ status: 200, body: { properties: { lifecyclestage: 'customer' } } });
    await write('');
    expect(await write('lead')).toMatchObject({ body: { properties: { lifecyclestage: 'lead' } } });
  });
});

describe('reads', () => {
  const ada = { email: 'ada@x.es', hs_additional_emails: 'ada@work.es', firstname: 'Ada' };
  const state = { contacts: [{ id: '7', createdAt: at, updatedAt: at, properties: ada }] };

  it('by e-mail find additional addresses, show empty properties as null and tell missing ones in a 207', async () => {
    const ask = await account(state);
    const body = {
      idProperty: 'email',
      inputs: [{ id: 'ADA@work.es' }, { id: 'nobody@x.es' }],
      properties: ['email', 'plan'],
    };
    expect(await ask('POST', `${contacts}/batch/read`, body)).toMatchObject({
      status: 207,
      body: {
        results: [{ id: '7', properties: { email: 'ada@x.es', plan: null, createdate: at, hs_object_id: '7' } }],
        errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: ['nobody@x.es'] } }],
      },
    });
  });

  it('of one contact take its id or its address, and properties repeated or with commas', async () => {
    const ask = await account(state);
    for (const path of [
      '7?properties=firstname,plan',
      'ada@x.es?idProperty=email&properties=firstname&properties=plan',
    ])
      expect(await ask('GET', `${contacts}/${path}`)).toMatchObject({
        status: 200,
        body: { properties: { firstname: 'Ada', plan: null } },
      });
    const missing = await ask('GET', `${contacts}/8`);
    expect(missing).toMatchObject({ status: 404, body: { category: 'OBJECT_NOT_FOUND' } });
    expect(missing.headers.get('x-hubspot-notfound')).toBe('true');
  });

  it('of a list go on where the last page ended', async () => {
    const ask = await account();
    await ask('POST', upsertPath, { inputs: ['a', 'b', 'c'].map((name) => input(`${name}@x.es`)) });
    const first = await ask('GET', `${contacts}?limit=2`);
    const after = pageSchema.parse(first.body).paging.next.after;
    expect(await ask('GET', `${contacts}?limit=2&after=${after}`)).toMatchObject({
      body: { results: [{ properties: { email: 'c@x.es' } }] },
    });
  });
});

describe('writes of one contact', () => {
  it('refuse an address that is taken, with the id only in the text', async () => {
    const ask = await account();
    const { body } = await ask('POST', contacts, { properties: { email: 'ada@x.es' } });
    const { id } = z.object({ id: z.string() }).parse(body);
    expect(await ask('POST', contacts, { properties: { email: 'ADA@x.es' } })).toMatchObject({
      status: 409,
      body: { message: `Contact already exists. Existing ID: ${id}`, category: 'CONFLICT' },
    });
    expect(await ask('DELETE', `${contacts}/${id}`)).toMatchObject({ status: 204, body: null });
    expect(await ask('POST', contacts, { properties: { email: 'ada@x.es' } })).toMatchObject({ status: 201 });
  });

  it('refuse a unique value that somebody else has', async () => {
    const ask = await account();
    await ask('POST', contacts, { properties: { email: 'a@x.es', chat_profile_id: 'p-1' } });
    expect(await ask('POST', contacts, { properties: { email: 'b@x.es', chat_profile_id: 'p-1' } })).toMatchObject({
      status: 400,
      body: {
        message: expect.stringMatching(/propertyName=chat_profile_id, value=p-1\} .* already has that value/) as string,
      },
    });
  });
});

describe('properties', () => {
  const properties = '/crm/v3/properties/contacts';

  it('take a new list of options as a whole', async () => {
    const ask = await account();
    const options = [{ label: 'VIP', value: 'VIP', hidden: false }];
    await ask('PATCH', `${properties}/chat_tags`, { options });
    expect(await ask('GET', `${properties}/chat_tags`)).toMatchObject({ body: { options } });
    const twice = [...options, { label: 'vip', value: 'VIP', hidden: false }];
    expect(await ask('PATCH', `${properties}/chat_tags`, { options: twice })).toMatchObject({ status: 400 });
  });

  it('are created once, and come back as they were after having been archived', async () => {
    const ask = await account();
    const shoe = { name: 'shoe_size', label: 'Shoe size', type: 'number', fieldType: 'number', groupName: 'chat' };
    expect(await ask('POST', properties, shoe)).toMatchObject({ status: 201, body: { name: 'shoe_size' } });
    expect(await ask('POST', properties, shoe)).toMatchObject({
      status: 409,
      body: { subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS' },
    });
    expect(await ask('DELETE', `${properties}/shoe_size`)).toMatchObject({ status: 204 });
    expect(await ask('GET', `${properties}/shoe_size`)).toMatchObject({ status: 404 });
    expect(await ask('POST', properties, { ...shoe, type: 'string', fieldType: 'text' })).toMatchObject({
      status: 201,
      body: { type: 'number' },
    });
    expect(await ask('POST', properties, { ...shoe, name: 'other', groupName: 'nowhere' })).toMatchObject({
      status: 400,
    });
  });
});

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
