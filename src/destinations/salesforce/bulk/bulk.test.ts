import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Json, OutgoingRecord, RecordResult } from '../../destination.js';
import { salesforce } from '../definition.js';
import { knownFrom, outgoing, request, resultOf, TestOrg, text } from '../test-support.js';

let org: TestOrg;
beforeAll(async () => {
  org = await TestOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.sandbox.close());

const people = (count: number, more: (index: number) => Partial<OutgoingRecord> = () => ({})) =>
  Array.from({ length: count }, (_, index) => outgoing(`p${index}`, more(index)));
const countOf = (results: readonly RecordResult[], status: string) =>
  results.filter((result) => result.status === status).length;
const upsertMany = (records: readonly OutgoingRecord[], remembered = new Map<string, Json>()) =>
  org.connect({}, { remembered }).upsertMany?.(request(records)) ?? Promise.resolve([]);
/** Calls without their ids, and how often each was made. */
const callCounts = (from = 0) =>
  org
    .apiCalls()
    .slice(from)
    .map((call) => call.replace(/ingest\/[^/]+/, 'ingest/{id}'))
    .reduce((counts, call) => counts.set(call, (counts.get(call) ?? 0) + 1), new Map<string, number>());

describe('10,000 changed profiles, 20 of them bad and 30 locked', () => {
  const bad = (index: number) => index % 500 === 7; // 20 of 10,000
  const locked = (index: number) => index % 330 === 11 && index < 9_900; // 30 of 10,000
  const total = 10_000;
  const isIn = (numbers: (index: number) => boolean) =>
    Array.from({ length: total }, (_, index) => index).filter(numbers);

  async function changedOrg(): Promise<readonly OutgoingRecord[]> {
    expect([isIn(bad).length, isIn(locked).length, isIn((index) => bad(index) && locked(index)).length]).toEqual([
      20, 30, 0,
    ]);
    const known = new Map((await upsertMany(people(total))).map((result) => [result.profileId, knownFrom(result)]));
    const locks = new Set(isIn(locked).map((index) => known.get(`profile-p${index}`)?.remoteId));
    await org.change(() => ({
      lockedIds: [...locks],
      validationRules: [{ field: 'MailingCity', forbidden: 'Atlantis', message: 'We do not ship there.' }],
    }));
    return people(total, (index) => {
      const fields = { MailingCity: text(bad(index) ? 'Atlantis' : 'Kyoto') };
      return { known: known.get(`profile-p${index}`) ?? null, fields, changed: fields };
    });
  }

  function expectOutcome(results: readonly RecordResult[]): void {
    expect(countOf(results, 'delivered')).toBe(total - 50);
    for (const index of isIn(bad))
      expect(resultOf(results, `p${index}`)).toMatchObject({
        error: { kind: 'rejected', message: 'We do not ship there.', details: { recordOnly: true } },
      });
    for (const index of isIn(locked))
      expect(resultOf(results, `p${index}`)).toMatchObject({
        error: { kind: 'transient', details: { code: 'UNABLE_TO_LOCK_ROW', recordOnly: true } },
      });
  }

  it('are delivered by one job, with one call more for those that were locked', async () => {
    const records = await changedOrg();
    const before = org.apiCalls().length;
    expectOutcome(await upsertMany(records));
    const calls = callCounts(before);
    calls.delete('GET /jobs/ingest/{id}'); // as often as it takes
    expect(Object.fromEntries(calls)).toEqual({
      'GET /sobjects/Contact/describe': 1,
      'POST /jobs/ingest': 1,
      'PUT /jobs/ingest/{id}/batches': 1,
      'PATCH /jobs/ingest/{id}': 1,
      'GET /jobs/ingest/{id}/successfulResults/': 1,
      'GET /jobs/ingest/{id}/failedResults/': 1,
      'PATCH /composite/sobjects/Contact/Parley_Id__c': 1,
    });
    expect((await org.records('Contact')).filter(({ MailingCity }) => MailingCity === 'Kyoto')).toHaveLength(
      total - 50,
    );
  }, 20_000);

  it('are delivered in collections with no call for the isolation at all', async () => {
    const records = await changedOrg();
    const before = org.apiCalls().length;
    const connection = org.connect();
    const results: RecordResult[] = [];
    for (let start = 0; start < total; start += 200)
      results.push(...(await connection.upsert(request(records.slice(start, start + 200)))));
    expectOutcome(results);
    expect(Object.fromEntries(callCounts(before))).toEqual({
      'GET /sobjects/Contact/describe': 1,
      'PATCH /composite/sobjects/Contact/Parley_Id__c': 50,
    });
  }, 20_000);
});

describe('a bulk job', () => {
  const many = 2_000;

  it('is what the destination declares from so many records on', () => {
    expect(salesforce.bulk).toEqual({ from: many, atMost: 10_000 });
  });

  it('is not worth it for a few records', async () => {
    expect(countOf(await upsertMany(people(10)), 'delivered')).toBe(10);
    expect(callCounts().has('POST /jobs/ingest')).toBe(false);
  });

  it('writes what the ordinary way would write: clearings, choices, tags that stay, and a last name', async () => {
    await upsertMany(people(many, () => ({ fields: { Title: text('Dr.'), MailingCity: text('Kyoto') } })));
    await org.change(({ contacts }) => ({ contacts: contacts.map((one) => ({ ...one, Chat_Tags__c: 'by hand' })) }));
    const fields = { Title: null, Interests__c: { type: 'list', value: ['running', 'yoga'] } } as const;
    const results = await upsertMany(people(many, () => ({ fields, tags: ['vip'] })));
    expect(countOf(results, 'delivered')).toBe(many);
    const contacts = await org.records('Contact');
    expect(contacts).toHaveLength(many);
    for (const contact of contacts)
      expect(contact).toMatchObject({
        LastName: '(unknown)',
        MailingCity: 'Kyoto',
        Interests__c: 'running;yoga',
        Chat_Tags__c: 'by hand;vip',
      });
    expect(contacts.filter(({ Title }) => Title !== undefined && Title !== null)).toEqual([]);
  });

  it('leaves out a field that is at fault, row by row', async () => {
    const connection = org.connect();
    await connection.upsert(request([outgoing('first')]));
    await org.change(({ contactFields }) => ({
      contactFields: contactFields.map((field) => (field.name === 'Plan__c' ? { ...field, values: ['free'] } : field)),
    }));
    const plan = (index: number) => ({ fields: { LastName: text('x'), Plan__c: text(index === 5 ? 'pro' : 'free') } });
    const results = (await connection.upsertMany?.(request(people(many, plan)))) ?? [];
    expect(countOf(results, 'delivered')).toBe(many);
    expect(resultOf(results, 'p5')).toMatchObject({ dropped: [{ field: 'Plan__c' }] });
  });

  it('that stops half-way loses nobody: the rest goes the ordinary way', async () => {
    await org.change((state) => ({ bulk: { ...(state.bulk as object), nextFailsAfterRows: 1_900 } }));
    expect(countOf(await upsertMany(people(many)), 'delivered')).toBe(many);
    expect(callCounts().get('PATCH /composite/sobjects/Contact/Parley_Id__c')).toBe(1);
  });

  it('that is written by id finds people by e-mail as well', async () => {
    const byEmail = { keyField: 'Email', tagsField: null };
    const person = (index: number, more: Partial<OutgoingRecord> = {}) => outgoing(`p${index}@example.test`, more);
    const all = Array.from({ length: many }, (_, index) => person(index));
    const connection = org.connect();
    await connection.upsertMany?.(request(all, byEmail));
    const fields = { Title: text('Dr.') };
    const again = Array.from({ length: many }, (_, index) => person(index, { fields }));
    const results = (await connection.upsertMany?.(request(again, byEmail))) ?? [];
    expect(countOf(results, 'delivered')).toBe(many);
    expect(callCounts().get('POST /jobs/ingest')).toBe(1);
    expect((await org.records('Contact')).filter(({ Title }) => Title === 'Dr.')).toHaveLength(many);
  });
});

describe('a job whose process has died', () => {
  const city = (name: string) => ({ fields: { LastName: text('x'), MailingCity: text(name) } });

  it('never overwrites what is newer: it is brought to its end before anything else is written', async () => {
    const remembered = new Map<string, Json>();
    await org.fault({ method: 'GET', path: '/jobs/ingest/', drop: 'before' });
    await expect(
      upsertMany(
        people(2_000, () => city('old')),
        remembered,
      ),
    ).rejects.toMatchObject({ kind: 'transient' });
    expect(remembered.get('bulk-jobs')).toHaveLength(1);
    const before = org.apiCalls().length;
    const newer = org.connect({}, { remembered });
    expect(await newer.upsert(request([outgoing('p1', city('new'))]))).toMatchObject([{ status: 'delivered' }]);
    expect(org.apiCalls()[before]).toMatch(/^GET \/jobs\/ingest\//);
    expect(remembered.has('bulk-jobs')).toBe(false);
    for (let looks = 0; looks < 5; looks++) await newer.upsert(request([outgoing('p2', city('new'))]));
    expect(await org.contact('p1')).toMatchObject({ MailingCity: 'new' });
    expect((await org.state()).bulkJobs).toMatchObject([{ state: 'Aborted' }]);
  });

  it('that has finished meanwhile, or is not there any more, stops nobody', async () => {
    const remembered = new Map<string, Json>([['bulk-jobs', ['7505e000000AbcdAAA']]]);
    expect(await org.connect({}, { remembered }).upsert(request([outgoing('a')]))).toMatchObject([
      { status: 'delivered' },
    ]);
    expect(remembered.has('bulk-jobs')).toBe(false);
  });
});
