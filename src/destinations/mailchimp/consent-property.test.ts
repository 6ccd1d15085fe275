import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import type { OutgoingRecord } from '../destination.js';
import { subscriberHash } from './client.js';
import { mailchimpSettings } from './settings.js';
import { consent, list, receiver, record, rehearse, testKey, text, type Rehearsal } from './test-support.js';

const moves = [
  'sync',
  'load',
  'bulk load',
  'grant',
  'revoke',
  'hear',
  'person opts out',
  'person signs up',
  'admin opts out',
  'api opts out',
  'bounce',
  'archive',
  'forget',
] as const;
type Move = (typeof moves)[number];
type Receiver = Awaited<ReturnType<typeof receiver>>;

const audienceId = list.slice(-10);
const webhookSecret = 'a-secret-of-our-own';
const target = { object: 'member', keyField: 'email_address', tagsField: null, options: {} } as const;
const create = { fields: false, options: false };

interface World {
  readonly sandbox: Rehearsal;
  readonly clock: { at: number };
  readonly ours: Receiver;
}

/** One person through chat, Mailchimp and webhooks, a minute per move; after each, what may be true of her. */
async function play({ sandbox, clock, ours }: World, run: number, sequence: readonly Move[]): Promise<void> {
  const email = `p${String(run)}@chat.test`;
  const others = [1, 2, 3, 4].map((number) => `p${String(run)}-${String(number)}@chat.test`);
  const at = `${list}/members/${subscriberHash(email)}`;
  const thisMoment = (): string => new Date(clock.at).toISOString();
  const firstGrant = consent('granted', thisMoment());
  let mine = firstGrant;
  let optedOutAt = -Infinity;
  let signedUpAt = -Infinity;
  const held = new Map<string, OutgoingRecord['known']>();
  const sync = async (emails: readonly string[], way: 'upsert' | 'upsertMany' = 'upsert'): Promise<void> => {
    const fields = { FNAME: text(thisMoment()) };
    const records = emails.map((one) => {
      const consents = { email: one === email ? mine : firstGrant };
      return record(one, { profileId: one, known: held.get(one) ?? null, consents, fields });
    });
    for (const result of (await sandbox.connection[way]?.({ ...target, create, records })) ?? []) {
      if (result.status === 'delivered') held.set(result.profileId, { remoteId: result.remoteId, memo: result.memo });
      if (result.status === 'withheld' && result.known !== undefined) held.set(result.profileId, result.known);
    }
  };
  /** Everything that Mailchimp has told by now, the newest decision counts. */
  const hear = async (): Promise<void> => {
    await vi.waitFor(async () => expect(await sandbox.page()).not.toContain('>waiting'), { interval: 5 });
    for (const fact of ours.facts.splice(0)) {
      if (fact.kind !== 'consent_said' || fact.about.email !== email || fact.occurredAt === null) continue;
      if (fact.occurredAt.getTime() > Date.parse(mine.at)) mine = consent(fact.status, fact.occurredAt.toISOString());
    }
  };
  const onPage = (path: string): Promise<unknown> =>
    fetch(`${sandbox.origin}${path}id=${audienceId}&e=${encodeURIComponent(email)}`);
  const acts: Record<Move, () => Promise<unknown> | undefined> = {
    sync: () => sync([email]),
    load: () => sync([email, ...others]),
    'bulk load': () => sync([email, ...others], 'upsertMany'),
    grant: () => void (mine = consent('granted', thisMoment())),
    revoke: () => void (mine = consent('revoked', thisMoment())),
    hear,
    'person opts out': () => onPage('/unsubscribe?'),
    'person signs up': () => onPage('/subscribe?'),
    'admin opts out': () => onPage('/unsubscribe?by=admin&'),
    'api opts out': () => sandbox.patch(email, { status: 'unsubscribed' }),
    bounce: () => onPage('/bounce?'),
    archive: () => onPage('/archive?'),
    forget: () => sandbox.send('POST', `${at}/actions/delete-permanent`),
  };
  let state = (await sandbox.member(email)).status;
  for (const move of sequence) {
    clock.at += 60_000;
    await sandbox.send('PUT', '/_sandbox/clock', { now: thisMoment() });
    const before = state;
    await acts[move]();
    const after = (await sandbox.member(email)).status;
    state = after;
    const story = `${sequence.join(', ')}: ${String(before)} became ${String(after)} by "${move}"`;
    const isSync = move === 'sync' || move === 'load' || move === 'bulk load';
    // What we carry out is as old as the decision behind it.
    if (after !== 'subscribed' && after !== before) optedOutAt = isSync ? Date.parse(mine.at) : clock.at;
    if (move === 'person signs up') signedUpAt = clock.at;
    // A withdrawal is carried out, unless the person has signed up at Mailchimp since.
    if (isSync && mine.status === 'revoked' && after === 'subscribed')
      expect(signedUpAt, story).toBeGreaterThan(Date.parse(mine.at));
    // What the person does on a page of Mailchimp's is a consent of its own.
    if (!isSync || after !== 'subscribed' || before === 'subscribed') continue;
    expect(Date.parse(mine.at), story).toBeGreaterThan(optedOutAt);
    expect(before, story).not.toBe('cleaned');
  }
}

it('never turns an opted-out, bounced, archived or forgotten address into a subscribed one without a newer recorded consent', async () => {
  const clock = { at: Date.parse('2026-05-01T00:00:00Z') };
  const sandbox = await rehearse({ now: () => new Date(clock.at) });
  const ours = await receiver(mailchimpSettings.parse({ apiKey: testKey, audienceId, webhookSecret }));
  await sandbox.send('POST', `${list}/webhooks`, {
    url: ours.url,
    events: { subscribe: true, unsubscribe: true, profile: true, cleaned: true, upemail: true },
    sources: { user: true, admin: true, api: false },
  });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...moves), { minLength: 2, maxLength: 9 }), async (sequence) => {
      run += 1;
      await play({ sandbox, clock, ours }, run, ['load', ...sequence, 'hear', 'load', 'sync']);
      const email_address = `p${String(run + 10_000)}@chat.test`;
      await sandbox.send('POST', `${list}/members`, { email_address, status: 'subscribed' });
      await play({ sandbox, clock, ours }, run + 10_000, [...sequence, 'bulk load', 'sync']);
    }),
    { numRuns: 20 },
  );
}, 60_000);
