import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { UpsertRequest } from '../destination.js';
import { idOf, known, knownFrom, outgoing, request, resultOf, TestOrg, text, type Row } from './test-support.js';

let org: TestOrg;
beforeAll(async () => {
  org = await TestOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.sandbox.close());

const ada = { LastName: text('Lovelace'), Email: text('ada@example.test'), MobilePhone: text('+447700900123') };
const person = (key: string) => outgoing(key, { fields: ada });
const write = (options: Readonly<Record<string, string>>, more: Partial<UpsertRequest> = {}) =>
  org.connect().upsert(request([person('a')], { options, ...more }));
const contact = (serial: number, more: Row = {}): Row => ({
  Id: idOf('003', serial),
  LastName: 'Lovelace',
  Email: 'Ada@Example.test',
  CreatedDate: `2026-01-0${serial}T00:00:00.000+0000`,
  LastModifiedDate: `2026-02-0${9 - serial}T00:00:00.000+0000`,
  ...more,
});

describe('a person who does not carry our key yet', () => {
  it('is made anew when only the key may find them', async () => {
    await org.put({ Contact: [contact(1)] });
    await write({});
    expect(await org.records('Contact')).toHaveLength(2);
  });

  it('is found by e-mail address, gets the key, and is written by key from then on', async () => {
    await org.put({ Contact: [contact(1, { Title: 'by hand' })] });
    const [first] = await write({ findBy: 'key_then_email' });
    expect(first).toMatchObject({ status: 'delivered', remoteId: idOf('003', 1), created: false });
    expect(await org.records('Contact')).toMatchObject([{ Parley_Id__c: 'a', Title: 'by hand' }]);
    await write({ findBy: 'key_then_email' });
    expect(await org.records('Contact')).toHaveLength(1);
    expect(org.apiCalls().at(-1)).toBe('PATCH /composite/sobjects/Contact/Parley_Id__c');
  });

  it.each(['+44 7700 900123', '07700900123', '00447700900123', '447700900123'])(
    'is found by the phone number as people typed it: %s',
    async (MobilePhone) => {
      await org.put({ Contact: [contact(1, { Email: 'other@example.test', MobilePhone })] });
      const [result] = await write({ findBy: 'key_then_email_then_phone' });
      expect(result).toMatchObject({ status: 'delivered', remoteId: idOf('003', 1) });
    },
  );

  it('is not found in a record that carries somebody else’s key', async () => {
    await org.put({ Contact: [contact(1, { Parley_Id__c: 'somebody else' })] });
    await write({ findBy: 'key_then_email' });
    expect(await org.records('Contact')).toMatchObject([{ Parley_Id__c: 'somebody else' }, { Parley_Id__c: 'a' }]);
  });

  it('costs one query more for a whole batch', async () => {
    const records = Array.from({ length: 200 }, (_, index) =>
      outgoing(`p${index}`, { fields: { LastName: text('x'), Email: text(`p${index}@example.test`) } }),
    );
    await org.connect().upsert(request(records, { options: { findBy: 'key_then_email' } }));
    expect(org.apiCalls()).toEqual([
      'GET /sobjects/Contact/describe',
      'GET /query',
      'GET /query',
      'PATCH /composite/sobjects/Contact/Parley_Id__c',
    ]);
  });
});

describe('several records that fit one person', () => {
  beforeEach(() => org.put({ Contact: [contact(1), contact(2), contact(3)] }));

  it('are refused by name unless the mapping says which one to take', async () => {
    const [result] = await write({ findBy: 'key_then_email' });
    expect(result).toMatchObject({
      status: 'failed',
      error: { kind: 'rejected', details: { code: 'SEVERAL_MATCHES' } },
    });
    const { error } = result as { error: Error };
    for (const serial of [1, 2, 3]) expect(error.message).toContain(idOf('003', serial));
  });

  it.each([
    ['oldest', 1],
    ['newest', 3],
    ['last_changed', 1],
  ])('are decided by the policy "%s", and shown', async (severalMatches, serial) => {
    const [result] = await write({ findBy: 'key_then_email', severalMatches });
    expect(result).toMatchObject({
      status: 'delivered',
      remoteId: idOf('003', serial),
      dropped: [
        { field: 'Parley_Id__c', code: 'SEVERAL_MATCHES', message: expect.stringContaining('3 records') as string },
      ],
    });
  });
});

describe('an e-mail address as the key', () => {
  const byEmail = { keyField: 'Email', tagsField: null };
  const record = outgoing('ada@example.test', { fields: { LastName: text('Lovelace') } });

  it('finds the contact that has it, and makes one where there is none', async () => {
    const connection = org.connect();
    const [made] = await connection.upsert(request([record], byEmail));
    const [found] = await connection.upsert(request([record], byEmail));
    expect(knownFrom(found).remoteId).toBe(knownFrom(made).remoteId);
    expect(await org.records('Contact')).toMatchObject([{ Email: 'ada@example.test' }]);
  });

  it('moves with the person when it changes', async () => {
    const connection = org.connect();
    const [made] = await connection.upsert(request([record], byEmail));
    const moved = outgoing('countess@example.test', { known: knownFrom(made), changed: {} });
    const [result] = await connection.upsert(request([moved], byEmail));
    expect(result).toMatchObject({ status: 'delivered', remoteId: knownFrom(made).remoteId });
    expect(await org.records('Contact')).toMatchObject([{ Email: 'countess@example.test' }]);
  });

  it('finds the person anew when the record we knew is gone', async () => {
    const [result] = await org
      .connect()
      .upsert(
        request(
          [{ ...record, known: known(idOf('003', 9)), fields: ada, changed: { LastName: ada.LastName } }],
          byEmail,
        ),
      );
    expect(result).toMatchObject({ status: 'delivered' });
    expect(await org.records('Contact')).toHaveLength(1);
  });

  it('is not made twice when nobody knows whether the first call arrived', async () => {
    await org.fault({ method: 'POST', path: '/composite/sobjects', drop: 'after' });
    const connection = org.connect();
    await expect(connection.upsert(request([record], byEmail))).rejects.toMatchObject({ kind: 'unknown' });
    await connection.upsert(request([record], byEmail));
    expect(await org.records('Contact')).toHaveLength(1);
  });
});

describe('lead until converted, then contact', () => {
  const object = 'LeadThenContact';
  const convert = (contactId: string) =>
    org.change(({ records }) => ({
      records: {
        ...records,
        Lead: records.Lead?.map((lead) => ({ ...lead, IsConverted: true, ConvertedContactId: contactId })) ?? [],
      },
    }));

  it('makes a lead, with a stop-gap for the company', async () => {
    await write({}, { object });
    expect(await org.records('Lead')).toMatchObject([
      { Parley_Id__c: 'a', LastName: 'Lovelace', Company: '(unknown)', Email: 'ada@example.test' },
    ]);
    expect(await org.records('Contact')).toEqual([]);
  });

  it('writes to the contact that has the key already', async () => {
    await org.put({ Contact: [contact(1, { Parley_Id__c: 'a' })] });
    const [result] = await write({}, { object });
    expect(result).toMatchObject({ remoteId: idOf('003', 1) });
    expect(await org.records('Lead')).toEqual([]);
  });

  it('follows the lead to its contact when it has been converted, and the contact gets the key', async () => {
    const connection = org.connect();
    const [asLead] = await connection.upsert(request([outgoing('a', { fields: ada, tags: ['vip'] })], { object }));
    await org.put({ Contact: [contact(1, { Chat_Tags__c: 'by hand' })] });
    await convert(idOf('003', 1));
    const next = { fields: { ...ada, Title: text('Countess') }, changed: { Title: text('Countess') } };
    const record = outgoing('a', { ...next, tags: ['vip'], tagsToAdd: [], known: knownFrom(asLead) });
    const [asContact] = await connection.upsert(request([record], { object }));
    expect(asContact).toMatchObject({ status: 'delivered', remoteId: idOf('003', 1), created: false });
    expect(await org.records('Contact')).toMatchObject([
      { Parley_Id__c: 'a', Title: 'Countess', Email: 'ada@example.test', Chat_Tags__c: 'by hand;vip' },
    ]);
    const later = { ...record, known: knownFrom(asContact), changed: { Title: text('Dr.') } };
    await connection.upsert(request([later], { object }));
    expect(await org.records('Contact')).toMatchObject([{ Title: 'Dr.' }]);
  });

  it('finds people by e-mail among contacts before leads', async () => {
    const lead = { Id: idOf('00Q', 1), LastName: 'L', Company: 'C', Email: 'ada@example.test' };
    await org.put({ Contact: [contact(1)], Lead: [lead] });
    const [result] = await write({ findBy: 'key_then_email' }, { object });
    expect(result).toMatchObject({ remoteId: idOf('003', 1) });
  });

  it('needs a person when the contact of a converted lead is gone', async () => {
    await write({}, { object });
    await convert(idOf('003', 99));
    const [result] = await write({}, { object });
    expect(result).toMatchObject({
      status: 'failed',
      error: { kind: 'rejected', details: { code: 'CANNOT_UPDATE_CONVERTED_LEAD' } },
    });
  });

  it('is not what a mapping to leads alone does: a converted lead is refused with its contact’s name', async () => {
    await write({}, { object: 'Lead', tagsField: null });
    await org.put({ Contact: [contact(1)] });
    await convert(idOf('003', 1));
    const [result] = await write({ findBy: 'key_then_email' }, { object: 'Lead', tagsField: null });
    expect(result).toMatchObject({ error: { message: expect.stringContaining('LeadThenContact') as string } });
  });
});

describe('person accounts', () => {
  const target = { object: 'PersonAccount', tagsField: null };
  const recordType = (serial: number) => ({
    Id: idOf('012', serial),
    SobjectType: 'Account',
    IsPersonType: true,
    IsActive: true,
    DeveloperName: `Person${serial}`,
    Name: `Person ${serial}`,
  });
  const fields = { FirstName: text('Ada'), PersonEmail: text('ada@example.test') };
  const personAccounts = async (count: number) => {
    await org.change(({ features, records }) => ({
      features: { ...(features as object), personAccounts: true },
      records: {
        ...records,
        RecordType: Array.from({ length: count }, (_, index) => recordType(index + 1)),
      },
    }));
  };

  it('are made with their record type and a last name, and found again', async () => {
    await personAccounts(1);
    const connection = org.connect();
    await connection.upsert(request([outgoing('a', { fields })], target));
    await connection.upsert(request([outgoing('a', { fields })], target));
    expect(await org.records('Account')).toMatchObject([
      { IsPersonAccount: true, LastName: '(unknown)', PersonEmail: 'ada@example.test', RecordTypeId: recordType(1).Id },
    ]);
  });

  it('need the mapping to say which record type when there are several', async () => {
    await personAccounts(2);
    await expect(org.connect().upsert(request([outgoing('a', { fields })], target))).rejects.toMatchObject({
      kind: 'misconfigured',
      message: expect.stringContaining('Person1, Person2') as string,
    });
    const chosen = { ...target, options: { personAccountRecordType: 'Person2' } };
    const results = await org.connect().upsert(request([outgoing('a', { fields })], chosen));
    expect(resultOf(results, 'a').status).toBe('delivered');
    expect(await org.records('Account')).toMatchObject([{ RecordTypeId: recordType(2).Id }]);
  });

  it('are said to be off where the org has none', async () => {
    await expect(org.connect().upsert(request([outgoing('a', { fields })], target))).rejects.toMatchObject({
      kind: 'misconfigured',
    });
  });
});
