import { describe, expect, it } from 'vitest';
import { remote, sentRecord, text } from '../../test/support/delivery.js';
import { DeliveryError, type FailureKind } from '../destinations/delivery-error.js';
import type { DeliveredRecord } from '../destinations/destination.js';
import { retryPolicy } from './backoff.js';
import { entryOf, failedEntry, heldBackEntry, idleEntry } from './outcome.js';

const now = new Date(100_000);
const delivered = (more: Partial<DeliveredRecord> = {}): DeliveredRecord => ({
  profileId: sentRecord(null).mark.profileId,
  status: 'delivered',
  remoteId: 'remote-9',
  created: false,
  memo: { etag: 1 },
  dropped: [],
  ...more,
});
const failed = (kind: FailureKind, details = {}) => ({
  profileId: sentRecord(null).mark.profileId,
  status: 'failed' as const,
  error: new DeliveryError(kind, 'the provider said so', details),
});
const settled = { settled: true, retryAt: null, attempts: 0, firstFailedAt: null };

describe('a delivered record', () => {
  it('settles its mark and notes everything the destination now holds', () => {
    const held = remote({ fields: { firstname: text('Ada'), old: text('x') }, tags: ['vip'] });
    expect(entryOf(sentRecord(held), delivered(), now, 0)).toMatchObject({
      mark: { ...settled, outcome: 'delivered', version: 7 },
      sent: { plan: text('pro') },
      remoteRecord: {
        key: 'ada@example.com',
        remoteId: 'remote-9',
        fields: { firstname: text('Ada'), old: text('x'), plan: text('pro') },
        tags: ['vip', 'new'],
        memo: { etag: 1 },
        version: 7,
      },
      letter: null,
    });
  });

  it('that was not known was sent whole', () => {
    const entry = entryOf(sentRecord(null), delivered({ created: true }), now, 0);
    expect(entry).toMatchObject({
      mark: { ...settled, outcome: 'delivered' },
      sent: { firstname: text('Ada'), plan: text('pro') },
      remoteRecord: { fields: { firstname: text('Ada'), plan: text('pro') } },
    });
  });

  it('that somebody had deleted there holds only what was sent now, and is due again at once for the rest', () => {
    const held = remote({ fields: { firstname: text('Ada'), old: text('x') }, tags: ['vip'] });
    const entry = entryOf(sentRecord(held), delivered({ created: true }), now, 0);
    expect(entry.mark).toMatchObject({ settled: false, outcome: 'recreated', retryAt: now });
    expect(entry.remoteRecord?.fields).toEqual({ plan: text('pro') });
    expect(entry.remoteRecord?.tags).toEqual(['new']);
  });

  it('counts a field that the provider dropped as sent, and keeps the reason', () => {
    const dropped = [{ field: 'plan', code: 'UNKNOWN_OPTION', message: 'no such option' }];
    const entry = entryOf(sentRecord(null), delivered({ dropped }), now, 0);
    expect(entry.dropped).toEqual(dropped);
    expect(entry.remoteRecord?.fields.plan).toEqual(text('pro'));
    expect(entry.remoteRecord?.dropped).toEqual(['plan']);
  });

  it('counts a tag and a list that the provider dropped as sent, and knows them for the next resync', () => {
    const dropped = [
      { field: 'tags', tag: 'new', code: 'NO_OPTION', message: 'no such option' },
      { field: 'list hot', list: 'hot', code: 'DYNAMIC', message: 'a rule decides' },
    ];
    const held = remote({ tags: ['vip'], dropped: ['tag:vip', 'country'] });
    const sent = sentRecord(held, { lists: ['hot'], listsToAdd: ['hot'] });
    expect(entryOf(sent, delivered({ dropped }), now, 0).remoteRecord).toMatchObject({
      tags: ['vip', 'new'],
      lists: ['hot'],
      dropped: ['tag:vip', 'country', 'tag:new', 'list:hot'],
    });
    const taken = sentRecord(remote({ dropped: ['tag:new', 'list:hot'] }), { tagsToRemove: ['new'], tagsToAdd: [] });
    expect(entryOf(taken, delivered(), now, 0).remoteRecord?.dropped).toEqual(['list:hot']);
  });
});

describe('a record the provider withholds', () => {
  it('rests with its reason, and is neither an error nor held', () => {
    const result = { profileId: 'p', status: 'withheld', code: 'opted_out', message: 'opted out there' } as const;
    expect(entryOf(sentRecord(null), result, now, 0)).toMatchObject({
      mark: { ...settled, outcome: 'withheld', reason: 'opted out there' },
      code: 'opted_out',
      remoteRecord: null,
      letter: null,
    });
  });
});

describe('a record that failed', () => {
  it.each(['transient', 'unknown'] as const)('%s is tried again, with its attempt counted', (kind) => {
    expect(entryOf(sentRecord(null), failed(kind), now, 1)).toMatchObject({
      mark: {
        settled: false,
        outcome: 'retrying',
        attempts: 1,
        firstFailedAt: now,
        retryAt: new Date(now.getTime() + 2_000),
        reason: 'the provider said so',
      },
      remoteRecord: null,
      letter: null,
    });
  });

  it('rejected is a dead letter at once, with code and field', () => {
    const details = { code: 'INVALID_EMAIL', field: 'email' };
    expect(entryOf(sentRecord(null), failed('rejected', details), now, 0)).toMatchObject({
      mark: { settled: false, outcome: 'rejected', retryAt: null, attempts: 0 },
      code: 'INVALID_EMAIL',
      field: 'email',
      letter: { cause: 'INVALID_EMAIL', message: 'the provider said so', answer: details },
    });
  });

  it('is called after its kind where the provider gives no code', () => {
    expect(entryOf(sentRecord(null), failed('rejected'), now, 0).letter?.cause).toBe('REJECTED');
  });

  it('throttled waits as long as the provider asks, and no attempt is counted', () => {
    const { mark, letter } = entryOf(sentRecord(null), failed('throttled', { retryAfterMs: 3_000 }), now, 0);
    expect(mark).toMatchObject({ outcome: 'retrying', retryAt: new Date(103_000), attempts: 0, firstFailedAt: null });
    expect(letter).toBeNull();
  });

  it('unauthorized is due as soon as the destination is resumed, and no attempt is counted', () => {
    const { mark } = entryOf(sentRecord(null), failed('unauthorized'), now, 0);
    expect(mark).toMatchObject({ outcome: 'retrying', retryAt: now, attempts: 0, settled: false });
  });

  it('is given up when its attempts and its time are used up, and becomes a dead letter', () => {
    const sent = sentRecord(null);
    const tired = { ...sent.mark, attempts: retryPolicy.attempts - 1, firstFailedAt: new Date(0) };
    const late = new Date(retryPolicy.windowMs);
    const error = new DeliveryError('transient', 'no answer', { code: 'TIMEOUT' });
    expect(failedEntry({ ...sent, mark: tired }, error, late, 0, null)).toMatchObject({
      mark: { outcome: 'rejected', retryAt: null },
      letter: { cause: 'TIMEOUT' },
    });
    const early = new Date(retryPolicy.windowMs - 1);
    expect(failedEntry({ ...sent, mark: tired }, error, early, 0, null).mark).toMatchObject({
      outcome: 'retrying',
      firstFailedAt: new Date(0),
    });
  });
});

describe('a record that needs no call', () => {
  it('settles its mark; a reason is kept unless nothing had changed', () => {
    expect(idleEntry(sentRecord(null), 'no_key', 'waits').mark).toMatchObject({ ...settled, reason: 'waits' });
    expect(idleEntry(sentRecord(null), 'unchanged', 'all there').mark.reason).toBeNull();
  });

  it('follows in the next pass when another one with its key goes first', () => {
    expect(heldBackEntry(sentRecord(null), now).mark).toMatchObject({
      settled: false,
      outcome: 'held_back',
      retryAt: now,
      dueAt: new Date(500),
    });
  });
});
