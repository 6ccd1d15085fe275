import { describe, expect, it } from 'vitest';
import type { Consents } from '../../consent/consent.js';
import type { RecordResult } from '../destination.js';
import { subscriberHash } from './client.js';
import { asDelivered, consent, known, list, record, rehearse, text, type Rehearsal } from './test-support.js';

const ada = 'ada@chat.test';
const path = `${list}/members/${subscriberHash(ada)}`;
const long = { email: consent('granted', '2026-01-10T10:00:00.000Z') };
const later = (): Consents => ({ email: consent('granted', new Date(Date.now() + 60_000).toISOString()) });
const revoked: Consents = { email: consent('revoked', '2026-03-01T10:00:00.000Z') };
const changed = { FNAME: text('Grace') };

/** Enough known members that a batch is cheaper than calls one by one. */
async function membersInBatches(
  sandbox: Rehearsal,
): Promise<{ update: (consents?: Consents) => Promise<readonly RecordResult[]> }> {
  const people = [ada, 'b@chat.test', 'c@chat.test', 'd@chat.test', 'e@chat.test'];
  const results = await sandbox.upsert(...people.map((email) => record(email)));
  return {
    update: (consents = long) =>
      sandbox.upsert(
        ...people.map((email, index) =>
          record(email, { ...known(results[index]), fields: changed, changed, consents }),
        ),
      ),
  };
}

describe('an opt-out made at Mailchimp', () => {
  it.each([
    ['by the person', (sandbox: Rehearsal) => sandbox.optOut(ada)],
    ['by a colleague or another integration', (sandbox: Rehearsal) => sandbox.patch(ada, { status: 'unsubscribed' })],
    ['by archiving the contact', (sandbox: Rehearsal) => sandbox.send('DELETE', path)],
    ['by a bounce', (sandbox: Rehearsal) => sandbox.patch(ada, { status: 'cleaned' })],
  ])('%s survives a batch of changes, and its neighbours are written', async (_who, optOut) => {
    const sandbox = await rehearse();
    const { update } = await membersInBatches(sandbox);
    await optOut(sandbox);
    const before = await sandbox.member(ada);
    const results = await update();
    expect(results.filter(({ status }) => status === 'delivered')).toHaveLength(4);
    expect(results.filter(({ status }) => status === 'withheld')).toHaveLength(1);
    expect(await sandbox.member(ada)).toMatchObject({ status: before.status, merge_fields: { FNAME: 'Ada' } });
    const batches = sandbox
      .entries()
      .filter(({ method, path: called }) => method === 'POST' && called.startsWith(`${list}?`));
    expect(batches).toHaveLength(2);
  });

  it.each(['unsubscribed', 'archived'])('keeps somebody new to us %s when the consent is older', async (status) => {
    const sandbox = await rehearse();
    await sandbox.send('POST', `${list}/members`, { email_address: ada, status: 'subscribed' });
    if (status === 'archived') await sandbox.send('DELETE', path);
    else await sandbox.patch(ada, { status });
    const [result] = await sandbox.upsert(record(ada));
    expect(result).toMatchObject({ status: 'withheld', code: `${status}_at_mailchimp` });
    expect(await sandbox.member(ada)).toMatchObject({ status, merge_fields: { FNAME: '' } });
  });

  it.each(['unsubscribed', 'archived'])(
    'yields to a newer consent when the contact was %s by us or an API',
    async (status) => {
      const sandbox = await rehearse();
      const { update } = await membersInBatches(sandbox);
      if (status === 'archived') await sandbox.send('DELETE', path);
      else await sandbox.patch(ada, { status });
      const [result] = (await update(later())).filter(({ profileId }) => profileId.endsWith(ada));
      expect(result).toMatchObject({ status: 'delivered' });
      expect(await sandbox.member(ada)).toMatchObject({ status: 'subscribed', merge_fields: { FNAME: 'Grace' } });
    },
  );

  it('yields to a newer consent of somebody new to us', async () => {
    const sandbox = await rehearse();
    await sandbox.send('POST', `${list}/members`, { email_address: ada, status: 'unsubscribed' });
    await sandbox.upsert(record(ada, { consents: later() }));
    expect(await sandbox.member(ada)).toMatchObject({ status: 'subscribed' });
  });

  it('after which the person has signed up again is not undone by a batch before they have confirmed it', async () => {
    const sandbox = await rehearse();
    const { update } = await membersInBatches(sandbox);
    await sandbox.patch(ada, { status: 'unsubscribed' });
    await sandbox.patch(ada, { status: 'pending' });
    await update();
    expect(await sandbox.member(ada)).toMatchObject({ status: 'pending', merge_fields: { FNAME: 'Grace' } });
  });

  it('is found although deliveries that needed no look came in between', async () => {
    const clock = { at: Date.parse('2026-05-01T10:00:00Z') };
    const sandbox = await rehearse({ now: () => new Date(clock.at) });
    const anHourLater = async (): Promise<void> => {
      clock.at += 3_600_000;
      await sandbox.send('PUT', '/_sandbox/clock', { now: new Date(clock.at).toISOString() });
    };
    clock.at -= 3_600_000;
    await anHourLater();
    const people = [ada, 'b@chat.test', 'c@chat.test', 'd@chat.test', 'e@chat.test', 'f@chat.test'];
    const created = await sandbox.upsert(...people.map((email) => record(email)));
    await anHourLater();
    await sandbox.patch(ada, { status: 'unsubscribed' });
    await anHourLater();
    const lists = { lists: ['Fans'], listsToAdd: ['Fans'], changed: {} };
    const listed = await sandbox.upsert(
      ...people.map((email, index) => record(email, { ...known(created[index]), ...lists })),
    );
    await anHourLater();
    await sandbox.upsert(
      ...people.map((email, index) => record(email, { ...known(listed[index]), fields: changed, changed })),
    );
    expect(await sandbox.member(ada)).toMatchObject({ status: 'unsubscribed' });
    expect(await sandbox.member('f@chat.test')).toMatchObject({ merge_fields: { FNAME: 'Grace' } });
  });

  it('is not made to look newer by us: who left Mailchimp once and agrees now is read before anything is written', async () => {
    const clock = { at: Date.parse('2026-05-01T10:00:00Z') };
    const sandbox = await rehearse({ now: () => new Date(clock.at) });
    const everybody = Array.from({ length: 12 }, (_, index) => `p${String(index)}@chat.test`);
    await sandbox.send('PUT', '/_sandbox/clock', { now: '2026-02-01T10:00:00Z' });
    for (const email_address of everybody)
      await sandbox.send('POST', `${list}/members`, { email_address, status: 'subscribed' });
    for (const email of everybody.slice(0, 2)) await sandbox.optOut(email);
    await sandbox.send('PUT', '/_sandbox/clock', { now: new Date(clock.at).toISOString() });
    const consents = { email: consent('granted', '2026-04-01T10:00:00.000Z') };
    const alone = await sandbox.upsert(record('p0@chat.test', { consents }));
    const many = await sandbox.upsert(...everybody.slice(1).map((email) => record(email, { consents })));
    expect([alone[0]?.status, ...many.map(({ status }) => status)].filter((one) => one === 'withheld')).toHaveLength(2);
    for (const email of everybody.slice(0, 2))
      expect(await sandbox.member(email)).toMatchObject({ last_changed: '2026-02-01T10:00:00+00:00' });
  });

  it('of the same second as the consent counts as the later one', async () => {
    const sandbox = await rehearse();
    await sandbox.send('POST', `${list}/members`, { email_address: ada, status: 'unsubscribed' });
    const { last_changed } = await sandbox.member(ada);
    const sameSecond = new Date(Date.parse(String(last_changed)) + 999).toISOString();
    const [result] = await sandbox.upsert(record(ada, { consents: { email: consent('granted', sameSecond) } }));
    expect(result).toMatchObject({ status: 'withheld', code: 'unsubscribed_at_mailchimp' });
    const nextSecond = new Date(Date.parse(String(last_changed)) + 1_000).toISOString();
    const [later] = await sandbox.upsert(record(ada, { consents: { email: consent('granted', nextSecond) } }));
    expect(later).toMatchObject({ status: 'delivered' });
  });

  it('of the person stands against any consent of ours, and is asked once per delivery', async () => {
    const sandbox = await rehearse();
    const [created] = await sandbox.upsert(record(ada));
    await sandbox.optOut(ada);
    sandbox.startCounting();
    const [result] = await sandbox.upsert(record(ada, { ...known(created), consents: later(), changed }));
    expect(result).toMatchObject({ status: 'withheld', code: 'compliance_state' });
    expect(sandbox.calls()).toEqual([`GET ${path}`, `PATCH ${path}`]);
    expect(await sandbox.member(ada)).toMatchObject({ status: 'unsubscribed' });
  });

  it('is not shaken off by a new address', async () => {
    const sandbox = await rehearse();
    const [created] = await sandbox.upsert(record(ada));
    await sandbox.optOut(ada);
    const [result] = await sandbox.upsert(record('new@chat.test', { ...known(created), changed: {} }));
    expect(result).toMatchObject({ status: 'withheld', code: 'unsubscribed_at_mailchimp' });
    expect(await sandbox.member('new@chat.test')).toMatchObject({ status: 404 });
  });

  it('by a complaint about spam is not shaken off either, until the person agrees anew', async () => {
    const sandbox = await rehearse();
    const [created] = await sandbox.upsert(record(ada));
    await fetch(`${sandbox.origin}/bounce?id=${list.slice(-10)}&e=${ada}&reason=abuse`);
    const moved = record('new@chat.test', { ...known(created), changed: {} });
    expect(await sandbox.upsert(moved)).toMatchObject([{ status: 'withheld', code: 'reported_as_spam' }]);
    expect(await sandbox.member('new@chat.test')).toMatchObject({ status: 404 });
    expect(await sandbox.upsert({ ...moved, consents: later() })).toMatchObject([
      { status: 'delivered', created: true },
    ]);
  });

  it('by deleting the contact for good is not shaken off either, but one that only moved there is met', async () => {
    const sandbox = await rehearse();
    const [created] = await sandbox.upsert(record(ada));
    const moved = record('new@chat.test', { ...known(created), changed: {} });
    await sandbox.send('POST', `${path}/actions/delete-permanent`);
    expect(await sandbox.upsert(moved)).toMatchObject([{ status: 'withheld', code: 'forgotten_at_mailchimp' }]);
    expect(await sandbox.member('new@chat.test')).toMatchObject({ status: 404 });
    await sandbox.send('POST', `${list}/members`, { email_address: 'new@chat.test', status: 'subscribed' });
    expect(await sandbox.upsert(moved)).toMatchObject([{ status: 'delivered', created: false }]);
    const other = record('third@chat.test', { ...known(created), changed: {}, consents: later() });
    expect(await sandbox.upsert(other)).toMatchObject([{ status: 'delivered', created: true }]);
  });

  it('by a bounce of the old address does not keep the new one out', async () => {
    const sandbox = await rehearse();
    const [created] = await sandbox.upsert(record(ada));
    await sandbox.patch(ada, { status: 'cleaned' });
    const [result] = await sandbox.upsert(record('new@chat.test', { ...known(created), changed: {} }));
    expect(asDelivered(result).created).toBe(true);
    expect(await sandbox.member('new@chat.test')).toMatchObject({
      status: 'subscribed',
      merge_fields: { FNAME: 'Ada' },
    });
  });
});

describe('a withdrawal', () => {
  it('unsubscribes the contact at once and sends nothing else', async () => {
    const sandbox = await rehearse();
    const [created] = await sandbox.upsert(record(ada));
    sandbox.startCounting();
    const [result] = await sandbox.upsert(record(ada, { ...known(created), changed, consents: revoked }));
    expect(result).toMatchObject({ status: 'delivered' });
    expect(sandbox.entries()).toMatchObject([{ method: 'GET' }, { method: 'PATCH', body: { status: 'unsubscribed' } }]);
    expect(await sandbox.member(ada)).toMatchObject({ status: 'unsubscribed', merge_fields: { FNAME: 'Ada' } });
  });

  it('is carried out once, so a later opt-in at Mailchimp stands', async () => {
    const sandbox = await rehearse();
    const [created] = await sandbox.upsert(record(ada));
    const [withdrawn] = await sandbox.upsert(record(ada, { ...known(created), consents: revoked }));
    await sandbox.patch(ada, { status: 'subscribed' });
    sandbox.startCounting();
    const [again] = await sandbox.upsert(record(ada, { ...known(withdrawn), changed, consents: revoked }));
    expect(again).toMatchObject({ status: 'withheld', code: 'no_email_consent' });
    expect(sandbox.calls()).toEqual([]);
  });

  it('said once more after an opt-in at Mailchimp is carried out once more', async () => {
    const sandbox = await rehearse();
    const [created] = await sandbox.upsert(record(ada));
    const [withdrawn] = await sandbox.upsert(record(ada, { ...known(created), consents: revoked }));
    await sandbox.patch(ada, { status: 'subscribed' });
    const again: Consents = {
      email: { ...consent('revoked', '2026-03-01T10:00:00.000Z'), decidedAt: '2026-03-02T10:00:00.000Z' },
    };
    const [repeated] = await sandbox.upsert(record(ada, { ...known(withdrawn), changed: {}, consents: again }));
    expect(repeated).toMatchObject({ status: 'delivered' });
    expect(await sandbox.member(ada)).toMatchObject({ status: 'unsubscribed' });
    sandbox.startCounting();
    await sandbox.upsert(record(ada, { ...known(repeated), changed, consents: again }));
    expect(sandbox.calls()).toEqual([]);
  });

  it('reaches a contact that is new to us', async () => {
    const sandbox = await rehearse();
    await sandbox.send('POST', `${list}/members`, { email_address: ada, status: 'subscribed' });
    const [result] = await sandbox.upsert(record(ada, { consents: revoked }));
    expect(result).toMatchObject({ status: 'delivered' });
    expect(await sandbox.member(ada)).toMatchObject({ status: 'unsubscribed' });
  });

  it('reaches the address the person had before, when that contact could not be moved', async () => {
    const sandbox = await rehearse();
    const [old] = await sandbox.upsert(record('old@chat.test'), record(ada));
    const [moved] = await sandbox.upsert(record(ada, { ...known(old), changed: {} }));
    const [renamed] = await sandbox.upsert(record('third@chat.test', { ...known(moved), changed: {} }));
    await sandbox.upsert(record('third@chat.test', { ...known(renamed), consents: revoked }));
    for (const email of ['old@chat.test', 'third@chat.test'])
      expect(await sandbox.member(email)).toMatchObject({ status: 'unsubscribed' });
  });

  it('of somebody withheld before is carried out at the contact that was found', async () => {
    const sandbox = await rehearse();
    await sandbox.send('POST', `${list}/members`, { email_address: ada, status: 'subscribed' });
    await sandbox.optOut(ada);
    const [result] = await sandbox.upsert(record(ada));
    if (result?.status !== 'withheld') throw new Error('not withheld');
    expect(result.known).toMatchObject({ remoteId: subscriberHash(ada), memo: { email: ada, status: 'unsubscribed' } });
    sandbox.startCounting();
    const again = await sandbox.upsert(record(ada, { known: result.known ?? null, changed }));
    expect(again).toMatchObject([{ status: 'withheld', code: 'unsubscribed_at_mailchimp' }]);
    expect(sandbox.calls()).toEqual([`GET ${path}`]);
  });

  it('of somebody whom a colleague deleted is carried out once, too', async () => {
    const sandbox = await rehearse();
    const [created] = await sandbox.upsert(record(ada));
    await sandbox.send('POST', `${path}/actions/delete-permanent`);
    sandbox.startCounting();
    for (let time = 0; time < 2; time += 1)
      expect(await sandbox.upsert(record(ada, { ...known(created), consents: revoked }))).toMatchObject([
        { status: 'withheld', code: 'no_email_consent' },
      ]);
    expect(sandbox.calls()).toEqual([`GET ${path}`]);
  });

  it.each([
    ['unsubscribed', (sandbox: Rehearsal) => sandbox.optOut(ada), { unsubscribe_reason: 'NORMAL' }],
    ['cleaned', (sandbox: Rehearsal) => sandbox.patch(ada, { status: 'cleaned' }), {}],
  ])('writes nothing over a contact that is %s already', async (status, off, more) => {
    const sandbox = await rehearse();
    const [created] = await sandbox.upsert(record(ada));
    await off(sandbox);
    sandbox.startCounting();
    const [result] = await sandbox.upsert(record(ada, { ...known(created), changed, consents: revoked }));
    expect(result).toMatchObject({ status: 'delivered' });
    await sandbox.upsert(record(ada, { ...known(result), changed, consents: revoked }));
    expect(sandbox.calls()).toEqual([`GET ${path}`]);
    expect(await sandbox.member(ada)).toMatchObject({ status, merge_fields: { FNAME: 'Ada' }, ...more });
  });

  it('that found the contact off already makes nobody’s later opt-out look as old as itself', async () => {
    const sandbox = await rehearse();
    const [created] = await sandbox.upsert(record(ada));
    await sandbox.patch(ada, { status: 'unsubscribed' });
    const [withdrawn] = await sandbox.upsert(record(ada, { ...known(created), consents: revoked }));
    const between: Consents = { email: consent('granted', '2026-03-02T10:00:00.000Z') };
    expect(await sandbox.upsert(record(ada, { ...known(withdrawn), changed, consents: between }))).toMatchObject([
      { status: 'withheld', code: 'unsubscribed_at_mailchimp' },
    ]);
    expect(await sandbox.upsert(record(ada, { ...known(withdrawn), changed, consents: later() }))).toMatchObject([
      { status: 'delivered' },
    ]);
  });

  it('never makes a contact, and asks for an unknown one only once', async () => {
    const sandbox = await rehearse();
    const [first] = await sandbox.upsert(record(ada, { consents: revoked }));
    await sandbox.upsert(record(ada, { consents: revoked }));
    expect(first).toMatchObject({ status: 'withheld', code: 'no_email_consent' });
    expect(sandbox.calls()).toEqual([`GET ${path}`]);
    expect(await sandbox.member(ada)).toMatchObject({ status: 404 });
  });

  it('and a new consent bring the contact back with everything it missed, though Mailchimp heard of both late', async () => {
    const sandbox = await rehearse();
    const [created] = await sandbox.upsert(record(ada));
    const [withdrawn] = await sandbox.upsert(record(ada, { ...known(created), consents: revoked }));
    const fields = { FNAME: text('Grace'), LNAME: text('Hopper') };
    const again: Consents = { email: consent('granted', '2026-03-01T10:05:00.000Z') };
    const [result] = await sandbox.upsert(
      record(ada, { ...known(withdrawn), fields, changed: {}, consents: again, tags: ['vip'] }),
    );
    expect(result).toMatchObject({ status: 'delivered' });
    expect(await sandbox.member(ada)).toMatchObject({
      status: 'subscribed',
      merge_fields: { FNAME: 'Grace', LNAME: 'Hopper' },
      tags: [{ name: 'vip' }],
    });
  });
});

describe('people without a decision', () => {
  const keepThem = { settings: { unknownConsent: 'transactional' } } as const;

  it('are kept as contacts who get no marketing, where an admin wants that', async () => {
    const sandbox = await rehearse(keepThem);
    await sandbox.upsert(record(ada, { consents: {} }));
    expect(await sandbox.member(ada)).toMatchObject({ status: 'transactional', timestamp_opt: '' });
  });

  it('become subscribers when they agree', async () => {
    const sandbox = await rehearse(keepThem);
    const [created] = await sandbox.upsert(record(ada, { consents: {} }));
    await sandbox.upsert(record(ada, { ...known(created), changed: {}, consents: later() }));
    expect(await sandbox.member(ada)).toMatchObject({ status: 'subscribed' });
  });

  it('who subscribed at Mailchimp stay subscribed', async () => {
    const sandbox = await rehearse(keepThem);
    const [created] = await sandbox.upsert(record(ada, { consents: {} }));
    await sandbox.patch(ada, { status: 'subscribed' });
    await sandbox.upsert(record(ada, { ...known(created), changed, consents: {} }));
    expect(await sandbox.member(ada)).toMatchObject({ status: 'subscribed', merge_fields: { FNAME: 'Grace' } });
  });
});
