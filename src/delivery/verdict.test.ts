import { describe, expect, it } from 'vitest';
import { DeliveryError, type FailureKind } from '../destinations/delivery-error.js';
import type { RecordResult } from '../destinations/destination.js';
import { verdictOf } from './verdict.js';

const delivered: RecordResult = {
  profileId: 'a',
  status: 'delivered',
  remoteId: '1',
  created: false,
  memo: null,
  dropped: [],
};
const withheld: RecordResult = { profileId: 'b', status: 'withheld', code: 'x', message: 'x' };
const failed = (kind: FailureKind, details = {}): RecordResult => ({
  profileId: 'c',
  status: 'failed',
  error: new DeliveryError(kind, kind, details),
});

describe('what the answers of a batch say about the destination', () => {
  it.each([
    ['nothing, without answers', [], null],
    ['nothing when all went well', [delivered, withheld], null],
    ['nothing when one record could not be written', [delivered, failed('transient')], null],
    ['nothing when records were rejected', [failed('rejected'), failed('rejected')], null],
    ['that it fails when no record could be written', [failed('transient'), failed('unknown')], 'transient'],
    ['that its limit was met half-way', [delivered, failed('throttled')], 'throttled'],
    ['that it refuses the credentials, above all else', [failed('throttled'), failed('unauthorized')], 'unauthorized'],
  ] as const)('%s', (_what, results, expected) => {
    expect(verdictOf(results)?.kind ?? null).toBe(expected);
  });

  it('that it rests as long as the record that asks for most', () => {
    const results = [failed('throttled'), failed('throttled', { retryAfterMs: 9_000 }), failed('throttled')];
    expect(verdictOf(results)?.details.retryAfterMs).toBe(9_000);
  });
});
