import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contactPolicySchema } from '../definition/contact-policy.js';
import { allowanceOf, type Touch } from './allowance.js';

const ms = (text: string): number => Date.parse(text);
const iso = (atMs: number): string => new Date(atMs).toISOString();
const nowMs = ms('2026-11-30T20:30:00Z');
const obedient = { quietHours: 'policy', caps: 'policy' } as const;
const ask = (policy: object, touches: readonly Touch[] = [], more: object = {}) =>
  allowanceOf({
    nowMs,
    channel: 'email',
    zone: 'Europe/Madrid',
    touches,
    policy: contactPolicySchema.parse(policy),
    trigger: obedient,
    ...more,
  });
const night = { quietHours: { from: '21:00', to: '08:00' } };
const ago = (hours: number, channel = 'email'): Touch => ({ channel, atMs: nowMs - hours * 3_600_000 });

describe('quiet hours', () => {
  it('put it off until they end, by the clock of the person', () => {
    expect(ask(night)).toMatchObject({ atMs: ms('2026-12-01T07:00:00Z'), code: 'QUIET_HOURS' });
    expect(ask(night, [], { zone: 'America/Lima' }).atMs).toBe(nowMs);
  });

  it('count only for the channels that they name', () => {
    const chats = { quietHours: { ...night.quietHours, channels: ['chat'] } };
    expect(ask(chats).atMs).toBe(nowMs);
    expect(ask(chats, [], { channel: 'chat' }).code).toBe('QUIET_HOURS');
  });

  it('can be a trigger’s own, or none', () => {
    expect(ask(night, [], { trigger: { ...obedient, quietHours: 'none' } }).atMs).toBe(nowMs);
    const own = { ...obedient, quietHours: { from: '20:00', to: '22:00' } };
    expect(iso(ask({}, [], { trigger: own }).atMs)).toBe('2026-11-30T21:00:00.000Z');
  });
});

describe('a cap', () => {
  const twoADay = { caps: [{ channel: 'email', atMost: 2, per: { days: 1 } }] };

  it('leaves room until it is used up, and again when the first one has aged', () => {
    expect(ask(twoADay, [ago(5)]).atMs).toBe(nowMs);
    expect(ask(twoADay, [ago(5), ago(2)])).toMatchObject({ atMs: ago(5).atMs + 86_400_000, code: 'FREQUENCY_CAP' });
  });

  it('counts its own channel, or all of them where it names none', () => {
    expect(ask(twoADay, [ago(5, 'chat'), ago(2, 'chat')]).atMs).toBe(nowMs);
    expect(ask({ caps: [{ atMost: 2, per: { days: 1 } }] }, [ago(5, 'chat'), ago(2)]).code).toBe('FREQUENCY_CAP');
  });

  it('does not count for a trigger that may pass it', () => {
    expect(ask(twoADay, [ago(5), ago(2)], { trigger: { ...obedient, caps: 'none' } }).atMs).toBe(nowMs);
  });

  it('and quiet hours hold together, so that room at night waits for the morning', () => {
    const both = { ...night, ...twoADay };
    expect(iso(ask(both, [ago(22), ago(2)]).atMs)).toBe('2026-12-01T07:00:00.000Z');
  });
});

it('never allows more in any span of time than the cap says, however often it is asked', () => {
  const cap = fc.record({
    atMost: fc.integer({ min: 1, max: 4 }),
    per: fc.record({ hours: fc.integer({ min: 1, max: 48 }) }),
  });
  fc.assert(
    fc.property(
      fc.array(cap, { minLength: 1, maxLength: 3 }),
      fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 30 }),
      fc.boolean(),
      (caps, gaps, quiet) => {
        const touches: Touch[] = [];
        let at = nowMs;
        for (const gap of gaps) {
          at = Math.max(at + gap * 600_000, at);
          const policy = { caps, ...(quiet && night) };
          const { atMs } = ask(policy, touches, { nowMs: at });
          expect(atMs).toBeGreaterThanOrEqual(at);
          touches.push({ channel: 'email', atMs });
          at = atMs;
        }
        for (const { atMost, per } of caps)
          for (const { atMs: start } of touches) {
            const inside = touches.filter(({ atMs }) => atMs >= start && atMs < start + per.hours * 3_600_000);
            expect(inside.length).toBeLessThanOrEqual(atMost);
          }
      },
    ),
  );
});
