import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { asDelivered, consent, known, list, record, rehearse, text } from './test-support.js';
import { subscriberHash } from './client.js';

const people = (count: number) => Array.from({ length: count }, (_, index) => record(`p${String(index)}@chat.test`));
const named = z.array(z.object({ name: z.string() }));
const tagged = z.array(z.looseObject({ tag: z.string() }));
const hashOf = (email: string) => `${list}/members/${subscriberHash(email)}`;

describe('new people', () => {
  it('arrive 500 in one call, after one look at who was archived', async () => {
    const { connection, upsert, calls, startCounting, send } = await rehearse();
    await connection.check({ mapping: null });
    startCounting();
    const results = await upsert(...people(500));
    expect(results.every(({ status }) => status === 'delivered')).toBe(true);
    expect(calls()).toEqual([`GET ${list}/members`, `POST ${list}`]);
    const { total_items } = await send('GET', `${list}/members?status=subscribed`);
    expect(total_items).toBe(500);
  });

  it('are looked up again only after a while when a large load is under way', async () => {
    const { connection, upsert, calls, startCounting } = await rehearse();
    await connection.check({ mapping: null });
    startCounting();
    const everybody = people(1_500);
    for (let from = 0; from < 1_500; from += 500) await upsert(...everybody.slice(from, from + 500));
    expect(calls().filter((call) => call.startsWith('GET'))).toHaveLength(1);
    expect(calls().filter((call) => call.startsWith('POST'))).toHaveLength(3);
  });

  it('that go out in several batches at once share one look', async () => {
    const { connection, upsert, calls, startCounting } = await rehearse();
    await connection.check({ mapping: null });
    startCounting();
    const everybody = people(1_500);
    await Promise.all([0, 500, 1_000].map((from) => upsert(...everybody.slice(from, from + 500))));
    expect(calls().filter((call) => call.startsWith('GET'))).toHaveLength(1);
    expect(calls().filter((call) => call.startsWith('POST'))).toHaveLength(3);
  });

  it('become contacts with fields, tags and the proof of their opt-in', async () => {
    const { upsert, member } = await rehearse();
    const fields = {
      FNAME: text('Zoë'),
      BUDGET: { type: 'number', value: 12.5 },
      BIRTHDAY: { type: 'date', value: '1990-07-04' },
      LASTORDER: { type: 'datetime', value: '2026-11-01T22:30:00.000Z' },
      INTERESTS: { type: 'list', value: ['tea', 'chess'] },
      NEWSLETTER: { type: 'boolean', value: true },
      PLAN: text('Pro'),
    } as const;
    const [result] = await upsert(record('Zoe@Chat.test', { fields, tags: ['vip', 'beta'] }));
    expect(asDelivered(result)).toMatchObject({
      created: true,
      dropped: [],
      remoteId: subscriberHash('zoe@chat.test'),
    });
    expect(await member('zoe@chat.test')).toMatchObject({
      status: 'subscribed',
      timestamp_opt: '2026-01-10T10:00:00+00:00',
      merge_fields: {
        FNAME: 'Zoë',
        BUDGET: 12.5,
        BIRTHDAY: '07/04',
        LASTORDER: '2026-11-01',
        INTERESTS: 'tea, chess',
        NEWSLETTER: 'true',
        PLAN: 'pro',
      },
      tags: [{ name: 'beta' }, { name: 'vip' }],
    });
  });

  it('wait for their confirmation where the audience asks for one', async () => {
    const { upsert, member, setUp } = await rehearse();
    await setUp((audience) => (audience.double_optin = true));
    await upsert(record('ada@chat.test'));
    expect(await member('ada@chat.test')).toMatchObject({ status: 'pending' });
  });

  it('who are there already keep their status and take the new fields', async () => {
    const { upsert, member, send, calls, startCounting } = await rehearse();
    await send('POST', `${list}/members`, {
      email_address: 'ada@chat.test',
      status: 'pending',
      merge_fields: { LNAME: 'L' },
    });
    startCounting();
    const [result] = await upsert(record('ada@chat.test', { tags: ['vip'] }));
    expect(asDelivered(result).created).toBe(false);
    expect(calls().filter((call) => call.startsWith('P'))).toEqual([
      `POST ${list}`,
      `PATCH ${hashOf('ada@chat.test')}`,
      `POST ${hashOf('ada@chat.test')}/tags`,
    ]);
    const now = await member('ada@chat.test');
    expect(now).toMatchObject({
      status: 'pending',
      merge_fields: { FNAME: 'Ada', LNAME: 'L' },
      tags: [{ name: 'vip' }],
    });
  });

  it('with the same address are one contact: the second profile needs a person', async () => {
    const { upsert } = await rehearse();
    const results = await upsert(record('a@chat.test'), { ...record('A@chat.test '), profileId: 'other' });
    expect(results).toContainEqual(
      expect.objectContaining({ profileId: 'other', error: expect.objectContaining({ kind: 'rejected' }) as unknown }),
    );
    expect(results.filter(({ status }) => status === 'delivered')).toHaveLength(1);
  });
});

describe('known members', () => {
  it('are changed 500 in one call, after a look at the lists of those who have left', async () => {
    const { upsert, calls, startCounting, member } = await rehearse();
    const created = await upsert(...people(500));
    startCounting();
    const changed = { FNAME: text('Grace') };
    const results = await upsert(
      ...people(500).map((person, index) => ({ ...person, ...known(created[index]), changed })),
    );
    expect(results.every(({ status }) => status === 'delivered')).toBe(true);
    expect(calls()).toEqual([...Array<string>(3).fill(`GET ${list}/members`), `POST ${list}`]);
    expect(await member('p499@chat.test')).toMatchObject({ merge_fields: { FNAME: 'Grace' } });
  });

  it('that are few are changed one by one without a status and without any look', async () => {
    const { upsert, entries, startCounting } = await rehearse();
    const [created] = await upsert(record('ada@chat.test'));
    startCounting();
    await upsert(record('ada@chat.test', { ...known(created), changed: { FNAME: text('Grace') } }));
    expect(entries()).toHaveLength(1);
    expect(entries()[0]).toMatchObject({ method: 'PATCH', body: { merge_fields: { FNAME: 'Grace' } } });
  });

  it('that hold everything already cost no call', async () => {
    const { upsert, calls, startCounting } = await rehearse();
    const [created] = await upsert(record('ada@chat.test'));
    startCounting();
    const [again] = await upsert(record('ada@chat.test', { ...known(created), changed: {} }));
    expect(asDelivered(again)).toMatchObject({ created: false });
    expect(calls()).toEqual([]);
  });

  it('lose the tags we take away and keep those added by hand', async () => {
    const { upsert, member, send } = await rehearse();
    const results = await upsert(
      ...people(6).map((person) => ({ ...person, tags: ['vip', 'beta'], tagsToAdd: ['vip', 'beta'] })),
    );
    await send('POST', `${hashOf('p0@chat.test')}/tags`, { tags: [{ name: 'by hand', status: 'active' }] });
    await upsert(
      ...people(6).map((person, index) => ({
        ...person,
        ...known(results[index]),
        changed: { FNAME: text('B') },
        tags: ['beta', 'new'],
        tagsToAdd: ['new'],
        tagsToRemove: ['vip'],
      })),
    );
    const { tags } = await member('p0@chat.test');
    expect(named.parse(tags).map(({ name }) => name)).toEqual(['new', 'by hand', 'beta']);
  });

  it('whose address changed move to the new one with all they have', async () => {
    const { upsert, member, calls, startCounting } = await rehearse();
    const [created] = await upsert(record('old@chat.test', { tags: ['vip'] }));
    startCounting();
    const [moved] = await upsert(record('new@chat.test', { ...known(created), changed: {} }));
    expect(asDelivered(moved).remoteId).toBe(subscriberHash('new@chat.test'));
    expect(calls()).toEqual([`PATCH ${hashOf('old@chat.test')}`]);
    expect(await member('new@chat.test')).toMatchObject({ status: 'subscribed', tags: [{ name: 'vip' }] });
    expect(await member('old@chat.test')).toMatchObject({ status: 404 });
  });

  it('whose new address has a contact of its own are written there', async () => {
    const { upsert, member } = await rehearse();
    const [created] = await upsert(record('old@chat.test'), record('new@chat.test', { fields: { FNAME: text('X') } }));
    const fields = { FNAME: text('Ada') };
    const [moved] = await upsert(record('new@chat.test', { ...known(created), fields, changed: {} }));
    expect(asDelivered(moved).remoteId).toBe(subscriberHash('new@chat.test'));
    expect(await member('new@chat.test')).toMatchObject({ merge_fields: { FNAME: 'Ada' } });
  });

  it('that somebody deleted for good are not made again', async () => {
    const { upsert, send } = await rehearse();
    const [created] = await upsert(record('ada@chat.test'));
    await send('POST', `${hashOf('ada@chat.test')}/actions/delete-permanent`);
    const [result] = await upsert(record('ada@chat.test', { ...known(created), changed: { FNAME: text('B') } }));
    expect(result).toMatchObject({ status: 'withheld', code: 'forgotten_at_mailchimp' });
  });
});

describe('fields', () => {
  it('that the audience does not have are left out and named, because Mailchimp would say nothing', async () => {
    const { upsert, entries } = await rehearse();
    const [result] = await upsert(record('ada@chat.test', { fields: { FNAME: text('Ada'), SHOESIZE: text('38') } }));
    expect(asDelivered(result).dropped).toEqual([
      expect.objectContaining({ field: 'SHOESIZE', code: 'unknown_merge_field' }),
    ]);
    const batch = entries().find(({ method }) => method === 'POST');
    expect(JSON.stringify(batch?.body)).not.toContain('SHOESIZE');
  });

  it('are read once and kept', async () => {
    const { upsert, calls } = await rehearse();
    await upsert(record('a@chat.test'));
    await upsert(record('b@chat.test'));
    expect(calls().filter((call) => call.endsWith('/merge-fields'))).toHaveLength(1);
  });

  it('that Mailchimp does not accept are left out in one more call for all rows at fault', async () => {
    const { connection, upsert, setUp, calls, member, startCounting } = await rehearse();
    await connection.fields('member');
    // An admin turns the text into a number behind our back.
    await setUp((audience) => {
      audience.merge_fields = tagged
        .parse(audience.merge_fields)
        .map((field) => (field.tag === 'CHANNEL' ? { ...field, type: 'number' } : field));
    });
    startCounting();
    const fields = { FNAME: text('Ada'), CHANNEL: text('web') };
    const results = await upsert(...people(20).map((person, index) => (index < 3 ? { ...person, fields } : person)));
    expect(results.filter((result) => result.status === 'delivered' && result.dropped.length === 1)).toHaveLength(3);
    expect(results.filter(({ status }) => status === 'delivered')).toHaveLength(20);
    expect(calls().filter((call) => call === `POST ${list}`)).toHaveLength(2);
    expect(await member('p0@chat.test')).toMatchObject({ merge_fields: { FNAME: 'Ada', CHANNEL: '' } });
  });
});

describe('bad records', () => {
  it('never take their neighbours along, and cost no calls of their own', async () => {
    const { connection, upsert, calls, startCounting, setUp } = await rehearse();
    await setUp((audience, account) => {
      audience.forgotten = ['gone@chat.test'];
      account.tooManySignups = ['busy@chat.test'];
    });
    await connection.check({ mapping: null });
    startCounting();
    const bad = ['not an address', 'ada@example.com', 'gone@chat.test', 'busy@chat.test'];
    const results = await upsert(...people(100), ...bad.map((email) => record(email)));
    expect(results.filter(({ status }) => status === 'delivered')).toHaveLength(100);
    expect(calls()).toEqual([`GET ${list}/members`, `POST ${list}`]);
    const outcome = (email: string) => results.find(({ profileId }) => profileId === `profile of ${email}`);
    expect(outcome('not an address')).toMatchObject({
      status: 'failed',
      error: { kind: 'rejected', message: 'Please provide a valid email address.' },
    });
    expect(outcome('ada@example.com')).toMatchObject({ status: 'failed', error: { kind: 'rejected' } });
    expect(outcome('busy@chat.test')).toMatchObject({ status: 'failed', error: { kind: 'throttled' } });
    expect(outcome('gone@chat.test')).toMatchObject({ status: 'withheld', code: 'forgotten_at_mailchimp' });
  });

  it('in words we do not know are asked alone, where Mailchimp gives a title', async () => {
    const { connection, upsert, send } = await rehearse();
    await connection.check({ mapping: null });
    await send('POST', '/_sandbox/faults', {
      method: 'POST',
      path: list,
      answer: {
        status: 200,
        body: {
          new_members: [],
          updated_members: [],
          errors: [{ email_address: '"ada@chat.test"', error: 'Etwas stimmt nicht.', error_code: 'ERROR_GENERIC' }],
        },
      },
    });
    const [result] = await upsert(record('ada@chat.test'));
    expect(result).toMatchObject({ status: 'delivered', created: true });
  });

  it('that the answer does not mention are tried again, never counted as delivered', async () => {
    const { connection, upsert, send } = await rehearse();
    await connection.check({ mapping: null });
    const body = { new_members: [], updated_members: [], errors: [] };
    await send('POST', '/_sandbox/faults', { method: 'POST', path: list, answer: { status: 200, body } });
    const [a, b] = await upsert(record('a@chat.test'), record('b@chat.test'));
    for (const result of [a, b])
      expect(result).toMatchObject({ status: 'failed', error: { kind: 'transient', details: { code: 'no_result' } } });
  });

  it.each([
    ['named by its position', [{ field: 'members.item:2.status', message: 'no' }], 2],
    ['not named', [], 7],
  ])('in a request refused as a whole are found when %s', async (_case, errors, batches) => {
    const { connection, upsert, calls, send, startCounting } = await rehearse();
    await connection.check({ mapping: null });
    startCounting();
    const answer = { status: 400, body: { title: 'Invalid Resource', status: 400, detail: 'no', errors } };
    await send('POST', '/_sandbox/faults', { method: 'POST', path: list, answer, times: errors.length === 0 ? 4 : 1 });
    const results = await upsert(...people(8));
    expect(results.filter(({ status }) => status === 'failed')).toHaveLength(1);
    expect(results.filter(({ status }) => status === 'delivered')).toHaveLength(7);
    expect(calls().filter((call) => call === `POST ${list}`)).toHaveLength(batches);
  });
});

it('sends nobody who has not agreed, and asks Mailchimp nothing', async () => {
  const { upsert, calls } = await rehearse();
  const [result] = await upsert(record('ada@chat.test', { consents: {} }));
  expect(result).toMatchObject({ status: 'withheld', code: 'no_email_consent' });
  expect(calls()).toEqual([]);
});

it('writes members one by one where an admin prefers it', async () => {
  const { upsert, entries, startCounting } = await rehearse({ settings: { knownMembers: 'one_by_one' } });
  const created = await upsert(...people(10));
  startCounting();
  const changed = { FNAME: text('B') };
  await upsert(...people(10).map((person, index) => ({ ...person, ...known(created[index]), changed })));
  expect(entries().map(({ method }) => method)).toEqual(Array<string>(10).fill('PATCH'));
  expect(JSON.stringify(entries().map(({ body }) => body))).not.toContain('status');
});

it('repeats a batch whose answer was lost without doubling or losing anybody', async () => {
  const { upsert, send, member } = await rehearse();
  await upsert(record('warm@chat.test'));
  await send('POST', '/_sandbox/faults', { method: 'POST', path: list, drop: 'after' });
  await expect(upsert(...people(5))).rejects.toMatchObject({ kind: 'transient' });
  const results = await upsert(
    ...people(5).map((person) => ({ ...person, consents: { email: consent('granted', '2026-02-01T00:00:00.000Z') } })),
  );
  expect(results.every(({ status }) => status === 'delivered')).toBe(true);
  expect(await member('p4@chat.test')).toMatchObject({ status: 'subscribed' });
  const { total_items } = await send('GET', `${list}/members`);
  expect(total_items).toBe(6);
});
