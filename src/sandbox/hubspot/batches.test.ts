import { describe, expect, it } from 'vitest';
import { account, at, contacts, input, upsertPath } from './test-support.js';

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
