import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { person, ServedOrg } from '../test-support.js';

let org: ServedOrg;
beforeAll(async () => {
  org = await ServedOrg.start();
});
afterAll(() => org.close());

const rows = (soql: string) => org.rows(soql);
const make = (object: string, values: Record<string, unknown>) => org.make(object, values);
const names = async (where: string) =>
  (await rows(`SELECT LastName FROM Contact WHERE ${where}`)).map(({ LastName }) => LastName).sort();

describe('conditions', () => {
  beforeAll(async () => {
    await org.reset();
    await org.upsert([
      person('a', { Budget__c: 10, Birthdate: '2000-01-31', Interests__c: 'running;yoga', Title: '50%_off' }),
      person('b', { Budget__c: 20, Birthdate: '2001-02-28', Interests__c: 'cycling', Newsletter__c: true }),
      person('c', { Last_Order_At__c: '2026-05-31T10:20:30+02:00', Title: "O'Hara\\x" }),
    ]);
  });

  it.each([
    ["LastName = 'A'", ['a']],
    ["Parley_Id__c = 'A'", []],
    ["LastName IN ('a', 'C', 'z')", ['a', 'c']],
    ["LastName NOT IN ('a')", ['b', 'c']],
    ['Budget__c > 10', ['b']],
    ['Budget__c >= 10 AND Budget__c < 20', ['a']],
    ['Budget__c = null', ['c']],
    ['Budget__c != null', ['a', 'b']],
    ['Budget__c != 10', ['b', 'c']],
    ['Newsletter__c = TRUE', ['b']],
    ['Birthdate > 2000-01-31', ['b']],
    ['Birthdate <= 2000-01-31', ['a']],
    ['Last_Order_At__c = 2026-05-31T08:20:30Z', ['c']],
    ['Last_Order_At__c > 2026-05-31T08:20:30.000+0000', []],
    ['CreatedDate = TODAY', ['a', 'b', 'c']],
    ['CreatedDate = LAST_N_DAYS:2 AND CreatedDate < TOMORROW', ['a', 'b', 'c']],
    ['CreatedDate < THIS_YEAR', []],
    ["Interests__c INCLUDES ('running;yoga', 'swimming')", ['a']],
    ["Interests__c EXCLUDES ('cycling')", ['a', 'c']],
    ["Title LIKE '50\\\\%\\\\_o%'", ['a']],
    ["Title LIKE '%hara%'", ['c']],
    ["Title = 'O\\'Hara\\\\x'", ['c']],
    ["(LastName = 'a' AND Budget__c = 99) OR (LastName = 'b' OR LastName = 'c')", ['b', 'c']],
    ["NOT (LastName = 'a' OR LastName = 'b')", ['c']],
    ["NOT LastName = 'a' AND NOT LastName = 'b'", ['c']],
    ["Owner.Name LIKE 'Parley%' AND CreatedBy.Username = 'parley@sandbox.test' AND LastName = 'a'", ['a']],
    ["Id IN (SELECT ContactId FROM CampaignMember WHERE Campaign.Name = 'None')", []],
  ])('%s finds %j', async (where, found) => {
    expect(await names(where)).toEqual(found);
  });

  it('give every text back as it was quoted', async () => {
    const awkward = fc.constantFrom("'", '\\', '"', ' ', 'n', 'ü', '😀', '%', '_');
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: awkward, minLength: 1, maxLength: 12 }), async (text) => {
        const given = `x${text}x`;
        await org.upsert([person('odd', { Department: given })]);
        const quoted = given.replace(/[\\']/g, (character) => `\\${character}`);
        return (await names(`Department = '${quoted}'`)).includes('odd');
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ["SELECT Id FROM Contact WHERE LastName = 'a' AND Title = 'b' OR Title = 'c'", 'MALFORMED_QUERY', "'OR'"],
    ["SELECT Id FROM Contact WHERE LastName = 'a", 'MALFORMED_QUERY', 'Column:41'],
    ['SELECT Id FROM Contact LIMIT x', 'MALFORMED_QUERY', "'x'"],
    ['', 'MALFORMED_QUERY', 'has to be specified'],
    ['SELECT Id, Id FROM Contact', 'MALFORMED_QUERY', 'duplicate field selected: Id'],
    [
      "SELECT Id FROM Contact WHERE Budget__c = '5'",
      'INVALID_FIELD',
      'must be of type double and should not be enclosed',
    ],
    ['SELECT Id FROM Contact WHERE Birthdate = 2026-01-01T00:00:00Z', 'INVALID_FIELD', 'must be of type date'],
    ["SELECT Id FROM Contact WHERE CreatedDate > '2026-01-01T00:00:00Z'", 'INVALID_FIELD', 'must be of type dateTime'],
    ["SELECT Id FROM Contact WHERE Id = 'me'", 'INVALID_QUERY_FILTER_OPERATOR', 'invalid ID field: me'],
    ["SELECT Id FROM Contact WHERE Description = 'x'", 'INVALID_FIELD', 'can not be filtered'],
    ['SELECT Acount.Name FROM Contact', 'INVALID_FIELD', "Didn't understand relationship 'Acount'"],
    ['SELECT (SELECT Id FROM Kases) FROM Contact', 'INVALID_TYPE', "Didn't understand relationship 'Kases'"],
    ['SELECT Id FROM Contact OFFSET 2001', 'NUMBER_OUTSIDE_VALID_RANGE', '2000'],
    ['SELECT LastName, COUNT(Id) FROM Contact', 'MALFORMED_QUERY', 'must be grouped or aggregated'],
    ['SELECT FIELDS(ALL) FROM Contact', 'MALFORMED_QUERY', 'LIMIT'],
  ])('%s is refused with %s', async (soql, errorCode, words) => {
    expect(await org.query(soql)).toMatchObject({
      status: 400,
      body: [{ errorCode, message: expect.stringContaining(words) as string }],
    });
  });
});

describe('results', () => {
  beforeEach(() => org.reset());

  it('nest parents and children, and say null where there are none', async () => {
    const AccountId = await make('Account', { Name: 'Moreno Ltd' });
    const ContactId = await make('Contact', { LastName: 'Moreno', AccountId });
    await make('Contact', { LastName: 'Solo' });
    const deal = { Name: 'Deal', StageName: 'Closed Won', CloseDate: '2026-01-01', Amount: 500, AccountId };
    const OpportunityId = await make('Opportunity', deal);
    await make('OpportunityContactRole', { OpportunityId, ContactId, IsPrimary: true });
    await make('Task', { WhoId: ContactId, WhatId: OpportunityId, Subject: 'Call' });
    const [moreno, solo] = await rows(
      `SELECT LastName, Account.Name, Account.Owner.Name,
        (SELECT IsPrimary, Opportunity.Amount, Opportunity.IsWon FROM OpportunityContactRoles),
        (SELECT Subject, Who.Type, What.Name FROM Tasks ORDER BY ActivityDate DESC LIMIT 5)
       FROM Contact ORDER BY LastName`,
    );
    expect(moreno).toMatchObject({
      attributes: { type: 'Contact', url: `/services/data/v60.0/sobjects/Contact/${ContactId}` },
      Account: { attributes: { type: 'Account' }, Name: 'Moreno Ltd', Owner: { Name: 'Parley Integration' } },
      OpportunityContactRoles: {
        totalSize: 1,
        done: true,
        records: [{ IsPrimary: true, Opportunity: { Amount: 500, IsWon: true } }],
      },
      Tasks: { records: [{ Who: { attributes: { type: 'Name' }, Type: 'Contact' }, What: { Name: 'Deal' } }] },
    });
    expect(solo).toMatchObject({ Account: null, OpportunityContactRoles: null, Tasks: null });
  });

  it('go on in pages of their own below a record', async () => {
    await org.change(() => ({ nestedPageSize: 2 }));
    const ContactId = await make('Contact', { LastName: 'Busy' });
    for (const Subject of ['1', '2', '3']) await make('Case', { ContactId, Subject });
    const [busy] = await rows('SELECT (SELECT Subject FROM Cases ORDER BY Subject) FROM Contact');
    const cases = z.looseObject({ nextRecordsUrl: z.string() }).parse(busy?.Cases);
    expect(cases).toMatchObject({ totalSize: 3, done: false, records: [{ Subject: '1' }, { Subject: '2' }] });
    expect(await org.send('GET', cases.nextRecordsUrl)).toMatchObject({
      body: { done: true, records: [{ Subject: '3' }] },
    });
  });

  it('count, sum and group', async () => {
    const AccountId = await make('Account', { Name: 'A' });
    const deal = { StageName: 'Closed Won', CloseDate: '2026-01-01', AccountId };
    await make('Opportunity', { ...deal, Name: 'one', Amount: 100 });
    await make('Opportunity', { ...deal, Name: 'two', Amount: 50 });
    await make('Opportunity', { ...deal, Name: 'three', StageName: 'Prospecting' });
    expect(await org.query('SELECT COUNT() FROM Opportunity WHERE IsWon = true')).toMatchObject({
      body: { totalSize: 2, done: true, records: [] },
    });
    expect(await rows('SELECT SUM(Amount) total, COUNT(Id), MAX(Amount) FROM Opportunity WHERE IsWon = true')).toEqual([
      { attributes: { type: 'AggregateResult' }, total: 150, expr0: 2, expr1: 100 },
    ]);
    expect(await rows('SELECT StageName, SUM(Amount) s FROM Opportunity GROUP BY StageName')).toMatchObject([
      { StageName: 'Closed Won', s: 150 },
      { StageName: 'Prospecting', s: null },
    ]);
  });

  it('are sorted, skipped and cut, with empty values first', async () => {
    await org.upsert([person('a', { Budget__c: 3 }), person('b'), person('c', { Budget__c: 12 })]);
    const sorted = async (rest: string) =>
      (await rows(`SELECT LastName FROM Contact ORDER BY ${rest}`)).map(({ LastName }) => LastName);
    expect(await sorted('Budget__c')).toEqual(['b', 'a', 'c']);
    expect(await sorted('Budget__c DESC NULLS LAST, Id LIMIT 2')).toEqual(['c', 'a']);
    expect(await sorted('LastName LIMIT 1 OFFSET 1')).toEqual(['b']);
  });

  it('show deleted records only to queryAll', async () => {
    const id = await make('Contact', { LastName: 'Gone' });
    await org.api('DELETE', `/sobjects/Contact/${id}`);
    expect(await rows('SELECT Id FROM Contact')).toEqual([]);
    const soql = encodeURIComponent('SELECT Id, IsDeleted FROM Contact WHERE IsDeleted = true');
    expect(await org.api('GET', `/queryAll?q=${soql}`)).toMatchObject({
      body: { totalSize: 1, records: [{ Id: id, IsDeleted: true }] },
    });
  });

  it('can be walked by keyset through many records of one second', async () => {
    const all = Array.from({ length: 450 }, (_, index) => person(`p${index}`));
    for (let start = 0; start < 450; start += 200) await org.upsert(all.slice(start, start + 200));
    const seen = new Set<unknown>();
    let condition = 'SystemModstamp > 2000-01-01T00:00:00Z';
    for (let page = await walk(condition); page.length > 0; page = await walk(condition)) {
      for (const { Id } of page) seen.add(Id);
      const last = page.at(-1);
      const at = String(last?.SystemModstamp);
      condition = `(SystemModstamp = ${at} AND Id > '${String(last?.Id)}') OR SystemModstamp > ${at}`;
    }
    expect(seen.size).toBe(450);
  });
  const walk = (where: string) =>
    rows(`SELECT Id, SystemModstamp FROM Contact WHERE ${where} ORDER BY SystemModstamp, Id LIMIT 100`);
});
