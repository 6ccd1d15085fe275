import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RecordResult } from '../destination.js';
import { known, outgoing, request, resultOf, TestOrg, text } from './test-support.js';

let org: TestOrg;
beforeAll(async () => {
  org = await TestOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.sandbox.close());

const describeCall = 'GET /sobjects/Contact/describe';
const upsertCall = 'PATCH /composite/sobjects/Contact/Parley_Id__c';
const delivered = (results: readonly RecordResult[]) => results.filter(({ status }) => status === 'delivered').length;

describe('a key whose field ignores case', () => {
  it('is one key in capitals and in small letters', async () => {
    await org.change(({ contactFields }) => ({
      contactFields: contactFields.map((field) =>
        field.name === 'Parley_Id__c' ? { ...field, caseSensitive: false } : field,
      ),
    }));
    const connection = org.connect();
    const results = await connection.upsert(request([outgoing('ada', { tags: ['one'] }), outgoing('ADA')]));
    expect(resultOf(results, 'ADA')).toMatchObject({ status: 'failed', error: { details: { code: 'KEY_REPEATED' } } });
    const again = outgoing('ADA', { known: known(), changed: {}, tagsToAdd: ['two'], tags: ['one', 'two'] });
    expect(delivered(await connection.upsert(request([again])))).toBe(1);
    expect((await org.state()).contacts).toMatchObject([{ Chat_Tags__c: 'one;two' }]);
  });
});

describe('a key that changes', () => {
  const updateCall = 'PATCH /composite/sobjects';

  it('moves with its record, so that nobody is made twice', async () => {
    const connection = org.connect();
    const [first] = await connection.upsert(request([outgoing('old')]));
    if (first?.status !== 'delivered') throw new Error('not delivered');
    const { remoteId, memo } = first;
    const record = outgoing('new', { known: { remoteId, memo }, changed: { Title: text('Dr.') } });
    const results = await connection.upsert(request([record, outgoing('neighbour')]));
    expect(resultOf(results, 'new')).toMatchObject({ status: 'delivered', remoteId, created: false });
    expect((await org.state()).contacts.map((contact) => contact.Parley_Id__c)).toEqual(['new', 'neighbour']);
    expect(org.apiCalls()).toEqual([describeCall, upsertCall, updateCall, upsertCall]);
  });

  it('is all there is to write when nothing else has changed', async () => {
    const connection = org.connect();
    const [first] = await connection.upsert(request([outgoing('old')]));
    if (first?.status !== 'delivered') throw new Error('not delivered');
    const record = outgoing('new', { known: first, changed: {} });
    const [second] = await connection.upsert(request([record]));
    expect(second).toMatchObject({ status: 'delivered', memo: { key: 'new' } });
    expect(org.apiCalls().at(-1)).toBe(updateCall);
    expect(await org.contact('new')).toMatchObject({ LastName: 'Name of old' });
  });

  it('makes the record anew when that has vanished meanwhile', async () => {
    const gone = { remoteId: '003B0000000000ZIAZ', memo: { key: 'old' } };
    const [result] = await org.connect().upsert(request([outgoing('new', { known: gone, changed: {} })]));
    expect(result).toMatchObject({ status: 'delivered' });
    expect(await org.contact('new')).toMatchObject({ LastName: 'Name of new' });
  });

  it('that another record holds needs a person', async () => {
    const connection = org.connect();
    const [first] = await connection.upsert(request([outgoing('old'), outgoing('taken')]));
    if (first?.status !== 'delivered') throw new Error('not delivered');
    const [result] = await connection.upsert(request([outgoing('taken', { known: first })]));
    expect(result).toMatchObject({
      status: 'failed',
      error: { kind: 'rejected', details: { code: 'DUPLICATE_VALUE', field: 'Parley_Id__c' } },
    });
  });
});
