import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentOfDate } from './date-moment.js';
import { dayIn, momentOfYear, nextOfSchedule, nextTimeOfDay, quietUntil } from './wall-clock.js';

const ms = (text: string): number => Date.parse(text);
const iso = (at: number | null): string => (at === null ? 'never' : new Date(at).toISOString());
const madrid = 'Europe/Madrid';

describe('the next time of day', () => {
  it('is today where it has not passed, this very moment included', () => {
    expect(iso(nextTimeOfDay(ms('2026-11-30T07:59:59Z'), madrid, '09:00'))).toBe('2026-11-30T08:00:00.000Z');
    expect(iso(nextTimeOfDay(ms('2026-11-30T08:00:00Z'), madrid, '09:00'))).toBe('2026-11-30T08:00:00.000Z');
    expect(iso(nextTimeOfDay(ms('2026-11-30T08:00:00.001Z'), madrid, '09:00'))).toBe('2026-12-01T08:00:00.000Z');
  });

  it('waits for the days of the week that are named', () => {
    expect(iso(nextTimeOfDay(ms('2026-11-30T12:00:00Z'), 'UTC', '09:00', ['monday']))).toBe('2026-12-07T09:00:00.000Z');
  });

  it('is later by what a change of the clocks skips', () => {
    expect(iso(nextTimeOfDay(ms('2026-03-28T12:00:00Z'), madrid, '02:30'))).toBe('2026-03-29T01:30:00.000Z');
  });

  it('goes by a fixed distance to UTC, as chat platforms tell it', () => {
    expect(iso(nextTimeOfDay(ms('2026-11-30T00:00:00Z'), 'UTC-07', '09:00'))).toBe('2026-11-30T16:00:00.000Z');
    expect(iso(nextTimeOfDay(ms('2026-11-30T00:00:00Z'), '+05:30', '09:00'))).toBe('2026-11-30T03:30:00.000Z');
  });
});

describe('quiet hours', () => {
  const night = { from: '21:00', to: '08:00' };

  it('reach over midnight and end in the morning', () => {
    expect(iso(quietUntil(ms('2026-11-30T20:30:00Z'), madrid, night))).toBe('2026-12-01T07:00:00.000Z');
    expect(iso(quietUntil(ms('2026-12-01T06:59:59Z'), madrid, night))).toBe('2026-12-01T07:00:00.000Z');
    expect(quietUntil(ms('2026-12-01T07:00:00Z'), madrid, night)).toBeNull();
    expect(quietUntil(ms('2026-11-30T19:59:59Z'), madrid, night)).toBeNull();
  });

  it('never end in themselves, whatever the zone and the moment, also on the days the clocks change', () => {
    const zones = fc.constantFrom(madrid, 'America/New_York', 'Pacific/Apia', 'Australia/Lord_Howe', 'UTC');
    const time = fc.integer({ min: 0, max: 1_439 }).map((minute) => {
      const [hour, rest] = [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0'));
      return `${hour ?? ''}:${rest ?? ''}`;
    });
    const moment = fc.integer({ min: ms('2025-01-01T00:00:00Z'), max: ms('2027-01-01T00:00:00Z') });
    fc.assert(
      fc.property(zones, time, time, moment, (zone, from, to, at) => {
        fc.pre(from !== to);
        const end = quietUntil(at, zone, { from, to });
        if (end === null) return;
        expect(end).toBeGreaterThanOrEqual(at);
        expect(end - at).toBeLessThan(26 * 3_600_000);
      }),
    );
  });
});

describe('a schedule', () => {
  it('comes again on its days, by the clock of its zone', () => {
    const mondays = { at: '09:00', on: ['monday'] } as const;
    expect(iso(nextOfSchedule(mondays, madrid, ms('2026-03-23T08:00:00Z')))).toBe('2026-03-30T07:00:00.000Z');
  });

  it('of a day of the month takes the last one in a shorter month', () => {
    const last = { at: '00:00', dayOfMonth: 31 };
    expect(iso(nextOfSchedule(last, 'UTC', ms('2026-01-31T00:00:00Z')))).toBe('2026-02-28T00:00:00.000Z');
  });
});

describe('the moment of a date', () => {
  const noon = ms('2026-11-30T12:00:00Z');

  it('is a day of the calendar at a time of day, in the zone', () => {
    expect(iso(momentOfDate('2026-12-24', { before: { days: 3 } }, madrid, noon))).toBe('2026-12-21T08:00:00.000Z');
    expect(iso(momentOfDate('2026-12-24', { after: { weeks: 1 }, at: '18:00' }, madrid, noon))).toBe(
      '2026-12-31T17:00:00.000Z',
    );
  });

  it('of a moment is an exact span, unless a time of day is said', () => {
    const appointment = '2026-12-24T15:30:00.000Z';
    expect(iso(momentOfDate(appointment, { before: { hours: 2 } }, madrid, noon))).toBe('2026-12-24T13:30:00.000Z');
    expect(iso(momentOfDate(appointment, { before: { days: 1 } }, madrid, noon))).toBe('2026-12-23T15:30:00.000Z');
    expect(iso(momentOfDate(appointment, { before: { days: 1 }, at: '10:00' }, madrid, noon))).toBe(
      '2026-12-23T09:00:00.000Z',
    );
  });

  it('comes each year where it is to, on 28 February for whoever was born on the 29th', () => {
    const birthday = (from: string) => iso(momentOfDate('1992-02-29', { yearly: true }, 'UTC', ms(from)));
    expect(birthday('2026-11-30T12:00:00Z')).toBe('2027-02-28T09:00:00.000Z');
    expect(birthday('2027-02-28T09:00:00.001Z')).toBe('2028-02-29T09:00:00.000Z');
  });

  it('before the new year belongs to the day after it', () => {
    expect(iso(momentOfYear('1990-01-02', -5, '09:00', 'UTC', noon))).toBe('2026-12-28T09:00:00.000Z');
  });

  it('of what is no date is none', () => {
    for (const value of [undefined, 5, 'soon', '2026-13-40', ['2026-12-24']])
      expect(momentOfDate(value, {}, 'UTC', noon)).toBeNull();
  });
});

it('tells the day of a moment in a zone', () => {
  expect(dayIn(ms('2026-11-30T23:30:00Z'), madrid)).toBe('2026-12-01');
});
