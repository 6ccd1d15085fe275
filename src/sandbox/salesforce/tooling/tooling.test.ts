import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ServedOrg } from '../test-support.js';

let org: ServedOrg;
beforeAll(async () => {
  org = await ServedOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.close());

const score = {
  FullName: 'Contact.Bot_Score__c',
  Metadata: { label: 'Bot score', type: 'Number', precision: 5, scale: 0 },
};
const create = (field: unknown) => org.api('POST', '/tooling/sobjects/CustomField', field);
const userPermissions = (change: Record<string, boolean>) =>
  org.change((state) => ({ userPermissions: { ...(state.userPermissions as object), ...change } }));

describe('a custom field', () => {
  it('is there when jsforce has made it, and invisible until a permission set shows it', async () => {
    const connection = org.jsforce();
    const made = await connection.tooling.create('CustomField', score);
    expect(made).toMatchObject({ success: true, id: expect.stringMatching(/^00N\w{15}$/) as string });
    const visible = async () =>
      (await connection.sobject('Contact').describe()).fields.find(({ name }) => name === 'Bot_Score__c');
    expect(await visible()).toBeUndefined();
    expect(await org.query('SELECT Bot_Score__c FROM Contact')).toMatchObject({
      body: [{ errorCode: 'INVALID_FIELD' }],
    });

    const ParentId = await org.make('PermissionSet', { Name: 'Fields', Label: 'Fields' });
    const shown = { ParentId, SobjectType: 'Contact', Field: 'Contact.Bot_Score__c', PermissionsEdit: true };
    await org.make('FieldPermissions', shown);
    expect(await visible()).toBeUndefined();
    await org.make('PermissionSetAssignment', { PermissionSetId: ParentId, AssigneeId: '005B00000000001IAA' });
    expect(await visible()).toMatchObject({ type: 'double', updateable: true, custom: true, precision: 5 });
    await org.make('Contact', { LastName: 'Ito', Bot_Score__c: 7 });
    expect(await org.rows('SELECT Bot_Score__c FROM Contact')).toMatchObject([{ Bot_Score__c: 7 }]);
  });

  it.each([
    ['Text', { length: 40, externalId: true, unique: true, caseSensitive: true }, 'string'],
    ['LongTextArea', { length: 5_000, visibleLines: 3 }, 'textarea'],
    ['Checkbox', { defaultValue: false }, 'boolean'],
    ['Currency', { precision: 18, scale: 2 }, 'currency'],
    ['DateTime', {}, 'datetime'],
    [
      'MultiselectPicklist',
      { visibleLines: 4, valueSet: { valueSetDefinition: { value: [{ fullName: 'vip', label: 'vip' }] } } },
      'multipicklist',
    ],
    ['Lookup', { referenceTo: 'Account', relationshipName: 'Fans' }, 'reference'],
  ])('of the type %s is made', async (type, more, described) => {
    expect(await create({ FullName: 'Lead.New__c', Metadata: { label: 'New', type, ...more } })).toMatchObject({
      status: 201,
    });
    const { fields } = await org.state();
    expect((fields as Record<string, unknown>).Lead).toContainEqual(
      expect.objectContaining({ name: 'New__c', type: described, access: 'none' }),
    );
  });

  it.each([
    [{ ...score, FullName: 'Contact.Plan__c' }, 'DUPLICATE_DEVELOPER_NAME'],
    [{ ...score, FullName: 'Contact.Bot-Score' }, 'FIELD_INTEGRITY_EXCEPTION'],
    [{ ...score, FullName: 'Nobody.X__c' }, 'INVALID_CROSS_REFERENCE_KEY'],
    [{ FullName: 'Contact.X__c', Metadata: { type: 'Date' } }, 'REQUIRED_FIELD_MISSING'],
    [{ FullName: 'Contact.X__c', Metadata: { label: 'X', type: 'Text' } }, 'FIELD_INTEGRITY_EXCEPTION'],
    [
      { FullName: 'Contact.X__c', Metadata: { label: 'X', type: 'Date', externalId: true } },
      'FIELD_INTEGRITY_EXCEPTION',
    ],
  ])('%j is refused with %s', async (field, errorCode) => {
    expect(await create(field)).toMatchObject({ status: 400, body: [{ errorCode }] });
  });

  it('is not made by a user who may not', async () => {
    await userPermissions({ customizeApplication: false });
    expect(await create(score)).toMatchObject({ status: 403, body: [{ errorCode: 'INSUFFICIENT_ACCESS' }] });
    await userPermissions({ customizeApplication: true, assignPermissionSets: false });
    expect(await org.api('POST', '/sobjects/PermissionSet', { Name: 'X', Label: 'X' })).toMatchObject({
      status: 400,
      body: [{ errorCode: 'INSUFFICIENT_ACCESS_OR_READONLY' }],
    });
  });

  it('of an activity is on tasks and on events', async () => {
    await create({ ...score, FullName: 'Activity.Bot_Score__c' });
    const { fields } = await org.state();
    for (const object of ['Task', 'Event'])
      expect((fields as Record<string, unknown>)[object]).toContainEqual(
        expect.objectContaining({ name: 'Bot_Score__c' }),
      );
  });

  it('is found by a tooling query, changed and deleted', async () => {
    await create(score);
    const connection = org.jsforce();
    const { records } = await connection.tooling.query(
      "SELECT Id FROM CustomField WHERE TableEnumOrId = 'Contact' AND DeveloperName = 'Bot_Score'",
    );
    const path = `/tooling/sobjects/CustomField/${String(records[0]?.Id)}`;
    expect(await org.api('PATCH', path, { Metadata: { ...score.Metadata, label: 'Score' } })).toMatchObject({
      status: 204,
    });
    expect(await org.api('GET', path)).toMatchObject({
      body: { FullName: 'Contact.Bot_Score__c', Metadata: { label: 'Score' } },
    });
    expect(await org.api('DELETE', path)).toMatchObject({ status: 204 });
    expect(await org.api('GET', path)).toMatchObject({ status: 404 });
  });
});
