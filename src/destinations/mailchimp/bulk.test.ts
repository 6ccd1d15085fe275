import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { OutgoingRecord, RecordResult } from '../destination.js';
import { tarGz } from '../../sandbox/mailchimp/tar.js';
import { plainTarget } from '../test-support.js';
import { textFiles } from './job-results.js';
import { asDelivered, consent, known, list, record, rehearse, text, type Rehearsal } from './test-support.js';

const target = { object: 'member', keyField: 'email_address', tagsField: 'tags', ...plainTarget };
const many = async ({ connection }: Rehearsal, records: readonly OutgoingRecord[]): Promise<readonly RecordResult[]> =>
  (await connection.upsertMany?.({ ...target, records })) ?? [];
const people = (count: number) => Array.from({ length: count }, (_, index) => record(`p${String(index)}@chat.test`));
const changed = { FNAME: text('Grace') };
const writes = ({ calls }: Rehearsal) => calls().filter((call) => call.startsWith('P') || call.startsWith('D'));

describe('a bulk job', () => {
  it('brings very many new people with one write, and says of each what became of it', async () => {
    const sandbox = await rehearse();
    const bad = ['not an address', 'ada@example.com'].map((email) => record(email));
    const results = await many(sandbox, [...people(1_200), ...bad]);
    expect(results.filter(({ status }) => status === 'delivered')).toHaveLength(1_200);
    expect(results.filter(({ status }) => status === 'failed')).toHaveLength(2);
    expect(writes(sandbox)).toEqual(['POST /3.0/batches']);
    expect(sandbox.remembered.size).toBe(0);
  });

  it('also carries those who have to be written one by one', async () => {
    const sandbox = await rehearse();
    await sandbox.setUp((audience) => (audience.double_optin = true));
    const created = await many(sandbox, people(60));
    sandbox.startCounting();
    const update = people(60).map((person, index) => ({ ...person, ...known(created[index]), changed, tags: ['a'] }));
    const tagged = update.map((person) => ({ ...person, tagsToAdd: ['a'] }));
    const results = await many(sandbox, tagged);
    expect(results.every(({ status }) => status === 'delivered')).toBe(true);
    // One job for the fields, one for the tags, one to read them back.
    expect(writes(sandbox)).toEqual(Array<string>(3).fill('POST /3.0/batches'));
    expect(await sandbox.member('p59@chat.test')).toMatchObject({ status: 'pending', tags: [{ name: 'a' }] });
  });

  it('re-subscribes nobody', async () => {
    const sandbox = await rehearse();
    const created = await many(sandbox, people(30));
    await sandbox.optOut('p3@chat.test');
    await sandbox.patch('p4@chat.test', { status: 'unsubscribed' });
    await sandbox.send('DELETE', `${list}/members/p5@chat.test`);
    const update = people(30).map((person, index) => ({ ...person, ...known(created[index]), changed }));
    const results = await many(sandbox, update);
    expect(results.filter(({ status }) => status === 'withheld')).toHaveLength(3);
    for (const email of ['p3@chat.test', 'p4@chat.test'])
      expect(await sandbox.member(email)).toMatchObject({ status: 'unsubscribed', merge_fields: { FNAME: 'Ada' } });
    expect(await sandbox.member('p5@chat.test')).toMatchObject({ status: 'archived' });
    const job = sandbox.entries().findLast(({ path }) => path === '/3.0/batches');
    expect(JSON.stringify(job?.body)).not.toContain('status');
  });

  it('carries withdrawals', async () => {
    const sandbox = await rehearse();
    const created = await many(sandbox, people(30));
    sandbox.startCounting();
    const consents = { email: consent('revoked', '2026-04-01T00:00:00.000Z') };
    await many(
      sandbox,
      people(30).map((person, index) => ({ ...person, ...known(created[index]), consents })),
    );
    // One job to see who is off already, one for the others.
    expect(writes(sandbox)).toEqual(Array<string>(2).fill('POST /3.0/batches'));
    const { total_items } = await sandbox.send('GET', `${list}/members?status=unsubscribed`);
    expect(total_items).toBe(30);
  });

  it('left under way by an earlier process is waited for before anything else is written', async () => {
    const sandbox = await rehearse();
    const { id } = z.object({ id: z.string() }).parse(
      await sandbox.send('POST', '/3.0/batches', {
        operations: [{ method: 'POST', path: `/lists/${list.slice(-10)}`, body: JSON.stringify({ members: [] }) }],
      }),
    );
    sandbox.remembered.set('bulk.job', { id });
    sandbox.startCounting();
    await sandbox.upsert(record('ada@chat.test'));
    expect(sandbox.calls()[0]).toBe(`GET /3.0/batches/${id}`);
    expect(sandbox.remembered.has('bulk.job')).toBe(false);
  });

  it('whose start got no answer is found among the account’s jobs', async () => {
    const sandbox = await rehearse();
    await sandbox.send('POST', '/_sandbox/faults', { path: '/batches', drop: 'after' });
    await expect(many(sandbox, people(30))).rejects.toMatchObject({ kind: 'transient' });
    sandbox.startCounting();
    const results = await many(sandbox, people(30));
    expect(results.every(({ status }) => status === 'delivered')).toBe(true);
    expect(sandbox.calls()[0]).toBe('GET /3.0/batches');
    const { total_items } = await sandbox.send('GET', `${list}/members`);
    expect(total_items).toBe(30);
  });

  it('whose archive cannot be read is made again, as every write in it may be', async () => {
    const sandbox = await rehearse();
    await sandbox.send('POST', '/_sandbox/faults', {
      path: '/batch-results',
      answer: { status: 200, body: 'no archive' },
    });
    await expect(many(sandbox, people(30))).rejects.toMatchObject({ details: { code: 'unreadable_results' } });
    const results = await many(sandbox, people(30));
    expect(results.every((result) => !asDelivered(result).created)).toBe(true);
  });

  it('is not made for a handful', async () => {
    const sandbox = await rehearse();
    await many(sandbox, people(5));
    expect(writes(sandbox)).toEqual([`POST ${list}`]);
  });
});

describe('the archive of a job', () => {
  it('is read file by file, whatever their length', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 1_500 }), { maxLength: 8 }), (texts) => {
        const wellFormed = texts.map((text) => text.toWellFormed());
        const archive = gunzipSync(tarGz(wellFormed.map((text, index) => ({ name: `${String(index)}.json`, text }))));
        expect([...textFiles(archive)]).toEqual(wellFormed);
      }),
      { numRuns: 50 },
    );
  });

  it('that is none is said to be none', () => {
    expect(() => [...textFiles(Buffer.alloc(1_024, 'x'))]).toThrow('not a tar archive');
    expect([...textFiles(Buffer.alloc(0))]).toEqual([]);
  });
});
