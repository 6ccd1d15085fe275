import { describe, expect, it } from 'vitest';
import { sandboxPersonToken } from '../index.js';
import { account, at, contacts, create, forward } from '../test-support.js';

const person = (id: string, properties: object): object => ({ id, createdAt: at, updatedAt: at, properties });

describe('history', () => {
  it('tells what a property has been and who changed it, newest first', async () => {
    const ask = await account();
    const id = await create(ask, 'contacts', { email: 'ada@x.es', lifecyclestage: 'lead' });
    await ask('PATCH', `${contacts}/${id}`, { properties: { lifecyclestage: 'customer' } }, sandboxPersonToken);
    const asked = { inputs: [{ id }], properties: [], propertiesWithHistory: ['lifecyclestage'] };
    expect(await ask('POST', `${contacts}/batch/read`, asked)).toMatchObject({
      body: {
        results: [
          {
            propertiesWithHistory: {
              lifecyclestage: [
                { value: 'customer', sourceType: 'CRM_UI', sourceId: 'userId:5501' },
                { value: 'lead', sourceType: 'INTEGRATION', sourceId: '770001' },
              ],
            },
          },
        ],
      },
    });
  });

  it('of more than fifty records is refused in one call', async () => {
    const ask = await account();
    const inputs = Array.from({ length: 51 }, (_, n) => ({ id: String(n) }));
    expect(await ask('POST', `${contacts}/batch/read`, { inputs, propertiesWithHistory: ['plan'] })).toMatchObject({
      status: 400,
    });
  });
});

describe('batch create', () => {
  const inputs = (...properties: object[]) => ({
    inputs: properties.map((each, n) => ({ objectWriteTraceId: `t-${String(n)}`, properties: each })),
  });

  it('tells bad records by their trace ids and creates the others', async () => {
    const ask = await account();
    expect(
      await ask(
        'POST',
        `${contacts}/batch/create`,
        inputs({ email: 'a@x.es' }, { email: 'b@@x' }, { email: 'a@x.es' }),
      ),
    ).toMatchObject({
      status: 207,
      body: {
        results: [{ properties: { email: 'a@x.es' }, objectWriteTraceId: 't-0' }],
        errors: [
          { category: 'VALIDATION_ERROR', context: { objectWriteTraceId: ['t-1'] } },
          { category: 'CONFLICT', context: { objectWriteTraceId: ['t-2'] } },
        ],
      },
    });
  });

  it('without trace ids is refused whole with the first clash', async () => {
    const ask = await account({ contacts: [person('7', { email: 'a@x.es' })] });
    const body = { inputs: [{ properties: { email: 'new@x.es' } }, { properties: { email: 'A@x.es' } }] };
    expect(await ask('POST', `${contacts}/batch/create`, body)).toMatchObject({
      status: 409,
      body: { message: 'Contact already exists. Existing ID: 7' },
    });
    expect(await ask('GET', `${contacts}/new@x.es?idProperty=email`)).toMatchObject({ status: 404 });
  });
});

describe('a merge', () => {
  const state = {
    contacts: [
      person('7', { email: 'ada@x.es', lifecyclestage: 'lead' }),
      person('8', { email: 'ada@work.es', lifecyclestage: 'customer', country: 'Peru' }),
    ],
  };
  const merge = { primaryObjectId: '7', objectIdToMerge: '8' };

  it('lets the survivor answer for the old id and both addresses', async () => {
    const ask = await account(state);
    expect(await ask('POST', `${contacts}/merge`, merge)).toMatchObject({ status: 200, body: { id: '7' } });
    for (const asked of ['8?', 'ada@work.es?idProperty=email&'])
      expect(
        await ask(
          'GET',
          `${contacts}/${asked}properties=country,lifecyclestage,hs_additional_emails,hs_merged_object_ids`,
        ),
      ).toMatchObject({
        body: {
          id: '7',
          properties: {
            country: 'Peru',
            lifecyclestage: 'customer',
            hs_additional_emails: 'ada@work.es',
            hs_merged_object_ids: '8',
          },
        },
      });
    expect(await ask('POST', contacts, { properties: { email: 'ada@work.es' } })).toMatchObject({ status: 409 });
  });

  it('gives the survivor a new id where the account does that', async () => {
    const ask = await account({ ...state, behaviour: { mergeMintsNewId: true } });
    const { body } = await ask('POST', `${contacts}/merge`, merge);
    const { id } = body as { id: string };
    expect(['7', '8']).not.toContain(id);
    for (const old of ['7', '8']) expect(await ask('GET', `${contacts}/${old}`)).toMatchObject({ body: { id } });
  });

  it('takes the deals of both along', async () => {
    const ask = await account(state);
    const deal = { dealname: 'Shoes', dealstage: 'closedwon', amount: '50' };
    const id = await create(ask, 'deals', deal, {
      associations: [{ to: { id: '8' }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 3 }] }],
    });
    await ask('POST', `${contacts}/merge`, merge);
    expect(await ask('GET', '/crm/v4/objects/contacts/7/associations/deals')).toMatchObject({
      body: { results: [{ toObjectId: Number(id), associationTypes: [{ typeId: 4, label: null }] }] },
    });
  });
});

describe('an upsert by an additional address', () => {
  const ada = person('7', { email: 'ada@x.es', hs_additional_emails: 'ada@work.es' });
  const body = { inputs: [{ id: 'ada@work.es', idProperty: 'email', properties: { country: 'Peru' } }] };

  it.each([
    ['update', 200, { results: [{ id: '7', new: false, properties: { email: 'ada@x.es', country: 'Peru' } }] }],
    ['conflict', 409, { message: 'Contact already exists. Existing ID: 7' }],
  ])('is answered with an %s, as the account does it', async (upsertBySecondaryEmail, status, answer) => {
    const ask = await account({ contacts: [ada], behaviour: { upsertBySecondaryEmail } });
    expect(await ask('POST', `${contacts}/batch/upsert`, body)).toMatchObject({ status, body: answer });
  });
});

describe('an archived contact', () => {
  it('can be read as such, and brought back by a person', async () => {
    const ask = await account({ contacts: [person('7', { email: 'ada@x.es' })] });
    await ask('DELETE', `${contacts}/7`);
    expect(await ask('GET', `${contacts}/7`)).toMatchObject({ status: 404 });
    expect(await ask('GET', `${contacts}/7?archived=true`)).toMatchObject({ body: { archived: true } });
    expect(await ask('POST', '/_sandbox/activity', { did: 'restored', contactId: '7' })).toMatchObject({ status: 200 });
    expect(await ask('GET', `${contacts}/ada@x.es?idProperty=email`)).toMatchObject({ body: { id: '7' } });
  });
});

describe('erasure', () => {
  it('leaves nothing, and keeps an unknown address from ever being created', async () => {
    const ask = await account({ contacts: [person('7', { email: 'ada@x.es' })] });
    const erase = (objectId: string, more: object = {}) =>
      ask('POST', `${contacts}/gdpr-delete`, { objectId, ...more });
    expect(await erase('7')).toMatchObject({ status: 204, body: null });
    expect(await ask('GET', `${contacts}/7?archived=true`)).toMatchObject({ status: 404 });
    expect(await erase('ghost@x.es', { idProperty: 'email' })).toMatchObject({ status: 204 });
    expect(await ask('POST', contacts, { properties: { email: 'ghost@x.es' } })).toMatchObject({ status: 400 });
    expect(await erase('99')).toMatchObject({ status: 404 });
  });
});

describe('search', () => {
  const search = (filters: object[], more: object = {}) => ({ filterGroups: [{ filters }], ...more });
  const state = {
    contacts: [
      person('7', { email: 'ada@x.es', plan: 'pro', budget: '9', interests: 'shoes;hats' }),
      person('8', { email: 'bob@x.es', plan: 'free', budget: '10' }),
      person('9', { email: 'cleo@x.es' }),
    ],
  };

  it.each([
    [{ propertyName: 'plan', operator: 'EQ', value: 'PRO' }, ['7']],
    [{ propertyName: 'plan', operator: 'NEQ', value: 'pro' }, ['8']],
    [{ propertyName: 'budget', operator: 'GT', value: '9' }, ['8']],
    [{ propertyName: 'budget', operator: 'BETWEEN', value: '9', highValue: '9.5' }, ['7']],
    [{ propertyName: 'interests', operator: 'IN', values: ['hats'] }, ['7']],
    [{ propertyName: 'plan', operator: 'NOT_HAS_PROPERTY' }, ['9']],
    [{ propertyName: 'email', operator: 'CONTAINS_TOKEN', value: 'cleo*' }, ['9']],
    [{ propertyName: 'hs_object_id', operator: 'GT', value: '8' }, ['9']],
  ])('finds by %j', async (filter, ids) => {
    const ask = await account(state);
    const { body } = await ask('POST', `${contacts}/search`, search([filter]));
    expect((body as { results: { id: string }[] }).results.map(({ id }) => id)).toEqual(ids);
  });

  it('sees the account as it was a moment ago', async () => {
    const ask = await account({ ...state, behaviour: { searchLagMs: 5_000 } });
    await ask('PATCH', `${contacts}/7`, { properties: { plan: 'team' } });
    await create(ask, 'contacts', { email: 'new@x.es', plan: 'team' });
    const teams = () =>
      ask('POST', `${contacts}/search`, search([{ propertyName: 'plan', operator: 'EQ', value: 'team' }]));
    expect(await teams()).toMatchObject({ body: { total: 0 } });
    await forward(ask, 6_000);
    expect(await teams()).toMatchObject({ body: { total: 2 } });
  });

  it('pages in the order asked for, and not past ten thousand', async () => {
    const ask = await account(state);
    const sorts = [{ propertyName: 'email', direction: 'DESCENDING' }];
    expect(await ask('POST', `${contacts}/search`, { sorts, limit: 1, after: '1' })).toMatchObject({
      body: { total: 3, results: [{ id: '8' }], paging: { next: { after: '2' } } },
    });
    expect(await ask('POST', `${contacts}/search`, { limit: 200, after: '9900' })).toMatchObject({ status: 400 });
  });

  it.each([
    ['too many groups', { filterGroups: Array.from({ length: 6 }, () => ({ filters: [] })) }],
    ['two sorts', { sorts: ['email', 'plan'] }],
    ['a page too large', { limit: 201 }],
    ['a body too long', { query: 'x'.repeat(3_001) }],
    ['a property that is not there', search([{ propertyName: 'nope', operator: 'EQ', value: '1' }])],
    ['an operator without a value', search([{ propertyName: 'plan', operator: 'EQ' }])],
  ])('refuses %s', async (_name, body) => {
    const ask = await account();
    expect(await ask('POST', `${contacts}/search`, body)).toMatchObject({ status: 400 });
  });

  it('has five calls a second, in its own words and without the headers of other calls', async () => {
    const ask = await account();
    await ask('PUT', '/_sandbox/limits', { enabled: true });
    const { headers } = await ask('POST', `${contacts}/search`, {});
    expect(headers.get('x-hubspot-ratelimit-remaining')).toBeNull();
    for (let call = 1; call < 5; call += 1) await ask('POST', `${contacts}/search`, {});
    const refused = await ask('POST', `${contacts}/search`, {});
    expect(refused).toMatchObject({
      status: 429,
      body: { message: 'You have reached your secondly limit.', category: 'RATE_LIMITS' },
    });
    expect(refused.body).not.toHaveProperty('policyName');
    expect(await ask('GET', contacts)).toMatchObject({ status: 200 });
  });
});

describe('deals', () => {
  it('know by their stage whether they are won, and their contact sums it up', async () => {
    const ask = await account({ contacts: [person('7', { email: 'ada@x.es' })] });
    const id = await create(ask, 'deals', {
      dealname: 'Shoes',
      dealstage: 'closedwon',
      pipeline: 'default',
      amount: '50',
    });
    await ask('PUT', `/crm/v4/objects/deals/${id}/associations/default/contacts/7`);
    expect(
      await ask('GET', `/crm/v3/objects/deals/${id}?properties=hs_is_closed_won,amount&associations=contacts`),
    ).toMatchObject({
      body: {
        properties: { hs_is_closed_won: 'true', amount: '50' },
        associations: { contacts: { results: [{ id: '7', type: 'deal_to_contact' }] } },
      },
    });
    expect(await ask('GET', `${contacts}/7?properties=num_associated_deals,recent_deal_amount`)).toMatchObject({
      body: { properties: { num_associated_deals: '1', recent_deal_amount: '50' } },
    });
  });

  it('need a stage of their pipeline', async () => {
    const ask = await account();
    const create = (properties: object) => ask('POST', '/crm/v3/objects/deals', { properties });
    expect(await create({ dealname: 'x', dealstage: 'nowhere' })).toMatchObject({
      status: 400,
      body: { errors: [{ code: 'INVALID_OPTION', context: { propertyName: ['dealstage'] } }] },
    });
    expect(await create({ dealname: 'x' })).toMatchObject({
      status: 400,
      body: {
        message: 'Error creating DEAL. Some required properties were not set.',
        context: { properties: ['dealstage'] },
      },
    });
  });
});

describe('associations', () => {
  it('of many are read at once; who has none is told in a 207', async () => {
    const ask = await account({ contacts: [person('7', {}), person('8', {})] });
    const company = await create(ask, 'companies', { name: 'Acme', domain: 'acme.test' });
    await ask('PUT', `/crm/v4/objects/contacts/7/associations/default/companies/${company}`);
    expect(
      await ask('POST', '/crm/v4/associations/contacts/companies/batch/read', { inputs: [{ id: '7' }, { id: '8' }] }),
    ).toMatchObject({
      status: 207,
      body: {
        results: [
          {
            from: { id: '7' },
            to: [{ toObjectId: Number(company), associationTypes: [{ typeId: 279 }, { typeId: 1, label: 'Primary' }] }],
          },
        ],
        errors: [{ subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND', context: { fromObjectId: ['8'] } }],
      },
    });
    await ask('DELETE', `/crm/v4/objects/contacts/7/associations/companies/${company}`);
    expect(await ask('GET', `${contacts}/7?properties=associatedcompanyid`)).toMatchObject({
      body: { properties: { associatedcompanyid: null } },
    });
  });

  it('need only one direction in an imported state', async () => {
    const ask = await account({
      contacts: [person('7', {})],
      objects: { deals: { records: [person('70', { dealname: 'Shoes', dealstage: 'closedwon', amount: '9' })] } },
      associations: [{ fromType: 'deals', fromId: '70', toType: 'contacts', toId: '7', typeId: 3 }],
    });
    expect(await ask('GET', '/crm/v4/objects/contacts/7/associations/deals')).toMatchObject({
      body: { results: [{ toObjectId: 70, associationTypes: [{ typeId: 4 }] }] },
    });
    const limited = { behaviour: { mostAssociationReads: 1 } };
    await ask('PUT', '/_sandbox/state', limited);
    const inputs = [{ id: '7' }, { id: '8' }];
    expect(await ask('POST', '/crm/v4/associations/contacts/deals/batch/read', { inputs })).toMatchObject({
      status: 400,
    });
  });

  it('of a note are made with it, and an unknown contact refuses the note', async () => {
    const ask = await account({ contacts: [person('7', {})] });
    const note = (to: string) => ({
      properties: { hs_timestamp: at, hs_note_body: 'Chat' },
      associations: [{ to: { id: to }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 }] }],
    });
    expect(await ask('POST', '/crm/v3/objects/notes', note('7'))).toMatchObject({ status: 201 });
    expect(await ask('POST', '/crm/v3/objects/notes', note('99'))).toMatchObject({ status: 400 });
    expect(await ask('GET', '/crm/v4/objects/contacts/7/associations/notes')).toMatchObject({
      body: { results: [{ associationTypes: [{ typeId: 201 }] }] },
    });
  });
});

describe('trouble that lasts', () => {
  it('is a locked record, and an account that moves', async () => {
    const ask = await account({ contacts: [person('7', {})], behaviour: { lockedRecords: ['7'] } });
    expect(await ask('PATCH', `${contacts}/7`, { properties: { country: 'Peru' } })).toMatchObject({ status: 423 });
    const movesUntil = new Date(Date.now() + 90_000).toISOString();
    await ask('PUT', '/_sandbox/state', { behaviour: { movesUntil } });
    const moving = await ask('GET', contacts);
    expect(moving.status).toBe(477);
    expect(Number(moving.headers.get('retry-after'))).toBeGreaterThan(80);
  });
});
