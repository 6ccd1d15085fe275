import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { salesforce } from './definition.js';
import { salesforceSettings } from './settings.js';
import { TestOrg } from './test-support.js';

let org: TestOrg;
beforeAll(async () => {
  org = await TestOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.sandbox.close());

const changeField = (name: string, change: Readonly<Record<string, unknown>>) =>
  org.change(({ contactFields }) => ({
    contactFields: contactFields.map((field) => (field.name === name ? { ...field, ...change } : field)),
  }));

describe('the settings', () => {
  const credentials = { clientId: 'id', clientSecret: 'secret' };
  const problemsOf = (input: unknown) =>
    salesforceSettings.safeParse(input).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

  it('take an address as people copy it', () => {
    const settings = salesforceSettings.parse({ instanceUrl: 'https://acme.my.salesforce.com/', ...credentials });
    expect(settings).toMatchObject({
      instanceUrl: 'https://acme.my.salesforce.com',
      signIn: 'client_credentials',
      apiVersion: '60.0',
      lastNameFallback: '(unknown)',
      recordsPerCall: 200,
    });
  });

  it.each([
    ['https://acme.lightning.force.com/lightning/setup', 'user interface'],
    ['https://login.salesforce.com', 'My Domain'],
    ['http://acme.my.salesforce.com', 'https://'],
  ])('explain why %s is not the address', (instanceUrl, words) => {
    expect(problemsOf({ instanceUrl, ...credentials })).toEqual([expect.stringContaining(words)]);
  });

  it.each([
    [{ signIn: 'client_credentials', clientId: 'id' }, 'clientSecret'],
    [{ signIn: 'access_token' }, 'accessToken'],
  ])('name what is missing in %j', (input, missing) => {
    expect(problemsOf({ instanceUrl: 'https://acme.my.salesforce.com', ...input })).toEqual([
      expect.stringMatching(new RegExp(`^${missing}: Needed`)),
    ]);
  });

  it('describe every field of the form', () => {
    const { properties = {} } = z.toJSONSchema(salesforceSettings, { io: 'input' });
    for (const [name, property] of Object.entries(properties))
      expect(property, name).toMatchObject({ description: expect.any(String) as string });
    for (const secret of salesforce.secrets) expect(properties).toHaveProperty(secret);
  });

  it('decide the limits', () => {
    expect(salesforce.limits(org.settings({ recordsPerCall: 50, timeoutSeconds: 120 }))).toEqual({
      batchSize: 50,
      parallelCalls: 5,
      rates: [],
      timeoutMs: 120_000,
      daily: { keptForOthers: 0.1, keptForSync: 0.15 },
    });
  });
});

describe('the check', () => {
  it('finds a fresh sandbox ready, and tells the version and the calls left', async () => {
    const { account, problems, missing, details } = await org.connect().check({ mapping: null });
    expect(account).toBe(new URL(org.origin).host);
    expect(problems).toEqual([]);
    expect(missing).toEqual([]);
    expect(details).toMatchObject({
      'API version': '60.0',
      'Newest API version of the org': expect.stringMatching(/^\d\d\.0$/) as string,
      'Calls left today': expect.stringMatching(/^149\d\d of 15000$/) as string,
    });
  });

  it('looks at what the mapping needs: key, fields, companies, every kind of person', async () => {
    const mapping = {
      object: 'LeadThenContact',
      keyField: 'Parley_Id__c',
      tagsField: null,
      options: {},
      create: { fields: false, options: false },
      fields: ['Title', 'Nope__c', 'SystemModstamp', 'account.Name', 'account.Nope__c'],
    };
    const { problems } = await org.connect().check({ mapping });
    expect(problems).toEqual([
      expect.stringContaining('Contact has no field Nope__c'),
      expect.stringContaining('cannot edit SystemModstamp of Contact'),
      expect.stringContaining('Lead has no field Nope__c'),
      expect.stringContaining('cannot edit SystemModstamp of Lead'),
      expect.stringContaining('Account has no field Nope__c'),
    ]);
  });

  it('names the rights that are missing and what cannot be done without them', async () => {
    await org.change(() => ({ objectPermissions: { Campaign: { create: false }, Opportunity: { read: false } } }));
    const { missing } = await org.connect().check({ mapping: null });
    expect(missing).toMatchObject([
      { scope: 'Campaign: create, edit', neededFor: expect.stringContaining('lists') as string },
      { scope: 'Opportunity: read, create, edit' },
    ]);
  });

  it('does without the limits where the user may not see them', async () => {
    await org.change(() => ({ userPermissions: { viewSetup: false } }));
    const { problems, details } = await org.connect().check({ mapping: null });
    expect(problems).toEqual([]);
    expect(details).toMatchObject({ 'Calls left today': expect.stringContaining('not visible') as string });
  });

  it('says when there is no field to match by', async () => {
    await changeField('Parley_Id__c', { access: 'read' });
    const { problems } = await org.connect().check({ mapping: null });
    expect(problems).toEqual([expect.stringContaining('no field to match by')]);
  });

  it('says when withdrawals of consent cannot be passed on', async () => {
    await changeField('HasOptedOutOfEmail', { access: 'none' });
    const { problems } = await org.connect().check({ mapping: null });
    expect(problems).toEqual([expect.stringContaining('HasOptedOutOfEmail')]);
  });

  it('says when few calls are left', async () => {
    await org.change(() => ({ apiCalls: [{ hour: new Date().toISOString(), calls: 14_000 }] }));
    const { problems } = await org.connect().check({ mapping: null });
    expect(problems).toEqual([expect.stringMatching(/15000 API calls .* 99\d are left/)]);
  });

  it('says when the integration user does not see contacts at all', async () => {
    const body = [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }];
    await org.fault({ path: '/describe', answer: { status: 404, body } });
    const { problems } = await org.connect().check({ mapping: null });
    expect(problems).toEqual([expect.stringContaining('cannot see Contact')]);
  });
});

describe('the fields', () => {
  it('are told as the org describes them now', async () => {
    const connection = org.connect();
    const byName = async () => new Map((await connection.fields('Contact')).map((field) => [field.name, field]));
    const fields = await byName();
    expect(fields.get('LastName')).toMatchObject({ type: 'string', required: true, writable: true, options: null });
    expect(fields.get('Plan__c')).toMatchObject({
      type: 'string',
      nativeType: 'picklist',
      options: ['free', 'pro', 'team'].map((value) => ({ value, label: value })),
    });
    expect(fields.get('Interests__c')).toMatchObject({ type: 'list', nativeType: 'multipicklist' });
    expect(fields.get('Parley_Id__c')).toMatchObject({ unique: true });
    expect(fields.get('SystemModstamp')).toMatchObject({ writable: false });
    await changeField('Plan__c', { access: 'none' });
    expect((await byName()).has('Plan__c')).toBe(false);
  });
});
