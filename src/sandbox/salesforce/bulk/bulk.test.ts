import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ServedOrg } from '../test-support.js';
import { readCsv, writeCsv } from './csv.js';

let org: ServedOrg;
beforeAll(async () => {
  org = await ServedOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.close());

const upsertJob = {
  object: 'Contact',
  operation: 'upsert',
  externalIdFieldName: 'Parley_Id__c',
  lineEnding: 'LF',
} as const;

/** The whole life of a job, as a client leads it. */
async function load(csv: string, more: object = {}) {
  const job = org.jsforce().bulk2.createJob({ ...upsertJob, ...more });
  await job.open();
  await job.uploadData(csv);
  await job.close();
  const states: string[] = [];
  while (!['JobComplete', 'Failed'].includes(states.at(-1) ?? '')) states.push((await job.check()).state);
  return { job, states };
}

describe('CSV', () => {
  it('comes back as it was written', () => {
    const cell = fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', ' ', 'a', 'ü') });
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1 });
    fc.assert(
      fc.property(rows, (given) => {
        expect(readCsv(writeCsv(given, ','), ',')).toEqual(given);
      }),
    );
  });

  it('may be unquoted, with CRLF and an empty last cell', () => {
    expect(readCsv('a;b\r\n1;\r\n"x;y";2', ';')).toEqual([
      ['a', 'b'],
      ['1', ''],
      ['x;y', '2'],
    ]);
  });
});

describe('an ingest job', () => {
  it('goes from open to complete, and has its good and bad rows apart', async () => {
    const csv = 'Parley_Id__c,LastName,Budget__c,Newsletter__c\na,Ada,12.5,true\nb,,1,false\nc,Cy,abc,false\n';
    const { job, states } = await load(csv);
    expect(states).toEqual(['InProgress', 'JobComplete']);
    expect(await job.check()).toMatchObject({ numberRecordsProcessed: 3, numberRecordsFailed: 2, jobType: 'V2Ingest' });
    expect(await job.getSuccessfulResults()).toMatchObject([
      { sf__Id: expect.stringMatching(/^003/) as string, sf__Created: 'true', Parley_Id__c: 'a' },
    ]);
    expect(await job.getFailedResults()).toMatchObject([
      {
        sf__Id: '',
        sf__Error: 'REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --',
        Parley_Id__c: 'b',
      },
      { sf__Error: 'INVALID_TYPE_ON_FIELD_IN_RECORD:Budget: value not of required type: abc:Budget__c --' },
    ]);
    expect(await job.getUnprocessedRecords()).toEqual([]);
    expect(await org.rows('SELECT Budget__c, Newsletter__c FROM Contact')).toMatchObject([
      { Budget__c: 12.5, Newsletter__c: true },
    ]);
  });

  it('leaves what is empty alone and empties what says so', async () => {
    await load('Parley_Id__c,LastName,Title,Department\na,Ada,Dr.,R&D\n');
    const { job } = await load('Parley_Id__c,LastName,Title,Department\na,,#N/A,\n');
    expect(await job.getSuccessfulResults()).toMatchObject([{ sf__Created: 'false' }]);
    expect(await org.rows('SELECT LastName, Title, Department FROM Contact')).toMatchObject([
      { LastName: 'Ada', Title: null, Department: 'R&D' },
    ]);
  });

  it('finds parents by their key, updates and deletes by id', async () => {
    const AccountId = await org.make('Account', { Name: 'Moreno Ltd', Parley_Id__c: 'moreno' });
    await load('Parley_Id__c,LastName,Account.Parley_Id__c\na,Ada,moreno\nb,Bo,nobody\n');
    const [ada] = await org.rows('SELECT Id, AccountId FROM Contact');
    expect(ada).toMatchObject({ AccountId });
    await load(`Id,Title\n${String(ada?.Id)},Dr.\n`, { operation: 'update', externalIdFieldName: undefined });
    expect(await org.rows('SELECT Title FROM Contact')).toMatchObject([{ Title: 'Dr.' }]);
    const { job } = await load(`Id\n${String(ada?.Id)}\n003B00000000zzzAAA\n`, {
      operation: 'delete',
      externalIdFieldName: undefined,
    });
    expect(await job.getFailedResults()).toMatchObject([
      { sf__Error: 'INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--' },
    ]);
    expect(await org.rows('SELECT Id FROM Contact')).toEqual([]);
  });

  it('loads 10,000 rows quickly, the locked and the refused ones apart', async () => {
    await org.upsert(Array.from({ length: 30 }, (_, index) => ({ Parley_Id__c: `p${index}`, LastName: 'x' })));
    const locked = await org.rows('SELECT Id FROM Contact');
    await org.change(() => ({
      lockedIds: locked.map(({ Id }) => Id),
      validationRules: [{ field: 'Title', forbidden: 'bad', message: 'Not like this.' }],
    }));
    const rows = Array.from(
      { length: 10_000 },
      (_, index) => `p${index},Name ${index},${index >= 9_980 ? 'bad' : 'fine'}`,
    );
    const { job } = await load(`Parley_Id__c,LastName,Title\n${rows.join('\n')}\n`);
    expect(await job.check()).toMatchObject({ numberRecordsProcessed: 10_000, numberRecordsFailed: 50 });
    const failed = await job.getFailedResults();
    expect(failed.filter(({ sf__Error }) => sf__Error.startsWith('UNABLE_TO_LOCK_ROW:'))).toHaveLength(30);
    expect(failed.filter(({ sf__Error }) => sf__Error.includes('Not like this.'))).toHaveLength(20);
    const successful = (await job.getSuccessfulResults()) as { Parley_Id__c?: string }[];
    expect(successful).toHaveLength(9_950);
    // Nobody promised the order of the upload.
    expect(successful[0]?.Parley_Id__c).not.toBe('p30');
  });

  it('fails as a whole for an unknown column, and keeps every row', async () => {
    const { job, states } = await load('Parley_Id__c,Nope__c\na,1\n');
    expect(states.at(-1)).toBe('Failed');
    expect(await job.check()).toMatchObject({ errorMessage: 'InvalidBatch : Field name not found : Nope__c' });
    expect(await job.getUnprocessedRecords()).toMatchObject([{ Parley_Id__c: 'a', Nope__c: '1' }]);
  });

  it('may stop half-way', async () => {
    await org.change(() => ({ bulk: { looksUntilDone: 2, nextFailsAfterRows: 1 } }));
    const { job, states } = await load('Parley_Id__c,LastName\na,Ada\nb,Bo\n');
    expect(states).toEqual(['InProgress', 'InProgress', 'Failed']);
    expect(await job.getSuccessfulResults()).toHaveLength(1);
    expect(await job.getUnprocessedRecords()).toMatchObject([{ Parley_Id__c: 'b' }]);
  });

  it('can be aborted and deleted, in states that allow it', async () => {
    const job = org.jsforce().bulk2.createJob(upsertJob);
    await job.open();
    await job.uploadData('Parley_Id__c,LastName\na,Ada\n');
    await expect(job.uploadData('Parley_Id__c\nb\n')).rejects.toThrow('to a job once');
    await expect(job.delete()).rejects.toThrow('Cannot delete');
    await job.abort();
    expect(await job.check()).toMatchObject({ state: 'Aborted' });
    expect(await job.getUnprocessedRecords()).toHaveLength(1);
    await job.delete();
    expect(await org.api('GET', `/jobs/ingest/${job.id}`)).toMatchObject({ status: 404 });
  });

  it.each([
    [{ ...upsertJob, externalIdFieldName: undefined }, 'INVALIDJOB'],
    [{ ...upsertJob, externalIdFieldName: 'Title' }, 'INVALIDJOB'],
    [{ ...upsertJob, object: 'Nobody' }, 'INVALIDENTITY'],
    [{ ...upsertJob, operation: 'merge' }, 'JSON_PARSER_ERROR'],
  ])('%j is not opened: %s', async (job, errorCode) => {
    expect(await org.api('POST', '/jobs/ingest', job)).toMatchObject({ status: 400, body: [{ errorCode }] });
  });
});

it('a query job gives its rows as CSV, in parts', async () => {
  await org.upsert(['a', 'b', 'c'].map((key) => ({ Parley_Id__c: key, LastName: key })));
  const query = 'SELECT LastName, Owner.Name FROM Contact ORDER BY LastName';
  const { body } = await org.api('POST', '/jobs/query', { operation: 'query', query });
  const path = `/jobs/query/${(body as { id: string }).id}`;
  expect(await org.api('GET', path)).toMatchObject({ body: { state: 'InProgress' } });
  expect(await org.api('GET', path)).toMatchObject({ body: { state: 'JobComplete', numberRecordsProcessed: 3 } });
  const results = await fetch(`${org.origin}/services/data/v60.0${path}/results?maxRecords=2`, {
    headers: { authorization: 'Bearer 00DB0000000Abc1!sandbox.access.token' },
  });
  expect(results.headers.get('sforce-locator')).toBe('2');
  expect(await results.text()).toBe('"LastName","Owner.Name"\n"a","Parley Integration"\n"b","Parley Integration"\n');
});
