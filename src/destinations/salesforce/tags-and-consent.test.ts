import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RecordResult } from '../destination.js';
import { known, outgoing, request, TestOrg } from './test-support.js';

let org: TestOrg;
beforeAll(async () => {
  org = await TestOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.sandbox.close());

const queryCall = 'GET /query';
const upsertCall = 'PATCH /composite/sobjects/Contact/Parley_Id__c';
const people = (count: number) => Array.from({ length: count }, (_, index) => outgoing(`p${index}`));
const delivered = (results: readonly RecordResult[]) => results.filter(({ status }) => status === 'delivered').length;

describe('tags in a multi-select picklist', () => {
  const tagged = async (value: string) => {
    await org.connect().upsert(request([outgoing('a')]));
    await org.change(({ contacts }) => ({
      contacts: contacts.map((contact) => ({ ...contact, Chat_Tags__c: value })),
    }));
  };

  it('keep what people added by hand', async () => {
    await tagged('by hand;old');
    const record = outgoing('a', {
      known: known(),
      changed: {},
      tagsToAdd: ['vip'],
      tagsToRemove: ['old'],
      tags: ['vip'],
    });
    const [result] = await org.connect().upsert(request([record]));
    expect(result).toMatchObject({ status: 'delivered' });
    expect(await org.contact('a')).toMatchObject({ Chat_Tags__c: 'by hand;vip' });
  });

  it('keep it also on a record that Parley meets for the first time', async () => {
    await tagged('by hand');
    await org.connect().upsert(request([outgoing('a', { tags: ['vip'] })]));
    expect(await org.contact('a')).toMatchObject({ Chat_Tags__c: 'by hand;vip' });
  });

  it('are read for the whole batch in one query', async () => {
    const connection = org.connect();
    await connection.upsert(request(people(200)));
    const before = org.apiCalls().length;
    const records = people(200).map((record) => ({
      ...record,
      known: known(),
      changed: {},
      tagsToAdd: ['vip'],
      tags: ['vip'],
    }));
    expect(delivered(await connection.upsert(request(records)))).toBe(200);
    expect(org.apiCalls().slice(before)).toEqual([queryCall, upsertCall]);
  });

  it('cost no write when they stand there already', async () => {
    await tagged('vip');
    const before = org.apiCalls().filter((call) => call === upsertCall).length;
    const record = outgoing('a', { known: known(), changed: {}, tagsToAdd: ['vip'], tags: ['vip'] });
    const [result] = await org.connect().upsert(request([record]));
    expect(result).toMatchObject({ status: 'delivered' });
    expect(org.apiCalls().filter((call) => call === upsertCall)).toHaveLength(before);
  });

  it('that cannot stand in a picklist are reported, the others written', async () => {
    const [result] = await org.connect().upsert(request([outgoing('a', { tags: ['vip', 'a;b'] })]));
    expect(result).toMatchObject({
      status: 'delivered',
      dropped: [{ field: 'Chat_Tags__c', code: 'SEPARATOR_IN_VALUE' }],
    });
    expect(await org.contact('a')).toMatchObject({ Chat_Tags__c: 'vip' });
  });
});

describe('withdrawn consent to e-mail', () => {
  const revoked = { email: { status: 'revoked', at: '2026-01-01T00:00:00.000Z', source: 's', event: 'e' } } as const;

  it('ticks the opt-out box, once', async () => {
    const connection = org.connect();
    const [first] = await connection.upsert(request([outgoing('a', { consents: revoked })]));
    expect(await org.contact('a')).toMatchObject({ HasOptedOutOfEmail: true });
    if (first?.status !== 'delivered') throw new Error('not delivered');
    const before = org.apiCalls().length;
    const again = outgoing('a', {
      consents: revoked,
      changed: {},
      known: { remoteId: first.remoteId, memo: first.memo },
    });
    await connection.upsert(request([again]));
    expect(org.apiCalls()).toHaveLength(before);
  });

  it('is reported, and tried again, where the org hides the box', async () => {
    await org.change(({ contactFields }) => ({
      contactFields: contactFields.map((field) =>
        field.name === 'HasOptedOutOfEmail' ? { ...field, access: 'none' } : field,
      ),
    }));
    const [result] = await org.connect().upsert(request([outgoing('a', { consents: revoked })]));
    expect(result).toMatchObject({
      status: 'delivered',
      dropped: [{ field: 'HasOptedOutOfEmail' }],
      memo: { ticked: [] },
    });
  });

  it('is never taken back by a new opt-in', async () => {
    const connection = org.connect();
    await connection.upsert(request([outgoing('a', { consents: revoked })]));
    await connection.upsert(request([outgoing('a', { consents: { email: { ...revoked.email, status: 'granted' } } })]));
    expect(await org.contact('a')).toMatchObject({ HasOptedOutOfEmail: true });
  });
});
