import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { account, type Ask, at, contacts } from '../test-support.js';

const people = (...ids: string[]): object[] =>
  ids.map((id) => ({ id, createdAt: at, updatedAt: at, properties: { email: `p${id}@x.es` } }));
const listSchema = z.object({ list: z.object({ listId: z.string() }) });
const viewsSchema = z.array(z.object({ title: z.string(), rows: z.number() }));

async function newList(ask: Ask, name: string, more: object = {}): Promise<string> {
  const { body } = await ask('POST', '/crm/v3/lists', { name, objectTypeId: '0-1', processingType: 'MANUAL', ...more });
  return listSchema.parse(body).list.listId;
}

describe('a manual list', () => {
  it('takes record ids, tells unknown ones and leaves out what is empty', async () => {
    const ask = await account({ contacts: people('7', '8') });
    const id = await newList(ask, 'VIP');
    const add = (...ids: string[]) => ask('PUT', `/crm/v3/lists/${id}/memberships/add`, ids);
    expect((await add('7', '99')).body).toEqual({ recordsIdsAdded: ['7'], recordIdsMissing: ['99'] });
    expect((await add('7')).body).toEqual({});
    expect((await ask('PUT', `/crm/v3/lists/${id}/memberships/remove`, ['7'])).body).toEqual({
      recordIdsRemoved: ['7'],
    });
    await ask('PUT', `/crm/v3/lists/${id}/memberships/add-and-remove`, {
      recordIdsToAdd: ['8'],
      recordIdsToRemove: [],
    });
    expect(await ask('GET', `/crm/v3/lists/${id}/memberships`)).toMatchObject({
      body: { results: [{ recordId: '8' }] },
    });
    expect(await ask('GET', '/crm/v3/lists/records/0-1/8/memberships')).toMatchObject({
      body: { results: [{ listId: id }] },
    });
  });

  it('has a name of its own, is found by it and by a search, and can be deleted', async () => {
    const ask = await account();
    const id = await newList(ask, 'VIP customers');
    const again = { name: 'VIP customers', objectTypeId: '0-1', processingType: 'MANUAL' };
    expect(await ask('POST', '/crm/v3/lists', again)).toMatchObject({
      status: 400,
      body: { category: 'VALIDATION_ERROR', subCategory: 'ILS.DUPLICATE_LIST_NAMES' },
    });
    expect(await ask('GET', '/crm/v3/lists/object-type-id/0-1/name/VIP%20customers')).toMatchObject({
      body: { list: { listId: id, processingType: 'MANUAL' } },
    });
    expect(
      await ask('POST', '/crm/v3/lists/search', { query: 'vip', offset: 0, additionalProperties: [] }),
    ).toMatchObject({
      body: { total: 1, hasMore: false, lists: [{ listId: id }] },
    });
    expect(await ask('DELETE', `/crm/v3/lists/${id}`)).toMatchObject({ status: 204 });
    expect(await ask('GET', '/crm/v3/lists/object-type-id/0-1/name/VIP%20customers')).toMatchObject({ status: 404 });
    expect(await ask('PUT', `/crm/v3/lists/${id}/restore`)).toMatchObject({ status: 204 });
    expect(await ask('GET', `/crm/v3/lists/${id}`)).toMatchObject({ status: 200 });
  });

  it('needs both scopes to be changed', async () => {
    const apps = [{ token: 'writer', appId: 1, scopes: ['crm.lists.write'] }];
    const ask = await account({ apps });
    expect(await ask('PUT', '/crm/v3/lists/13/memberships/add', ['7'], 'writer')).toMatchObject({
      status: 403,
      body: { errors: [{ context: { requiredGranularScopes: ['crm.lists.read'] } }] },
    });
  });
});

describe('a list with a rule', () => {
  it('follows its contacts and cannot be changed by hand', async () => {
    const ask = await account({ contacts: people('7') });
    const members = () => ask('GET', '/crm/v3/lists/12/memberships');
    expect(await ask('PUT', '/crm/v3/lists/12/memberships/add', ['7'])).toMatchObject({
      status: 400,
      body: { category: 'VALIDATION_ERROR' },
    });
    await ask('PATCH', `${contacts}/7`, { properties: { lifecyclestage: 'customer' } });
    expect(await members()).toMatchObject({ body: { results: [{ recordId: '7' }] } });
    await ask('PATCH', `${contacts}/7`, { properties: { lifecyclestage: '' } });
    expect(await members()).toMatchObject({ body: { results: [] } });
  });

  it('is worked out anew when the state is replaced', async () => {
    const customer = { id: '7', createdAt: at, updatedAt: at, properties: { lifecyclestage: 'customer' } };
    const ask = await account({ contacts: [customer] });
    expect(await ask('GET', '/crm/v3/lists/12/memberships')).toMatchObject({ body: { results: [{ recordId: '7' }] } });
  });
});

describe('a workflow', () => {
  it('that listens to a list takes in who comes into it, once', async () => {
    const ask = await account({ contacts: people('7') });
    for (const how of ['add', 'remove', 'add']) await ask('PUT', `/crm/v3/lists/11/memberships/${how}`, ['7']);
    expect(await ask('GET', `${contacts}/7?properties=hs_lead_status`)).toMatchObject({
      body: { properties: { hs_lead_status: 'OPEN' } },
    });
    const { body } = await ask('GET', '/_sandbox/views');
    expect(viewsSchema.parse(body)).toContainEqual(expect.objectContaining({ title: 'Enrolments', rows: 1 }));
  });

  it('takes in by the legacy call whoever is known, unless it is off', async () => {
    const ask = await account({ contacts: people('7') });
    const enrol = (workflow: string, email: string, method: 'POST' | 'DELETE' = 'POST') =>
      ask(method, `/automation/v2/workflows/${workflow}/enrollments/contacts/${email}`);
    expect(await enrol('3002', 'p7@x.es')).toMatchObject({ status: 204 });
    expect(await enrol('3002', 'nobody@x.es')).toMatchObject({ status: 404 });
    expect(await enrol('1', 'p7@x.es')).toMatchObject({ status: 404 });
    expect(await enrol('3003', 'p7@x.es')).toMatchObject({ status: 400 });
    expect(await enrol('3002', 'p7@x.es', 'DELETE')).toMatchObject({ status: 204 });
    expect(await ask('GET', '/_sandbox/state')).toMatchObject({
      body: { enrolments: [{ flowId: '900002', contactId: '7', endedAt: expect.any(String) as string }] },
    });
  });

  it('is listed, and its two ids can be told apart', async () => {
    const ask = await account();
    expect(await ask('GET', '/automation/v4/flows?limit=1')).toMatchObject({
      body: { results: [{ id: '900001', isEnabled: true, flowType: 'WORKFLOW' }], paging: { next: { after: '1' } } },
    });
    const inputs = [
      { type: 'FLOW_ID', flowId: '900002' },
      { type: 'WORKFLOW_ID', workflowId: '1' },
    ];
    expect(await ask('POST', '/automation/v4/workflow-id-mappings/batch/read', { inputs })).toMatchObject({
      status: 207,
      body: { results: [{ flowId: 900_002, workflowId: 3_002 }] },
    });
  });
});
