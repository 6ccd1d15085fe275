import { describe, expect, it } from 'vitest';
import type { Json } from '../destination.js';
import { hubspot } from './definition.js';
import { noLag, pull } from './history/test-support.js';
import { settingsSchema } from './settings.js';
import { outgoing, rehearse, request, text } from './test-support.js';

const withScopes = (scopes: readonly string[]) => ({ apps: [{ token: 'pat-eu1-sandbox', appId: 1, scopes }] });

const mapping = {
  object: 'contacts',
  keyField: 'email',
  tagsField: 'chat_tags',
  fields: ['firstname', 'plan'],
  options: { emailConsent: { withdrawn: 'nothing' } },
  create: { fields: false, options: true },
};

describe('a check of the connection', () => {
  it('finds a token with all that the mapping needs ready, and says whose it is', async () => {
    const account = await rehearse();
    const report = await account.connection.check({ mapping });
    expect(report).toMatchObject({
      account: 'HubSpot account 4242001',
      problems: [],
      details: { 'time zone': 'Europe/Berlin', currency: 'EUR', 'app ID': '770001' },
    });
    expect(report.details?.['calls left today']).toMatch(/^\d+ of 250000$/);
    expect(account.calls()).toHaveLength(4);
  });

  it('says in a sentence what each missing scope prevents', async () => {
    const account = await rehearse({ state: withScopes(['crm.objects.contacts.write', 'oauth']) });
    const { problems, missing } = await account.connection.check({ mapping: null });
    expect(problems).toHaveLength(3);
    expect(problems[0]).toBe(
      'The token lacks the scope crm.objects.contacts.read: without it tags cannot be taken away without losing those that people added by hand.',
    );
    expect(missing).toContainEqual({
      scope: 'crm.schemas.contacts.write',
      neededFor: 'else properties that are missing, and options for new tags, cannot be created',
    });
    expect(missing?.map(({ scope }) => scope)).not.toContain('crm.objects.contacts.write');
  });

  it('demands scopes for companies and subscriptions only of mappings that want them', async () => {
    const account = await rehearse({
      state: withScopes([
        'crm.objects.contacts.write',
        'crm.objects.contacts.read',
        'crm.schemas.contacts.read',
        'oauth',
      ]),
    });
    const problemsWith = async (options: Json, more: object = {}) =>
      (await account.connection.check({ mapping: { ...mapping, tagsField: null, options, ...more } })).problems;
    expect(await problemsWith({ emailConsent: { withdrawn: 'nothing' } })).toEqual([]);
    expect(await problemsWith({})).toEqual([expect.stringContaining('communication_preferences.write')]);
    expect(await problemsWith({ companies: 'link', emailConsent: { withdrawn: 'nothing' } })).toHaveLength(2);
  });

  it('finds what is wrong with the mapping', async () => {
    const account = await rehearse();
    const wrong = { ...mapping, keyField: 'firstname', tagsField: 'plan', fields: ['nowhere', 'createdate'] };
    const { problems } = await account.connection.check({ mapping: wrong });
    expect(problems).toEqual([
      expect.stringContaining('"firstname" was not created with unique values'),
      expect.stringContaining('"nowhere" does not exist'),
      expect.stringContaining('"createdate" is read-only'),
      expect.stringContaining('"plan" is not of the type "multiple checkboxes"'),
    ]);
  });

  it('does not complain of properties that the mapping lets us create, and says which they are', async () => {
    const account = await rehearse();
    const asked = { ...mapping, keyField: 'parley_id', fields: ['firstname', 'shoe_size', 'company.domain'] };
    const check = async (fields: boolean) =>
      account.connection.check({ mapping: { ...asked, create: { fields, options: true } } });
    const allowed = await check(true);
    expect(allowed.problems).toEqual([]);
    expect(allowed.details?.['will be created']).toBe('parley_id, shoe_size');
    const notAllowed = await check(false);
    expect(notAllowed.problems).toHaveLength(2);
    expect(notAllowed.details).not.toHaveProperty('will be created');
  });

  it('does not get in with a token that HubSpot does not know', async () => {
    const account = await rehearse({ accessToken: 'pat-na1-other' });
    await expect(account.connection.check({ mapping: null })).rejects.toMatchObject({ kind: 'unauthorized' });
  });
});

describe('what is known of an account', () => {
  it('is asked for anew with the token of another app, whose changes are then our own', async () => {
    const scopes = ['crm.objects.contacts.read', 'crm.objects.contacts.write', 'crm.schemas.contacts.read', 'oauth'];
    const apps = [
      { token: 'one', appId: 1, scopes },
      { token: 'two', appId: 2, scopes },
    ];
    const account = await rehearse({ state: { apps, ...noLag }, accessToken: 'one' });
    const streams = { fields: ['country'] };
    await account.connection.upsert(request([outgoing('ada@example.com', { country: text('Peru') })]));
    const ownIn = async (connection: typeof account.connection) =>
      (await pull({ ...account, connection }, 'contacts', streams)).facts
        .filter((fact) => fact.kind === 'record_changed' && 'country' in fact.fields)
        .map(({ own }) => own);
    expect(await ownIn(account.connection)).toEqual([true]);
    const settings = settingsSchema.parse({ accessToken: 'two', baseUrl: account.sandbox.origin });
    const next = hubspot.connect(settings, account.context);
    await next.upsert(request([outgoing('ada@example.com', { country: text('Chile') })]));
    expect(await ownIn(next)).toEqual([true]);
    expect(account.calls().filter((call) => call.endsWith('/access-token-info'))).toHaveLength(2);
  });
});

describe('the fields of contacts', () => {
  it('are the account’s properties in our types, with their options', async () => {
    const account = await rehearse();
    const fields = await account.connection.fields('contacts');
    const field = (name: string) => fields.find((candidate) => candidate.name === name);
    expect(field('email')).toMatchObject({ type: 'string', unique: true, writable: true });
    expect(field('chat_profile_id')).toMatchObject({ unique: true });
    expect(field('budget')).toMatchObject({ type: 'number', nativeType: 'number/number', options: null });
    expect(field('birthday')).toMatchObject({ type: 'date' });
    expect(field('last_order_at')).toMatchObject({ type: 'datetime' });
    expect(field('newsletter')).toMatchObject({ type: 'boolean' });
    expect(field('plan')).toMatchObject({
      type: 'string',
      options: [{ value: 'free', label: 'Free' }, { value: 'pro', label: 'Pro' }, { value: 'team' }],
    });
    expect(field('interests')).toMatchObject({ type: 'list', nativeType: 'enumeration/checkbox' });
    expect(field('createdate')).toMatchObject({ writable: false });
    expect(field('company.domain')).toMatchObject({ type: 'string', writable: true });
  });

  it('are asked for anew each time, because somebody wants to see what is there now', async () => {
    const account = await rehearse();
    await account.connection.fields('contacts');
    await account.connection.fields('contacts');
    expect(account.calls()).toHaveLength(4);
  });

  it('are those of contacts alone when the token may not see companies', async () => {
    const account = await rehearse({ state: withScopes(['crm.objects.contacts.read', 'crm.schemas.contacts.read']) });
    const fields = await account.connection.fields('contacts');
    expect(fields.some(({ name }) => name.startsWith('company.'))).toBe(false);
  });

  it('exist for contacts only', async () => {
    const account = await rehearse();
    await expect(account.connection.fields('deals')).rejects.toMatchObject({ details: { code: 'UNKNOWN_OBJECT' } });
  });
});

describe('the settings', () => {
  const parse = (settings: object) => hubspot.settings.safeParse({ accessToken: 'pat', ...settings });

  it('need only a token, and lead to the real API at the limits of a free account', () => {
    const settings = hubspot.settings.parse({ accessToken: ' pat ' });
    expect(settings).toMatchObject({ accessToken: 'pat', tier: 'free', baseUrl: 'https://api.hubapi.com' });
    expect(hubspot.limits(settings)).toMatchObject({
      batchSize: 100,
      rates: [
        { lane: 'default', calls: 100, perMs: 10_000 },
        { lane: 'search', calls: 5, perMs: 1_000 },
      ],
      daily: { keptForOthers: 0.1, keptForSync: 0.25 },
    });
  });

  it('of an app that people connect by signing in have a limit of their own, and none for the day', () => {
    const settings = hubspot.settings.parse({ clientId: 'id', clientSecret: 'secret', tier: 'enterprise' });
    expect(hubspot.limits(settings).rates[0]?.calls).toBe(110);
    expect(hubspot.limits(settings).daily).toBeUndefined();
  });

  it('with the paid increase allow 250 calls in ten seconds', () => {
    const settings = hubspot.settings.parse({ accessToken: 'pat', apiLimitIncrease: true });
    expect(hubspot.limits(settings).rates[0]?.calls).toBe(250);
  });

  it('of a professional account allow more', () => {
    const settings = hubspot.settings.parse({ accessToken: 'pat', tier: 'professional' });
    expect(hubspot.limits(settings).rates[0]?.calls).toBe(190);
  });

  it('take an address with a slash at the end, which the SDK would double', () => {
    expect(parse({ baseUrl: 'http://127.0.0.1:4010/' }).data?.baseUrl).toBe('http://127.0.0.1:4010');
  });

  it.each([
    [{ accessToken: ' ' }],
    [{ tier: 'gold' }],
    [{ timeZone: 'Berlin' }],
    [{ baseUrl: 'ftp://x' }],
    [{ tokn: 'x' }],
    [{ accessToken: undefined }],
    [{ accessToken: undefined, clientId: 'only-half' }],
    [{ appId: 'seven' }],
    [{ keepForOthersPercent: 101 }],
  ])('are refused when wrong: %j', (settings) => {
    expect(parse(settings).success).toBe(false);
  });
});
