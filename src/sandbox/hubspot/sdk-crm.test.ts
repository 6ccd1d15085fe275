import { AssociationSpecAssociationCategoryEnum as Category } from '@hubspot/api-client/lib/codegen/crm/associations/v4/models/AssociationSpec.js';
import { FilterOperatorEnum as Operator } from '@hubspot/api-client/lib/codegen/crm/contacts/models/Filter.js';
import { AssociationSpecAssociationCategoryEnum as NewCategory } from '@hubspot/api-client/lib/codegen/crm/objects/models/AssociationSpec.js';
import {
  PropertyCreateFieldTypeEnum as FieldType,
  PropertyCreateTypeEnum as Type,
} from '@hubspot/api-client/lib/codegen/crm/properties/models/PropertyCreate.js';
import { describe, expect, it } from 'vitest';
import { at, person, sdkAccount } from './test-support.js';

const belongsTo = (id: string, associationTypeId: number) => [
  { to: { id }, types: [{ associationCategory: NewCategory.HubspotDefined, associationTypeId }] },
];

describe('contacts by the SDK', () => {
  it('are upserted, created, updated, read and archived in batches', async () => {
    const { batchApi } = (await sdkAccount()).sdk.crm.contacts;
    const input = { id: 'ada@x.es', idProperty: 'email', properties: { country: 'Peru' }, objectWriteTraceId: 't-1' };
    const [upserted] = (await batchApi.upsert({ inputs: [input] })).results;
    expect(upserted).toMatchObject({ _new: true, properties: { email: 'ada@x.es', country: 'Peru' } });
    const created = await batchApi.create({ inputs: [{ properties: { email: 'bob@x.es' }, associations: [] }] });
    const ids = [upserted?.id ?? '', created.results[0]?.id ?? ''];
    const updated = await batchApi.update({ inputs: ids.map((id) => ({ id, properties: { country: 'Chile' } })) });
    expect(updated.results).toHaveLength(2);
    const read = await batchApi.read({
      inputs: [...ids, '1'].map((id) => ({ id })),
      properties: ['country', 'plan'],
      propertiesWithHistory: ['country'],
    });
    expect(read).toMatchObject({ numErrors: 1, errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: ['1'] } }] });
    expect(read.results.find(({ id }) => id === ids[0])).toMatchObject({
      properties: { country: 'Chile', plan: null },
      propertiesWithHistory: { country: [{ value: 'Chile', sourceType: 'INTEGRATION' }, { value: 'Peru' }] },
    });
    await batchApi.archive({ inputs: ids.map((id) => ({ id })) });
    expect(
      (await batchApi.read({ inputs: [{ id: ids[0] ?? '' }], properties: [], propertiesWithHistory: [] }, true))
        .results,
    ).toMatchObject([{ archived: true }]);
  });

  it('are created, got, listed, updated, merged, archived and erased one by one', async () => {
    const here = await sdkAccount();
    const { basicApi } = here.sdk.crm.contacts;
    const [ada, bob, cy] = [
      await person(here, 'ada@x.es'),
      await person(here, 'bob@x.es'),
      await person(here, 'cy@x.es'),
    ];
    await expect(person(here, 'ada@x.es')).rejects.toMatchObject({
      code: 409,
      body: { message: `Contact already exists. Existing ID: ${ada}`, category: 'CONFLICT' },
    });
    await basicApi.update('ada@x.es', { properties: { country: 'Peru' } }, 'email');
    expect(await basicApi.getById(ada, ['country'])).toMatchObject({ properties: { country: 'Peru' } });
    expect((await basicApi.getPage(2)).paging?.next?.after).toBe(cy);
    expect((await basicApi.merge({ primaryObjectId: ada, objectIdToMerge: bob })).id).toBe(ada);
    expect((await basicApi.getById(bob, ['hs_additional_emails'])).properties.hs_additional_emails).toBe('bob@x.es');
    await basicApi.archive(cy);
    await expect(basicApi.getById(cy)).rejects.toMatchObject({ code: 404 });
    await basicApi.purge({ objectId: ada });
    expect((await basicApi.getPage()).results).toEqual([]);
  });

  it('are found by search, and pages end at the ten-thousandth result', async () => {
    const here = await sdkAccount();
    await person(here, 'ada@x.es', { country: 'Peru' });
    const search = (after: string) =>
      here.sdk.crm.contacts.searchApi.doSearch({
        filterGroups: [{ filters: [{ propertyName: 'country', operator: Operator.Eq, value: 'Peru' }] }],
        sorts: ['-createdate'],
        properties: ['email'],
        limit: 200,
        after,
      });
    expect(await search('0')).toMatchObject({ total: 1, results: [{ properties: { email: 'ada@x.es' } }] });
    await expect(search('9900')).rejects.toMatchObject({ code: 400 });
  });
});

describe('properties by the SDK', () => {
  it('are listed, created in a group, changed and archived', async () => {
    const { coreApi, groupsApi, batchApi } = (await sdkAccount()).sdk.crm.properties;
    await groupsApi.create('contacts', { name: 'parley', label: 'Parley', displayOrder: -1 });
    expect((await groupsApi.getAll('contacts')).results.map(({ name }) => name)).toContain('parley');
    await groupsApi.update('contacts', 'parley', { label: 'From Parley' });
    const property = {
      label: 'Size',
      type: Type.Enumeration,
      fieldType: FieldType.Select,
      groupName: 'parley',
      options: [],
    };
    await coreApi.create('contacts', { ...property, name: 'size' });
    await expect(coreApi.create('contacts', { ...property, name: 'size' })).rejects.toMatchObject({
      code: 409,
      body: { subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS' },
    });
    const options = [{ label: 'Large', value: 'l', hidden: false, displayOrder: 0 }];
    expect(await coreApi.update('contacts', 'size', { options })).toMatchObject({ options: [{ value: 'l' }] });
    expect(await coreApi.getByName('contacts', 'size')).toMatchObject({ type: 'enumeration', fieldType: 'select' });
    expect((await coreApi.getAll('contacts')).results.some(({ name }) => name === 'size')).toBe(true);
    await batchApi.create('contacts', { inputs: [{ ...property, name: 'hat' }] });
    await coreApi.archive('contacts', 'size');
    await batchApi.archive('contacts', { inputs: [{ name: 'hat' }] });
    await groupsApi.archive('contacts', 'parley');
    await expect(coreApi.getByName('contacts', 'size')).rejects.toMatchObject({ code: 404 });
  });
});

describe('other records by the SDK', () => {
  it('are made for a contact, read in batches, searched and associated', async () => {
    const here = await sdkAccount();
    const { objects, associations, pipelines, owners } = here.sdk.crm;
    const ada = await person(here, 'ada@x.es');
    const made = async (type: string, properties: Record<string, string>, typeId: number): Promise<string> =>
      (await objects.basicApi.create(type, { properties, associations: belongsTo(ada, typeId) })).id;
    const deal = await made('deals', { dealname: 'Shoes', dealstage: 'closedwon', amount: '50' }, 3);
    await made('notes', { hs_timestamp: at, hs_note_body: 'Chat' }, 202);
    await made('tasks', { hs_timestamp: at, hs_task_subject: 'Call' }, 204);
    await made('tickets', { subject: 'Help', hs_pipeline_stage: '1' }, 16);
    const read = { inputs: [{ id: deal }], properties: ['amount', 'hs_is_closed_won'], propertiesWithHistory: [] };
    expect((await objects.batchApi.read('deals', read)).results).toMatchObject([
      { properties: { amount: '50', hs_is_closed_won: 'true' } },
    ]);
    const company = await objects.basicApi.create('companies', { properties: { domain: 'x.es' }, associations: [] });
    await objects.batchApi.update('companies', { inputs: [{ id: company.id, properties: { name: 'X' } }] });
    const v4 = associations.v4;
    const pair = { _from: { id: ada }, to: { id: company.id } };
    await v4.batchApi.createDefault('contacts', 'companies', { inputs: [pair] });
    const found = await v4.batchApi.getPage('contacts', 'deals', { inputs: [{ id: ada }, { id: '1' }] });
    // The record's id is text, that of the other end a number whatever the types say; nothing associated is an error of a 207.
    expect(found.results).toMatchObject([{ _from: { id: ada }, to: [{ toObjectId: Number(deal) }] }]);
    expect(found).toMatchObject({ errors: [{ subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND' }] });
    const types = [{ associationCategory: Category.HubspotDefined, associationTypeId: 4 }];
    await v4.basicApi.create('contacts', ada, 'deals', deal, types);
    expect((await v4.basicApi.getPage('contacts', ada, 'companies')).results).toHaveLength(1);
    await v4.basicApi.archive('contacts', ada, 'companies', company.id);
    expect((await pipelines.pipelinesApi.getAll('deals')).results[0]?.stages.length).toBeGreaterThan(3);
    expect((await owners.ownersApi.getPage(undefined, undefined, 100, false)).results).toHaveLength(2);
  });
});

describe('lists by the SDK', () => {
  it('are made, found, filled, emptied, deleted and restored; a rule’s list takes nobody', async () => {
    const here = await sdkAccount();
    const { listsApi, membershipsApi } = here.sdk.crm.lists;
    const ada = await person(here, 'ada@x.es');
    const { list } = await listsApi.create({ name: 'Hot', objectTypeId: '0-1', processingType: 'MANUAL' });
    await expect(listsApi.create({ name: 'Hot', objectTypeId: '0-1', processingType: 'MANUAL' })).rejects.toMatchObject(
      { code: 400, body: { subCategory: 'ILS.DUPLICATE_LIST_NAMES' } },
    );
    expect((await listsApi.getByName('Hot', '0-1')).list.listId).toBe(list.listId);
    expect(
      (await listsApi.doSearch({ query: 'hot', offset: 0, count: 10, additionalProperties: [] })).lists,
    ).toHaveLength(2);
    const added = await membershipsApi.add(list.listId, [ada, '77']);
    expect(added).toMatchObject({ recordsIdsAdded: [ada], recordIdsMissing: ['77'] });
    expect(added.recordIdsRemoved).toBeUndefined();
    await expect(membershipsApi.add('12', [ada])).rejects.toMatchObject({ code: 400 });
    expect((await membershipsApi.getPage(list.listId)).results).toMatchObject([{ recordId: ada }]);
    expect((await membershipsApi.getLists('0-1', ada)).results).toMatchObject([{ listId: list.listId }]);
    await membershipsApi.remove(list.listId, [ada]);
    await membershipsApi.addAndRemove(list.listId, { recordIdsToAdd: [ada], recordIdsToRemove: [] });
    await membershipsApi.removeAll(list.listId);
    await listsApi.remove(list.listId);
    await expect(listsApi.getByName('Hot', '0-1')).rejects.toMatchObject({ code: 404 });
    await listsApi.restore(list.listId);
  });
});
