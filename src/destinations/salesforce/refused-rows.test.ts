import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FieldValues, RecordResult } from '../destination.js';
import { known, outgoing, request, resultOf, TestOrg, text } from './test-support.js';

let org: TestOrg;
beforeAll(async () => {
  org = await TestOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.sandbox.close());

const person = (key: string, more: FieldValues = {}) => outgoing(key, { fields: { LastName: text(key), ...more } });
const others = (count: number) => Array.from({ length: count }, (_, index) => person(`good${index}`));
const delivered = (results: readonly RecordResult[]) => results.filter(({ status }) => status === 'delivered').length;
const upserts = () => org.sandbox.journal.entries({ method: 'PATCH' });
const sentRecords = () => upserts().map(({ body }) => (body as { records: unknown[] }).records.length);
const changeField = (name: string, change: Readonly<Record<string, unknown>>) =>
  org.change(({ contactFields }) => ({
    contactFields: contactFields.map((field) => (field.name === name ? { ...field, ...change } : field)),
  }));

/** A connection that has described the org before an admin changes it. */
async function connectedBefore(change: () => Promise<unknown>) {
  const connection = org.connect();
  await connection.upsert(request([person('first')]));
  await change();
  return connection;
}

describe('a field the org does not take', () => {
  it.each([
    ['an unknown field', 'Nope__c', text('x'), 'INVALID_FIELD'],
    [
      'a field nobody writes',
      'SystemModstamp',
      { type: 'datetime', value: '2026-01-01T00:00:00.000Z' },
      'INVALID_FIELD_FOR_INSERT_UPDATE',
    ],
    ['a value outside a restricted picklist', 'Plan__c', text('gold'), 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'],
    ['half an e-mail address', 'Email', text('ada@'), 'INVALID_EMAIL_ADDRESS'],
    ['a text that is too long', 'Chat_Channel__c', text('x'.repeat(41)), 'STRING_TOO_LONG'],
  ] as const)('is left out before sending and reported: %s', async (_what, field, value, code) => {
    const results = await org.connect().upsert(request([person('a', { [field]: value, Title: text('Dr.') })]));
    expect(resultOf(results, 'a')).toMatchObject({ status: 'delivered', dropped: [{ field, code }] });
    expect(await org.contact('a')).toMatchObject({ Title: 'Dr.' });
    expect(upserts()).toHaveLength(1);
  });

  it.each([
    [
      'a picklist value was retired',
      'Plan__c',
      { values: ['free'] },
      text('team'),
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    ],
    ['a field was made read-only', 'Title', { access: 'read' }, text('Dr.'), 'INVALID_FIELD_FOR_INSERT_UPDATE'],
    ['a field was hidden', 'Title', { access: 'none' }, text('Dr.'), 'INVALID_FIELD'],
    ['a field was shortened', 'Title', { length: 2 }, text('Dr.'), 'STRING_TOO_LONG'],
  ] as const)('is taken out of those rows in one further call when %s', async (_what, field, change, value, code) => {
    const connection = await connectedBefore(() => changeField(field, change));
    const affected = ['x', 'y', 'z'].map((key) => person(key, { [field]: value, MailingCity: text('Kyoto') }));
    const results = await connection.upsert(request([...others(100), ...affected]));
    expect(delivered(results)).toBe(103);
    for (const key of ['x', 'y', 'z']) expect(resultOf(results, key)).toMatchObject({ dropped: [{ field, code }] });
    expect(await org.contact('y')).toMatchObject({ MailingCity: 'Kyoto' });
    expect(sentRecords().slice(1)).toEqual([103, 3]);
  });

  it('is looked up again afterwards, so that the next batch leaves it out at once', async () => {
    const connection = await connectedBefore(() => changeField('Title', { access: 'none' }));
    await connection.upsert(request([person('a', { Title: text('Dr.') })]));
    const before = upserts().length;
    await connection.upsert(request([person('b', { Title: text('Dr.') })]));
    expect(upserts()).toHaveLength(before + 1);
  });

  it('is taken out of every row when Salesforce refuses the whole call for it', async () => {
    await org.fault({
      method: 'PATCH',
      answer: {
        status: 400,
        body: [{ errorCode: 'INVALID_FIELD', message: "No such column 'Title' on sobject of type Contact" }],
      },
    });
    const results = await org.connect().upsert(request([...others(5), person('a', { Title: text('Dr.') })]));
    expect(delivered(results)).toBe(6);
    expect(resultOf(results, 'a')).toMatchObject({ dropped: [{ field: 'Title', code: 'INVALID_FIELD' }] });
    expect(sentRecords()).toEqual([6, 6]);
  });
});

describe('a record the org does not take', () => {
  it('is rejected in the words of the org’s validation rule, alone', async () => {
    const rule = { field: 'MailingCity', forbidden: 'Atlantis', message: 'We do not ship there.' };
    await org.change(() => ({ validationRules: [rule] }));
    const results = await org
      .connect()
      .upsert(request([...others(50), person('a', { MailingCity: text('Atlantis') })]));
    expect(delivered(results)).toBe(50);
    expect(resultOf(results, 'a')).toMatchObject({
      status: 'failed',
      error: {
        kind: 'rejected',
        message: 'We do not ship there.',
        details: { code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION' },
      },
    });
    expect(upserts()).toHaveLength(1);
  });

  it('is rejected readably when a duplicate rule blocks it', async () => {
    const rule = { name: 'No_Twins', field: 'Email', action: 'block', message: 'You are creating a duplicate.' };
    await org.change(() => ({ duplicateRules: [rule] }));
    const twin = { Email: text('twin@example.test') };
    const results = await org.connect().upsert(request([person('a', twin), person('b', twin)]));
    expect(resultOf(results, 'a').status).toBe('delivered');
    expect(resultOf(results, 'b')).toMatchObject({
      error: {
        kind: 'rejected',
        message: expect.stringContaining(
          'A duplicate rule of the org blocks this record: You are creating a duplicate.',
        ) as string,
        details: { code: 'DUPLICATES_DETECTED' },
      },
    });
    const { Id } = (await org.contact('a')) ?? {};
    expect(resultOf(results, 'b')).toMatchObject({
      error: { message: expect.stringContaining(`Matching records: ${String(Id)}`) as string },
    });
  });

  it('waits when somebody else holds it, and its neighbours do not', async () => {
    const connection = await connectedBefore(() => org.change(({ contacts }) => ({ lockedIds: [contacts[0]?.Id] })));
    const results = await connection.upsert(request([...others(50), person('first')]));
    expect(delivered(results)).toBe(50);
    expect(resultOf(results, 'first')).toMatchObject({
      error: { kind: 'transient', details: { code: 'UNABLE_TO_LOCK_ROW' } },
    });
  });

  it('is rejected when its key is too long: without its key it is nobody', async () => {
    const results = await org.connect().upsert(request([person('x'.repeat(300)), person('a')]));
    expect(resultOf(results, 'a').status).toBe('delivered');
    expect(resultOf(results, 'x'.repeat(300))).toMatchObject({
      error: { kind: 'rejected', details: { code: 'STRING_TOO_LONG', field: 'Parley_Id__c' } },
    });
  });

  it('is rejected when a field stays empty that the org demands', async () => {
    await changeField('Department', { required: true });
    const results = await org.connect().upsert(request([person('a')]));
    expect(resultOf(results, 'a')).toMatchObject({
      error: { kind: 'rejected', details: { code: 'REQUIRED_FIELD_MISSING', field: 'Department' } },
    });
  });

  it('is completed when the org demands a field that has not changed, and keeps its last name and all tags', async () => {
    const connection = await connectedBefore(async () => {
      await changeField('Department', { required: true });
      await org.change(({ contacts }) => ({
        contacts: contacts.map((contact) => ({ ...contact, Chat_Tags__c: 'by hand' })),
      }));
    });
    const fields = { Title: text('Dr.'), Department: text('Sales') };
    const write = (tagsToAdd: readonly string[]) => {
      const tags = ['vip', ...tagsToAdd];
      const record = outgoing('first', { known: known(), fields, changed: { Title: fields.Title }, tags, tagsToAdd });
      return connection.upsert(request([record]));
    };
    expect(resultOf(await write([]), 'first')).toMatchObject({ status: 'delivered' });
    const kept = { Department: 'Sales', Title: 'Dr.', LastName: 'first' };
    expect(await org.contact('first')).toMatchObject({ ...kept, Chat_Tags__c: 'by hand' });
    await org.change(({ contacts }) => ({ contacts: contacts.map(({ Department: _gone, ...contact }) => contact) }));
    expect(resultOf(await write(['new']), 'first')).toMatchObject({ status: 'delivered' });
    expect(await org.contact('first')).toMatchObject({ ...kept, Chat_Tags__c: 'by hand;new' });
  });

  it('is found by halving when Salesforce’s parser gives up on the whole call', async () => {
    const connection = await connectedBefore(() => changeField('Budget__c', { type: 'boolean' }));
    const results = await connection.upsert(
      request([...others(199), person('bad', { Budget__c: { type: 'number', value: 5 } })]),
    );
    expect(delivered(results)).toBe(199);
    expect(resultOf(results, 'bad')).toMatchObject({
      error: { kind: 'rejected', details: { code: 'JSON_PARSER_ERROR' } },
    });
    const halvings = Math.ceil(Math.log2(200));
    expect(upserts().length - 1).toBeLessThanOrEqual(1 + 2 * halvings);
  });
});

describe('an answer that does not fit the question', () => {
  it('delivers nobody when rows are missing', async () => {
    await org.fault({
      method: 'PATCH',
      answer: { status: 200, body: [{ id: '003B0000000001AAA', success: true, errors: [] }] },
    });
    const results = await org.connect().upsert(request([person('a'), person('b')]));
    for (const key of ['a', 'b'])
      expect(resultOf(results, key)).toMatchObject({
        error: { kind: 'transient', details: { code: 'RESULT_MISSING' } },
      });
  });

  it('counts a rolled-back row as refused although it says created', async () => {
    const errors = [{ statusCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK', message: 'Record rolled back', fields: [] }];
    await org.fault({ method: 'PATCH', answer: { status: 200, body: [{ success: false, created: true, errors }] } });
    const results = await org.connect().upsert(request([person('a')]));
    expect(resultOf(results, 'a')).toMatchObject({ status: 'failed', error: { kind: 'transient' } });
  });

  it('keeps the first call’s results when the further call meets a limit', async () => {
    const connection = await connectedBefore(() => changeField('Title', { access: 'none' }));
    await org.fault({ method: 'PATCH', delayMs: 0 });
    const body = [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }];
    await org.fault({ method: 'PATCH', answer: { status: 403, body } });
    const results = await connection.upsert(request([person('a'), person('b', { Title: text('Dr.') })]));
    expect(resultOf(results, 'a').status).toBe('delivered');
    expect(resultOf(results, 'b')).toMatchObject({ error: { kind: 'throttled' } });
  });
});
