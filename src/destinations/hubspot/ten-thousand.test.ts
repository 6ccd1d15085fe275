import { describe, expect, it } from 'vitest';
import { createCallGate } from '../../delivery/call-gate.js';
import type { CallGate } from '../destination.js';
import { hubspot } from './definition.js';
import { settingsSchema } from './settings.js';
import { outgoing, rehearse, request, stateOf, text, upsertCall } from './test-support.js';

const limits = hubspot.limits(settingsSchema.parse({ accessToken: 'pat', tier: 'free' }));
const declared = limits.rates.find(({ lane }) => lane === 'default') ?? { calls: 0, perMs: 0 };

interface Call {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/**
 * Delivery's own gate with the limits this connector declares; notes when each call goes out. The sandbox answers from this very process,
 * so calls under way at once would only wait for each other: one at a time.
 */
function watchedGate(): { readonly gate: CallGate; readonly calls: Call[] } {
  const calls: Call[] = [];
  const gate = createCallGate({
    limits: { ...limits, parallelCalls: 1 },
    nowMs: () => performance.now(),
    observe: () => undefined,
  });
  return {
    calls,
    gate: (call, send) =>
      gate(call, async (signal) => {
        const startedAtMs = performance.now();
        try {
          return await send(signal);
        } finally {
          calls.push({ startedAtMs, endedAtMs: performance.now() });
        }
      }),
  };
}

/** How long a window of the limit takes on average, apart from calls that only waited for the one before them to end. */
function meanWindowMs(calls: readonly Call[]): number {
  const latenessMs = calls.slice(declared.calls).map(({ startedAtMs }, place) => {
    const allowedAtMs = (calls[place]?.startedAtMs ?? Number.NaN) + declared.perMs;
    return startedAtMs - Math.max(allowedAtMs, calls[place + declared.calls - 1]?.endedAtMs ?? Number.NaN);
  });
  return declared.perMs + latenessMs.reduce((sum, lateMs) => sum + lateMs, 0) / latenessMs.length;
}

const batches = 100;
const perBatch = 100;

/** Every fifth batch: an address that HubSpot finds wrong; every fifth after it: somebody else's unique id. */
function recordOf(batch: number, place: number) {
  const name = `p${String(batch)}-${String(place)}`;
  const fields = { country: text('Peru') };
  if (place !== batch || batch % 5 > 1 || batch >= 50) return outgoing(`${name}@example.com`, fields);
  return batch % 5 === 0
    ? outgoing(`${name}@example.con`, fields)
    : outgoing(`${name}@example.com`, { ...fields, chat_profile_id: text('taken') });
}

describe('ten thousand changed profiles, twenty of them bad', { timeout: 60_000 }, () => {
  it('are delivered with no call too many, at the full limit, without one 429, and only the bad ones fail', async () => {
    const at = '2026-01-01T00:00:00.000Z';
    const owner = { id: '501', createdAt: at, updatedAt: at, properties: { chat_profile_id: 'taken' } };
    const { gate, calls } = watchedGate();
    const account = await rehearse({ state: { contacts: [owner] }, gate });
    await account.control('PUT', 'limits', { enabled: true, tier: 'free' });

    const records = Array.from({ length: batches }, (_, batch) =>
      Array.from({ length: perBatch }, (_none, place) => recordOf(batch, place)),
    );
    const results = (await Promise.all(records.map((some) => account.connection.upsert(request(some))))).flat();

    const bad = records.flat().filter(({ key, fields }) => key.endsWith('.con') || 'chat_profile_id' in fields);
    expect(bad).toHaveLength(20);
    const failed = results.filter(({ status }) => status === 'failed').map(({ profileId }) => profileId);
    expect(failed.toSorted()).toEqual(bad.map(({ profileId }) => profileId).toSorted());
    expect(results.filter(({ status }) => status === 'delivered')).toHaveLength(9_980);
    expect((await stateOf(account)).contacts).toHaveLength(9_981);

    expect(account.entries().filter(({ status }) => status === 429)).toEqual([]);
    // One for each batch; an address that is quoted costs one more, a value that is quoted two; and the definitions once.
    const needed = batches + 10 + 2 * 10;
    expect(account.calls().filter((call) => call === upsertCall)).toHaveLength(needed);
    expect(calls).toHaveLength(needed + 1);
    expect(meanWindowMs(calls)).toBeLessThanOrEqual(declared.perMs / 0.95);
  });
});
