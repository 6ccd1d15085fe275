import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { TypedValue } from '../../profiles/attribute.js';
import type { OutgoingRecord, RecordResult } from '../destination.js';
import { plainTarget } from '../test-support.js';
import { toLanguageCode } from './languages.js';
import { asDelivered, known, list, record, rehearse, text, type Rehearsal } from './test-support.js';

const ada = 'ada@chat.test';
const items = (...value: string[]): TypedValue => ({ type: 'list', value });
const yes: TypedValue = { type: 'boolean', value: true };
const no: TypedValue = { type: 'boolean', value: false };
const topics = { news: '1a2b3c4d5e', offers: '2b3c4d5e6f', events: '3c4d5e6f7a' };

const withAddress = (sandbox: Rehearsal) =>
  sandbox.setUp((audience) => {
    audience.merge_fields = [
      ...z.array(z.unknown()).parse(audience.merge_fields),
      { merge_id: 50, tag: 'ADDRESS', name: 'Address', type: 'address' },
    ];
  });

describe('groups', () => {
  it('take a list of names and become exactly those of the category', async () => {
    const sandbox = await rehearse();
    const [created] = await sandbox.upsert(record(ada, { fields: { 'interests.Topics': items('news', 'Events') } }));
    const interests = { [topics.news]: true, [topics.offers]: false, [topics.events]: true };
    expect(await sandbox.member(ada)).toMatchObject({ interests });
    const changed = { 'interests.topics': items('Offers') };
    await sandbox.upsert(record(ada, { ...known(created), fields: changed, changed }));
    expect(await sandbox.member(ada)).toMatchObject({
      interests: { [topics.news]: false, [topics.offers]: true, [topics.events]: false },
    });
  });

  it('one by one leave the others alone', async () => {
    const sandbox = await rehearse();
    const [created] = await sandbox.upsert(record(ada, { fields: { 'interests.Topics': items('News') } }));
    const changed = { 'interests.Topics.Offers': yes };
    await sandbox.upsert(record(ada, { ...known(created), fields: changed, changed }));
    expect(await sandbox.member(ada)).toMatchObject({ interests: { [topics.news]: true, [topics.offers]: true } });
  });

  it('that are missing are made where the mapping allows it, and named as left out otherwise', async () => {
    const sandbox = await rehearse();
    const fields = { 'interests.Topics': items('News', 'Jobs') };
    const target = { object: 'member', keyField: 'email_address', tagsField: null, ...plainTarget };
    const create = { fields: false, options: false };
    const [first] = await sandbox.connection.upsert({
      ...target,
      create,
      records: [record('a@chat.test', { fields })],
    });
    expect(asDelivered(first).dropped).toEqual([expect.objectContaining({ code: 'not_a_choice' })]);
    const [second] = await sandbox.connection.upsert({ ...target, records: [record('b@chat.test', { fields })] });
    expect(asDelivered(second).dropped).toEqual([]);
    const names = (await sandbox.connection.fields('member')).find(({ name }) => name === 'interests.Topics')?.options;
    expect(names?.map(({ value }) => value)).toContain('Jobs');
  });
});

it('adds a choice to a drop-down where the mapping allows it', async () => {
  const sandbox = await rehearse();
  const people = ['a', 'b', 'c'].map((name) => record(`${name}@chat.test`, { fields: { PLAN: text('Enterprise') } }));
  const results = await sandbox.upsert(...people);
  expect(results.flatMap((result) => asDelivered(result).dropped)).toEqual([]);
  expect(sandbox.calls().filter((call) => call.startsWith('PATCH'))).toEqual([`PATCH ${list}/merge-fields/7`]);
  expect(await sandbox.member('c@chat.test')).toMatchObject({ merge_fields: { PLAN: 'Enterprise' } });
});

it('adds the choices of batches that go out together without one undoing the other', async () => {
  const sandbox = await rehearse();
  const plans = ['Gold', 'Silver', 'Bronze'];
  const results = await Promise.all(
    plans.map((plan) => sandbox.upsert(record(`${plan}@chat.test`, { fields: { PLAN: text(plan) } }))),
  );
  expect(results.flat().flatMap((result) => asDelivered(result).dropped)).toEqual([]);
  const choices = (await sandbox.connection.fields('member')).find(({ name }) => name === 'PLAN')?.options;
  expect(choices?.map(({ value }) => value)).toEqual(expect.arrayContaining(plans));
});

describe('an address', () => {
  it('is made of its parts, and written whole when one of them changes', async () => {
    const sandbox = await rehearse();
    await withAddress(sandbox);
    const fields = {
      'ADDRESS.addr1': text('1 High Street'),
      'ADDRESS.city': text('Leeds'),
      'ADDRESS.state': text('Yorkshire'),
      'ADDRESS.zip': text('LS1'),
    };
    const [created] = await sandbox.upsert(record(ada, { fields }));
    const moved = { ...fields, 'ADDRESS.city': text('York') };
    const changed = { 'ADDRESS.city': text('York') };
    await sandbox.upsert(record(ada, { ...known(created), fields: moved, changed }));
    const ADDRESS = { addr1: '1 High Street', city: 'York', state: 'Yorkshire', zip: 'LS1' };
    expect(await sandbox.member(ada)).toMatchObject({ merge_fields: { ADDRESS } });
  });

  it('that is not complete is left out instead of keeping the whole contact back', async () => {
    const sandbox = await rehearse();
    await withAddress(sandbox);
    const fields = { FNAME: text('Ada'), 'ADDRESS.city': text('Leeds') };
    const [result] = await sandbox.upsert(record(ada, { fields }));
    expect(asDelivered(result).dropped).toMatchObject([{ field: 'ADDRESS.city', code: 'incomplete_address' }]);
    expect(await sandbox.member(ada)).toMatchObject({ merge_fields: { FNAME: 'Ada', ADDRESS: '' } });
  });
});

describe('the language', () => {
  it.each([
    ['de', 'de'],
    ['de-AT', 'de'],
    ['pt-PT', 'pt_PT'],
    ['pt_BR', 'pt'],
    ['fr-CA', 'fr_CA'],
    ['nb', 'no'],
    ['es-419', 'es'],
    ['tlh', null],
    ['', null],
  ])('%s is Mailchimp’s %s', (written, code) => {
    expect(toLanguageCode(written)).toBe(code);
  });

  it('is written as the contact’s own, like VIP', async () => {
    const sandbox = await rehearse();
    const [result] = await sandbox.upsert(record(ada, { fields: { language: text('pt-PT'), vip: yes } }));
    expect(asDelivered(result).dropped).toEqual([]);
    expect(await sandbox.member(ada)).toMatchObject({ language: 'pt_PT', vip: true });
  });
});

describe('GDPR marketing permissions', () => {
  const asking = async () => {
    const sandbox = await rehearse();
    await sandbox.setUp((audience) => (audience.marketing_permissions = true));
    await sandbox.send('POST', `${list}/members`, { email_address: 'first@chat.test', status: 'subscribed' });
    return sandbox;
  };

  it('are written after the batch, which cannot carry them', async () => {
    const sandbox = await asking();
    const fields = { FNAME: text('Ada'), 'marketing_permissions.Email': yes, 'marketing_permissions.direct mail': no };
    const [result] = await sandbox.upsert(record(ada, { fields }));
    expect(asDelivered(result).dropped).toEqual([]);
    expect(await sandbox.member(ada)).toMatchObject({
      merge_fields: { FNAME: 'Ada' },
      marketing_permissions: [
        { text: 'Email', enabled: true },
        { text: 'Direct Mail', enabled: false },
        { enabled: false },
      ],
    });
  });

  it('that the audience does not ask for are left out and named', async () => {
    const sandbox = await asking();
    const [result] = await sandbox.upsert(record(ada, { fields: { 'marketing_permissions.Fax': yes } }));
    expect(asDelivered(result).dropped).toMatchObject([{ code: 'unknown_permission' }]);
  });
});

describe('static segments', () => {
  const inLists = (email: string, lists: readonly string[], more: Partial<OutgoingRecord> = {}) =>
    record(email, { lists, listsToAdd: lists, ...more });

  it('are made when a record is to be in one, and take everybody in one call', async () => {
    const sandbox = await rehearse();
    const people = Array.from({ length: 40 }, (_, index) => inLists(`p${String(index)}@chat.test`, ['Fans']));
    const results = await sandbox.upsert(...people);
    expect(results.every(({ status }) => status === 'delivered')).toBe(true);
    expect(sandbox.calls().filter((call) => call.includes('/segments'))).toEqual([
      `GET ${list}/segments`,
      `GET ${list}/segments`,
      `POST ${list}/segments`,
      expect.stringMatching(/^POST .*\/segments\/\d+$/),
    ]);
    const { segments } = await sandbox.send('GET', `${list}/segments`);
    expect(segments).toMatchObject([{ name: 'Fans', type: 'static', member_count: 40 }]);
  });

  it('lose whom we take out and keep whom others put in', async () => {
    const sandbox = await rehearse();
    const [created] = await sandbox.upsert(inLists(ada, ['Fans']), inLists('b@chat.test', ['Fans']));
    const out = { lists: [], listsToAdd: [], listsToRemove: ['fans'], changed: {} };
    await sandbox.upsert(record(ada, { ...known(created), ...out }));
    expect(await sandbox.member(ada)).toMatchObject({ tags: [] });
    expect(await sandbox.member('b@chat.test')).toMatchObject({ tags: [{ name: 'Fans' }] });
  });

  it('are made once by batches that go out together, and again when somebody has deleted them', async () => {
    const sandbox = await rehearse();
    const emails = ['a@chat.test', 'b@chat.test', 'c@chat.test'];
    const results = await Promise.all(emails.map((email) => sandbox.upsert(inLists(email, ['Fans']))));
    expect(results.flat().every(({ status }) => status === 'delivered')).toBe(true);
    const { segments } = await sandbox.send('GET', `${list}/segments`);
    expect(segments).toMatchObject([{ member_count: 3 }]);
    const [{ id }] = z.tuple([z.object({ id: z.number() })]).parse(segments);
    await sandbox.send('DELETE', `${list}/segments/${String(id)}`);
    const [gone] = await sandbox.upsert(inLists('d@chat.test', ['Fans']));
    expect(gone).toMatchObject({ status: 'failed', error: { kind: 'transient', details: { code: 'segment_gone' } } });
    expect(await sandbox.upsert(inLists('d@chat.test', ['Fans']))).toMatchObject([{ status: 'delivered' }]);
  });

  it('that cannot be changed make the record due again, not lost', async () => {
    const sandbox = await rehearse();
    await sandbox.send('POST', '/_sandbox/faults', { path: '/segments', answer: { status: 500, body: 'down' } });
    const [result] = await sandbox.upsert(inLists(ada, ['Fans']));
    expect(result).toMatchObject({ status: 'failed', error: { kind: 'transient' } });
    const [again] = await sandbox.upsert(inLists(ada, ['Fans']));
    expect(again).toMatchObject({ status: 'delivered' });
  });
});

describe('tags', () => {
  it('are read back, because Mailchimp takes a body it does not understand as well', async () => {
    const sandbox = await rehearse();
    const [created] = await sandbox.upsert(record(ada));
    await sandbox.send('POST', '/_sandbox/faults', {
      method: 'POST',
      path: '/tags',
      answer: { status: 204, body: '' },
    });
    const tagged = record(ada, { ...known(created), changed: {}, tags: ['vip'], tagsToAdd: ['vip'] });
    const [result] = await sandbox.upsert(tagged);
    expect(result).toMatchObject({
      status: 'failed',
      error: { kind: 'transient', details: { code: 'tags_not_kept' } },
    });
    const [again] = await sandbox.upsert(tagged);
    expect(again).toMatchObject({ status: 'delivered' });
  });

  it('made since the segments were read are taken away too', async () => {
    const sandbox = await rehearse();
    const people = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}@chat.test`);
    const first = await sandbox.upsert(...people.map((email) => record(email, { tags: ['old'] })));
    const change = (results: readonly RecordResult[], add: readonly string[], remove: readonly string[]) =>
      sandbox.upsert(
        ...people.map((email, index) =>
          record(email, {
            ...known(results[index]),
            changed: { FNAME: text(String(add)) },
            tags: add,
            tagsToAdd: add,
            tagsToRemove: remove,
          }),
        ),
      );
    const second = await change(first, ['new'], ['old']);
    await change(second, [], ['new']);
    expect(await sandbox.member('d@chat.test')).toMatchObject({ tags: [] });
  });

  it('start no automations where the mapping does not want it', async () => {
    const sandbox = await rehearse();
    const [created] = await sandbox.upsert(record(ada));
    const tagged = record(ada, { ...known(created), changed: {}, tags: ['vip'], tagsToAdd: ['vip'] });
    const target = { object: 'member', keyField: 'email_address', tagsField: 'tags', ...plainTarget };
    await sandbox.connection.upsert({ ...target, options: { tagsStartAutomations: false }, records: [tagged] });
    const call = sandbox.entries().find(({ method, path }) => method === 'POST' && path.endsWith('/tags'));
    expect(call?.body).toMatchObject({ is_syncing: true });
  });
});
