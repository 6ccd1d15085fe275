import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { person, ServedOrg } from '../test-support.js';

let org: ServedOrg;
beforeAll(async () => {
  org = await ServedOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.close());

describe('one record', () => {
  it('is created, read, changed and deleted', async () => {
    const created = await org.api('POST', '/sobjects/Contact', { LastName: 'Ito', FirstName: 'Ana' });
    expect(created).toMatchObject({ status: 201, body: { success: true, errors: [] } });
    const path = `/sobjects/Contact/${(created.body as { id: string }).id}`;
    expect(await org.api('PATCH', path, { Title: 'Dr.' })).toMatchObject({ status: 204, body: null });
    expect(await org.api('GET', path)).toMatchObject({ body: { Name: 'Ana Ito', Title: 'Dr.', DoNotCall: false } });
    expect(await org.api('DELETE', path)).toMatchObject({ status: 204 });
    expect(await org.api('GET', path)).toMatchObject({ status: 404, body: [{ errorCode: 'ENTITY_IS_DELETED' }] });
  });

  it('complains with errorCode, unlike a collection', async () => {
    expect(await org.api('POST', '/sobjects/Contact', { FirstName: 'Ana' })).toMatchObject({
      status: 400,
      body: [{ errorCode: 'REQUIRED_FIELD_MISSING', fields: ['LastName'] }],
    });
    expect(await org.api('POST', '/sobjects/Contact', '{"LastName":')).toMatchObject({
      status: 400,
      body: [{ errorCode: 'JSON_PARSER_ERROR' }],
    });
  });

  it('does not share a unique field with another one', async () => {
    await org.upsert([person('a')]);
    expect(await org.api('POST', '/sobjects/Contact', person('a'))).toMatchObject({
      status: 400,
      body: [
        {
          errorCode: 'DUPLICATE_VALUE',
          message: expect.stringMatching(
            /^duplicate value found: Parley_Id__c duplicates value on record with id: 003\w{12}$/,
          ) as string,
        },
      ],
    });
  });
});

describe('a query', () => {
  it('finds contacts by id, key and e-mail, in the shape of REST', async () => {
    const { body } = await org.upsert([person('a', { Email: 'ada@example.test' }), person('b')]);
    const id = (body as { id: string }[])[0]?.id ?? '';
    for (const where of [`Id = '${id.slice(0, 15)}'`, "Parley_Id__c IN ('a', 'z')", "Email = 'ADA@example.test'"])
      expect(await org.query(`SELECT Id, Title FROM Contact WHERE ${where}`)).toMatchObject({
        body: {
          totalSize: 1,
          done: true,
          records: [
            {
              attributes: { type: 'Contact', url: `/services/data/v60.0/sobjects/Contact/${id}` },
              Id: id,
              Title: null,
            },
          ],
        },
      });
    expect(await org.query("SELECT Id FROM Contact WHERE Title = null AND LastName = 'B'")).toMatchObject({
      body: { totalSize: 1 },
    });
  });

  it('comes in pages of 2,000', async () => {
    for (let start = 0; start < 2_200; start += 200)
      await org.upsert(Array.from({ length: 200 }, (_, index) => person(`p${start + index}`)));
    const first = (await org.query('SELECT Id FROM Contact')).body as { nextRecordsUrl: string; records: unknown[] };
    expect(first).toMatchObject({ totalSize: 2_200, done: false });
    expect(first.records).toHaveLength(2_000);
    const second = (await org.send('GET', first.nextRecordsUrl)).body as { records: unknown[] };
    expect(second).toMatchObject({ done: true });
    expect(second.records).toHaveLength(200);
  });

  it.each([
    ['SELECT Naem FROM Contact', 'INVALID_FIELD', "No such column 'Naem' on entity 'Contact'"],
    ['SELECT Id FROM Kontakt', 'INVALID_TYPE', "sObject type 'Kontakt' is not supported"],
    ['SELECT Id FORM Contact', 'MALFORMED_QUERY', "unexpected token: 'Contact'"],
  ])('%s is refused with %s', async (soql, errorCode, words) => {
    expect(await org.query(soql)).toMatchObject({
      status: 400,
      body: [{ errorCode, message: expect.stringContaining(words) as string }],
    });
  });
});
