import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PrepareRequest, WantedField } from '../destination.js';
import { plainTarget } from '../test-support.js';
import { outgoing, request, TestOrg } from './test-support.js';

let org: TestOrg;
beforeAll(async () => {
  org = await TestOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.sandbox.close());

const writes = () => org.apiCalls().filter((call) => !call.startsWith('GET'));

describe('preparing the org for a mapping', () => {
  const wanted: readonly WantedField[] = [
    { name: 'Crm_Key__c', label: 'Chat key', type: 'string', key: true },
    { name: 'Score__c', label: 'Score', type: 'number', key: false },
    { name: 'Hobbies__c', label: 'Hobbies', type: 'list', key: false },
    { name: 'Title', label: 'Title', type: 'string', key: false },
  ];
  const prepare = (more: Partial<PrepareRequest> = {}) =>
    org.connect().prepare?.({
      ...plainTarget,
      object: 'Contact',
      keyField: 'Crm_Key__c',
      tagsField: null,
      create: { fields: true, options: true },
      fields: wanted,
      dryRun: false,
      ...more,
    });

  it('makes the missing fields, gives access to them, and they can be used at once', async () => {
    const report = await prepare();
    expect(report?.problems).toEqual([]);
    expect(report?.created).toEqual([
      'the field Crm_Key__c (key) of Contact',
      'the field Score__c (number) of Contact',
      'the field Hobbies__c (list) of Contact',
    ]);
    const fields = { Score__c: { type: 'number', value: 5 }, Hobbies__c: { type: 'list', value: ['chess'] } } as const;
    const results = await org.connect().upsert(request([outgoing('a', { fields })], { keyField: 'Crm_Key__c' }));
    expect(results).toMatchObject([{ status: 'delivered', dropped: [] }]);
    expect(await org.records('Contact')).toMatchObject([{ Crm_Key__c: 'a', Score__c: 5, Hobbies__c: 'chess' }]);
    expect(await prepare()).toEqual({ created: [], problems: [] });
  });

  it('only says what it would make in a dry run', async () => {
    const report = await prepare({ dryRun: true });
    expect(report?.created).toHaveLength(3);
    expect(writes()).toEqual([]);
  });

  it('says what to do when the mapping does not allow to make fields, or Salesforce has them as its own', async () => {
    const own: WantedField = { name: 'Favourite', label: 'Favourite', type: 'string', key: false };
    const report = await prepare({ create: { fields: false, options: false }, fields: [...wanted, own] });
    expect(report?.created).toEqual([]);
    expect(report?.problems).toHaveLength(4);
    expect(report?.problems).toContainEqual(expect.stringContaining('create.fields'));
    expect(report?.problems).toContainEqual(expect.stringContaining('ends in __c'));
  });

  it('makes them on leads and contacts for people who are leads first', async () => {
    const report = await prepare({ object: 'LeadThenContact' });
    expect(report?.created.filter((line) => line.endsWith('of Lead'))).toHaveLength(3);
    expect(report?.created.filter((line) => line.endsWith('of Contact'))).toHaveLength(3);
  });

  it('makes fields of the company on Account', async () => {
    const field: WantedField = { name: 'account.Size__c', label: 'Size', type: 'number', key: false };
    const report = await prepare({ fields: [field] });
    expect(report).toEqual({ created: ['the field Size__c (number) of Account'], problems: [] });
  });

  it('reports what the user may not do, in Salesforce’s words', async () => {
    await org.change(() => ({ userPermissions: { customizeApplication: false } }));
    const report = await prepare();
    expect(report?.created).toEqual([]);
    expect(report?.problems).toHaveLength(3);
  });

  it('says when a field was made that stays hidden', async () => {
    await org.change(() => ({ userPermissions: { assignPermissionSets: false } }));
    const report = await prepare();
    expect(report?.created).toEqual([]);
    expect(report?.problems).toContainEqual(expect.stringContaining('cannot edit it'));
  });
});
