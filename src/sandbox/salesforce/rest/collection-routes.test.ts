import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { person, ServedOrg } from '../test-support.js';

let org: ServedOrg;
beforeAll(async () => {
  org = await ServedOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.close());

describe('a collection', () => {
  it('answers one row per record, in order, with statusCode where something failed', async () => {
    await org.upsert([person('a')]);
    const { status, body } = await org.upsert([person('b'), { Parley_Id__c: 'nobody' }, person('a', { Title: 'Dr.' })]);
    expect(status).toBe(200);
    expect(body).toEqual([
      { id: expect.stringMatching(/^003\w{15}$/) as string, success: true, errors: [], created: true },
      {
        success: false,
        errors: [
          {
            statusCode: 'REQUIRED_FIELD_MISSING',
            message: 'Required fields are missing: [LastName]',
            fields: ['LastName'],
          },
        ],
      },
      { id: expect.stringMatching(/^003\w{15}$/) as string, success: true, errors: [], created: false },
    ]);
  });

  it.each([
    [{ Nope__c: 'x' }, 'INVALID_FIELD', "No such column 'Nope__c' on sobject of type Contact"],
    [{ Email: 'not-an-email' }, 'INVALID_EMAIL_ADDRESS', 'Email: invalid email address: not-an-email'],
    [
      { Plan__c: 'gold' },
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      'Plan: bad value for restricted picklist field: gold',
    ],
    [
      { FirstName: 'x'.repeat(41) },
      'STRING_TOO_LONG',
      `First Name: data value too large: ${'x'.repeat(41)} (max length=40)`,
    ],
    [
      { Budget__c: 1e17 },
      'NUMBER_OUTSIDE_VALID_RANGE',
      'Budget: value outside of valid range on numeric field: 100000000000000000',
    ],
    [
      { SystemModstamp: '2026-01-01T00:00:00Z' },
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      expect.stringContaining('SystemModstamp. Please check the security') as string,
    ],
  ])('refuses %j as %s', async (values, statusCode, message) => {
    expect(await org.upsert([person('a', values)])).toMatchObject({
      body: [{ success: false, errors: [{ statusCode, message }] }],
    });
  });

  it.each([
    [{ Newsletter__c: 'yes' }, 'boolean from VALUE_STRING value yes'],
    [{ Birthdate: '2026-02-30' }, 'date from VALUE_STRING value 2026-02-30'],
    [{ LastName: 5 }, 'string from VALUE_NUMBER_INT value 5'],
  ])('is refused whole for %j', async (values, words) => {
    expect(await org.upsert([person('good'), person('a', values)])).toMatchObject({
      status: 400,
      body: [{ errorCode: 'JSON_PARSER_ERROR', message: expect.stringContaining(words) as string }],
    });
    expect(await org.query('SELECT Id FROM Contact')).toMatchObject({ body: { totalSize: 0 } });
  });

  it('refuses every row that shares a key with another one', async () => {
    const { body } = await org.upsert([person('a'), person('b'), person('a')]);
    const codes = (body as { errors: { statusCode: string }[] }[]).map(({ errors }) => errors[0]?.statusCode);
    expect(codes).toEqual(['DUPLICATE_VALUE', undefined, 'DUPLICATE_VALUE']);
  });

  it('takes 200 records and not one more', async () => {
    const many = Array.from({ length: 201 }, (_, index) => person(`p${index}`));
    expect(await org.upsert(many)).toMatchObject({ status: 400, body: [{ errorCode: 'EXCEEDED_ID_LIMIT' }] });
    expect(await org.upsert(many.slice(0, 200))).toMatchObject({ status: 200 });
  });

  it('matches only by an external id, with regard to case where the field says so', async () => {
    const byTitle = await org.api('PATCH', '/composite/sobjects/Contact/Title', { records: [] });
    expect(byTitle).toMatchObject({ status: 404, body: [{ errorCode: 'NOT_FOUND' }] });
    await org.upsert([person('a')]);
    expect(await org.upsert([person('A')])).toMatchObject({ body: [{ created: true }] });
  });

  it('stops duplicates by rule, unless the rule only alerts and the caller saves all the same', async () => {
    await org.upsert([person('a', { Email: 'twin@example.test' })]);
    const twin = person('b', { Email: 'TWIN@example.test' });
    const stopped = {
      body: [{ success: false, errors: [{ statusCode: 'DUPLICATES_DETECTED', message: 'Use one of these records?' }] }],
    };
    const allowSave = { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' };
    expect(await org.upsert([twin])).toMatchObject(stopped);
    await org.change(() => ({
      duplicateRules: [{ name: 'R', field: 'Email', action: 'block', message: 'Use one of these records?' }],
    }));
    expect(await org.upsert([twin], allowSave)).toMatchObject(stopped);
    await org.change(() => ({
      duplicateRules: [{ name: 'R', field: 'Email', action: 'alert', message: 'Use one of these records?' }],
    }));
    expect(await org.upsert([twin], allowSave)).toMatchObject({ body: [{ created: true }] });
    expect(await org.upsert([{ Parley_Id__c: 'b', Title: 'Dr.' }])).toMatchObject({ body: [{ success: true }] });
  });

  it('keeps a field that is left out, empties one that is null, and never empties a checkbox', async () => {
    await org.upsert([person('a', { Title: 'Dr.', Department: 'R&D', Newsletter__c: true })]);
    await org.upsert([{ Parley_Id__c: 'a', Department: null, Newsletter__c: null }]);
    expect(
      await org.query("SELECT Title, Department, Newsletter__c FROM Contact WHERE Parley_Id__c = 'a'"),
    ).toMatchObject({
      body: { records: [{ Title: 'Dr.', Department: null, Newsletter__c: false }] },
    });
  });
});
