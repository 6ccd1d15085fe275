import { describe, expect, it } from 'vitest';
import { hubspot } from './definition.js';
import { BurstBrake } from './burst-brake.js';
import { settingsSchema } from './settings.js';
import { openGate, outgoing, rehearse, request, text } from './test-support.js';
import { sandboxAccessToken } from '../../sandbox/hubspot/index.js';
import { testContext } from '../test-support.js';

const told = (max: number, remaining: number) => ({
  'x-hubspot-ratelimit-max': String(max),
  'x-hubspot-ratelimit-remaining': String(remaining),
  'x-hubspot-ratelimit-interval-milliseconds': '10000',
});

/** A brake with a clock that is set by hand. */
function brakeAt(declared: number) {
  const clock = { ms: 1_000_000 };
  const brake = new BurstBrake(declared, () => new Date(clock.ms));
  const call = (headers: ReturnType<typeof told>): void => {
    brake.begin();
    brake.heard(headers);
    brake.end();
  };
  return { clock, brake, call };
}

describe('the brake for bursts', () => {
  it('lets everything through as long as HubSpot allows what the edition stands for, also with nothing left', () => {
    const { call } = brakeAt(100);
    for (let n = 0; n < 300; n += 1) expect(() => call(told(100, 0))).not.toThrow();
  });

  it('holds back when HubSpot allows less and nothing is left, until the oldest call counts no more', () => {
    const { brake, call, clock } = brakeAt(190);
    call(told(100, 1));
    clock.ms += 4_000;
    call(told(100, 0));
    expect(() => brake.begin()).toThrow(
      expect.objectContaining({ kind: 'throttled', details: { code: 'BURST_LIMIT', retryAfterMs: 6_000 } }),
    );
    clock.ms += 6_000;
    expect(() => call(told(100, 0))).not.toThrow();
    expect(() => brake.begin()).toThrow(
      expect.objectContaining({ details: { code: 'BURST_LIMIT', retryAfterMs: 4_000 } }),
    );
  });

  it('counts those that have no answer yet', () => {
    const { brake, call } = brakeAt(190);
    call(told(100, 2));
    brake.begin();
    brake.begin();
    expect(() => brake.begin()).toThrow('HubSpot allows 100 calls in ten seconds');
  });

  it('does not believe answers without the headers, such as those of a search', () => {
    const { brake, call } = brakeAt(190);
    call(told(100, 0));
    brake.heard({ 'x-hubspot-ratelimit-daily': '5' });
    expect(brake.allowed).toBe(100);
  });

  it('keeps an account with the wrong edition in its settings from being refused, and a check says so', async () => {
    const account = await rehearse();
    await account.control('PUT', 'limits', { enabled: true, tier: 'free' });
    const settings = settingsSchema.parse({
      accessToken: sandboxAccessToken,
      baseUrl: account.sandbox.origin,
      tier: 'enterprise',
    });
    const connection = hubspot.connect(settings, testContext({ call: openGate() }));
    const { details } = await connection.check({ mapping: null });
    expect(details?.['calls in ten seconds']).toBe('100; the edition in the settings stands for 190');
    const upserts = Array.from({ length: 150 }, (_, n) =>
      connection.upsert(request([outgoing(`p${String(n)}@example.com`, { country: text('Peru') })])),
    );
    const settled = await Promise.allSettled(upserts);
    const refused = settled.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(50);
    expect(refused[0]).toMatchObject({ reason: { kind: 'throttled', details: { code: 'BURST_LIMIT' } } });
    expect(account.entries().filter(({ status }) => status === 429)).toEqual([]);
  });
});
