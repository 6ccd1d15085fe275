import { describe, expect, it } from 'vitest';
import { stateSchema } from '../../sandbox/hubspot/state.js';
import type { OutgoingRecord } from '../destination.js';
import {
  byHand,
  discoveryCall,
  outgoing,
  readCall,
  rehearse,
  type Rehearsal,
  request,
  text,
  upsertCall,
} from './test-support.js';

const known: Pick<OutgoingRecord, 'known'> = { known: { remoteId: '1', memo: null } };
const newOptionCalls = ['GET /crm/v3/properties/contacts/chat_tags', 'PATCH /crm/v3/properties/contacts/chat_tags'];

async function tagsOf(account: Rehearsal, email: string): Promise<string[]> {
  const state = stateSchema.parse(await account.control('GET', 'state'));
  const held = state.contacts.find(({ properties }) => properties.email === email)?.properties.chat_tags ?? '';
  return held
    .split(';')
    .filter((tag) => tag !== '')
    .sort();
}

describe('tags', () => {
  it('become options of the property before they are written, all new ones in one change', async () => {
    const account = await rehearse();
    await account.connection.upsert(
      request([
        outgoing('ada@example.com', {}, { tags: ['VIP', 'newsletter'], tagsToAdd: ['VIP', 'newsletter'] }),
        outgoing('bob@example.com', {}, { tags: ['VIP', 'webinar 2026'], tagsToAdd: ['VIP', 'webinar 2026'] }),
      ]),
    );
    expect(account.calls()).toEqual([discoveryCall, ...newOptionCalls, upsertCall]);
    expect(await tagsOf(account, 'ada@example.com')).toEqual(['VIP', 'newsletter']);
    expect(await tagsOf(account, 'bob@example.com')).toEqual(['VIP', 'webinar 2026']);
    await account.connection.upsert(request([outgoing('cy@example.com', {}, { tags: ['VIP'], tagsToAdd: ['VIP'] })]));
    expect(account.calls().slice(4)).toEqual([upsertCall]);
  });

  it('are all sent for a contact that HubSpot is not known to hold, and only the new ones for others', async () => {
    const account = await rehearse();
    await account.connection.upsert(request([outgoing('ada@example.com', {}, { tags: ['a', 'b'], tagsToAdd: ['b'] })]));
    expect(await tagsOf(account, 'ada@example.com')).toEqual(['a', 'b']);
    await account.connection.upsert(
      request([outgoing('ada@example.com', {}, { ...known, tags: ['a', 'b', 'c'], tagsToAdd: ['c'] })]),
    );
    expect(account.entries().at(-1)?.body).toMatchObject({ inputs: [{ properties: { chat_tags: ';c' } }] });
  });

  it('that people added by hand stay when ours are added and when ours are removed', async () => {
    const account = await rehearse();
    const ours = { tags: ['a', 'b'], tagsToAdd: ['a', 'b'] };
    await account.connection.upsert(request([outgoing('ada@example.com', {}, ours)]));
    const state = stateSchema.parse(await account.control('GET', 'state'));
    const properties = state.properties.map((property) =>
      property.name === 'chat_tags'
        ? {
            ...property,
            options: [...property.options, { label: 'Golf', value: 'golf', hidden: false, displayOrder: 9 }],
          }
        : property,
    );
    await account.control('PUT', 'state', { ...state, properties });
    await byHand(account, 'ada@example.com', { chat_tags: ';golf' });
    await account.connection.upsert(
      request([outgoing('ada@example.com', {}, { ...known, tags: ['b', 'c'], tagsToAdd: ['c'], tagsToRemove: ['a'] })]),
    );
    expect(await tagsOf(account, 'ada@example.com')).toEqual(['b', 'c', 'golf']);
    const after = stateSchema.parse(await account.control('GET', 'state'));
    const options = after.properties.find(({ name }) => name === 'chat_tags')?.options.map(({ value }) => value);
    expect(options).toEqual(['a', 'b', 'golf', 'c']);
  });

  it('are read only for records that lose some, all in one call', async () => {
    const account = await rehearse();
    const emails = ['ada@example.com', 'bob@example.com', 'cy@example.com'];
    const first = emails.map((email) => outgoing(email, {}, { tags: ['a', 'b'], tagsToAdd: ['a', 'b'] }));
    await account.connection.upsert(request(first));
    const before = account.calls().length;
    await account.connection.upsert(
      request([
        ...emails.slice(0, 2).map((email) => outgoing(email, {}, { ...known, tags: ['b'], tagsToRemove: ['a'] })),
        outgoing('cy@example.com', { firstname: text('Cy') }, { ...known, tags: ['a', 'b'] }),
      ]),
    );
    expect(account.calls().slice(before)).toEqual([readCall, upsertCall]);
    expect(account.entries().at(-2)?.body).toMatchObject({
      inputs: [{ id: 'ada@example.com' }, { id: 'bob@example.com' }],
    });
    expect(await tagsOf(account, 'bob@example.com')).toEqual(['b']);
    expect(await tagsOf(account, 'cy@example.com')).toEqual(['a', 'b']);
  });

  it('make no write when somebody has already removed by hand what we would remove', async () => {
    const account = await rehearse();
    await account.connection.upsert(request([outgoing('ada@example.com', {}, { tags: ['a'], tagsToAdd: ['a'] })]));
    await byHand(account, 'ada@example.com', { chat_tags: '' });
    const before = account.calls().length;
    await account.connection.upsert(request([outgoing('ada@example.com', {}, { ...known, tagsToRemove: ['a'] })]));
    expect(account.calls().slice(before)).toEqual([readCall]);
  });

  it('can be taken from the owner of an additional e-mail address', async () => {
    const at = '2026-01-01T00:00:00.000Z';
    const options = ['a', 'b'].map((value) => ({ label: value, value }));
    const fresh = stateSchema.parse({});
    const properties = fresh.properties.map((property) =>
      property.name === 'chat_tags' ? { ...property, options } : property,
    );
    const held = { email: 'ada@example.com', hs_additional_emails: 'ada@work.example', chat_tags: 'a;b' };
    const contacts = [{ id: '501', createdAt: at, updatedAt: at, properties: held }];
    const account = await rehearse({ state: { properties, contacts } });
    await account.connection.upsert(
      request([outgoing('ada@work.example', {}, { ...known, tags: ['b'], tagsToRemove: ['a'] })]),
    );
    expect(await tagsOf(account, 'ada@example.com')).toEqual(['b']);
  });

  it('may hold a semicolon, although that separates options in HubSpot', async () => {
    const account = await rehearse();
    const tag = 'Paris; Texas';
    await account.connection.upsert(request([outgoing('ada@example.com', {}, { tags: [tag], tagsToAdd: [tag] })]));
    expect(await tagsOf(account, 'ada@example.com')).toEqual(['Paris, Texas']);
    await account.connection.upsert(request([outgoing('ada@example.com', {}, { ...known, tagsToRemove: [tag] })]));
    expect(await tagsOf(account, 'ada@example.com')).toEqual([]);
  });

  it('that mean the same option share it until the last of them goes', async () => {
    const account = await rehearse();
    await account.connection.upsert(
      request([outgoing('ada@example.com', {}, { tags: ['VIP', 'vip'], tagsToAdd: ['VIP', 'vip'] })]),
    );
    expect(await tagsOf(account, 'ada@example.com')).toEqual(['VIP']);
    await account.connection.upsert(
      request([outgoing('ada@example.com', {}, { ...known, tags: ['vip'], tagsToRemove: ['VIP'] })]),
    );
    expect(await tagsOf(account, 'ada@example.com')).toEqual(['VIP']);
  });

  it('are left out with a reason, and the record delivered, when options may not be created', async () => {
    const scopes = ['crm.objects.contacts.read', 'crm.objects.contacts.write', 'crm.schemas.contacts.read'];
    const account = await rehearse({ state: { apps: [{ token: 'pat-eu1-sandbox', appId: 1, scopes }] } });
    const [result] = await account.connection.upsert(
      request([outgoing('ada@example.com', { firstname: text('Ada') }, { tags: ['VIP'], tagsToAdd: ['VIP'] })]),
    );
    expect(result).toMatchObject({
      status: 'delivered',
      dropped: [{ field: 'chat_tags', code: 'TAG_WITHOUT_OPTION' }],
    });
    expect(result?.status === 'delivered' && result.dropped[0]?.message).toContain('crm.schemas.contacts.write');
    expect(await byHand(account, 'ada@example.com')).toMatchObject({ properties: { firstname: 'Ada' } });
  });

  it.each([
    ['nowhere', 'PROPERTY_DOESNT_EXIST'],
    ['firstname', 'NOT_A_MULTI_SELECT'],
  ])('are left out with a reason when they are mapped to %s', async (tagsField, code) => {
    const account = await rehearse();
    const [result] = await account.connection.upsert(
      request([outgoing('ada@example.com', { country: text('Peru') }, { tags: ['VIP'], tagsToAdd: ['VIP'] })], {
        tagsField,
      }),
    );
    expect(result).toMatchObject({ status: 'delivered', dropped: [{ field: tagsField, code }] });
    expect(await byHand(account, 'ada@example.com')).toMatchObject({ properties: { country: 'Peru' } });
  });

  it('get their option again when an admin has deleted it since Parley last looked', async () => {
    const account = await rehearse();
    const tagged = (key: string) => outgoing(key, { country: text('Peru') }, { tags: ['vip'], tagsToAdd: ['vip'] });
    await account.connection.upsert(request([tagged('ada@example.com')]));
    const forget = () => account.person('PATCH', '/crm/v3/properties/contacts/chat_tags', { options: [] });
    await forget();
    const results = await account.connection.upsert(request([tagged('bob@example.com'), outgoing('cy@example.com')]));
    expect(results).toMatchObject([
      { status: 'delivered', dropped: [] },
      { status: 'delivered', dropped: [] },
    ]);
    expect(await byHand(account, 'bob@example.com')).toMatchObject({
      properties: { chat_tags: 'vip', country: 'Peru' },
    });
    await forget();
    const notAllowed = { create: { fields: false, options: false } };
    const [left] = await account.connection.upsert(request([tagged('di@example.com')], notAllowed));
    expect(left).toMatchObject({ status: 'delivered', dropped: [{ code: 'TAG_WITHOUT_OPTION', tag: 'vip' }] });
  });

  it('of batches that run at the same time do not overwrite each other’s new options', async () => {
    const account = await rehearse();
    await Promise.all(
      ['red', 'green', 'blue'].map((tag) =>
        account.connection.upsert(request([outgoing(`${tag}@example.com`, {}, { tags: [tag], tagsToAdd: [tag] })])),
      ),
    );
    const state = stateSchema.parse(await account.control('GET', 'state'));
    const options = state.properties.find(({ name }) => name === 'chat_tags')?.options.map(({ value }) => value);
    expect(options?.toSorted()).toEqual(['blue', 'green', 'red']);
    expect(account.calls().filter((call) => call === discoveryCall)).toHaveLength(1);
  });
});
