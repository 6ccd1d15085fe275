import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDate, parseInstant, startOfDay } from './calendar.js';

describe('parseDate', () => {
  it('knows the days of the calendar', () => {
    expect(['2024-02-29', ' 2000-02-29 ', '0001-01-01', '9999-12-31'].map(parseDate)).toEqual([
      '2024-02-29',
      '2000-02-29',
      '0001-01-01',
      '9999-12-31',
    ]);
    const none = [
      '2023-02-29',
      '1900-02-29',
      '2024-13-01',
      '2024-00-10',
      '2024-04-31',
      '0000-00-00',
      '2024-1-1',
      '20240101',
      '01.02.2024',
    ];
    expect(none.map(parseDate)).toEqual(none.map(() => null));
  });
});

describe('parseInstant', () => {
  it.each([
    ['2026-03-02T09:10:11-06:00', '2026-03-02T15:10:11.000Z'],
    ['2026-03-02T09:10:11.98765+0530', '2026-03-02T03:40:11.987Z'],
    ['2026-03-02 09:10Z', '2026-03-02T09:10:00.000Z'],
    ['2026-03-02t09:10:11.5 +01', '2026-03-02T08:10:11.500Z'],
  ])('reads %s', (text, instant) => expect(parseInstant(text)).toBe(instant));

  it.each([
    '2026-03-02T09:10:11',
    '2026-03-02',
    '2026-03-02T24:00Z',
    '2026-02-30T10:00Z',
    '2026-03-02T10:61Z',
    '2026-03-02T10:00+99:00',
    '0001-01-01T00:00+05:00',
    '9999-12-31T23:00-05:00',
    'now',
  ])(
    // prettier-ignore
    'does not take %s for an instant',
    (text) => expect(parseInstant(text)).toBeNull(),
  );

  it('reads a local time in the zone it is given', () => {
    expect(parseInstant('2026-07-01 12:00:00', 'Europe/Madrid')).toBe('2026-07-01T10:00:00.000Z');
    expect(parseInstant('2026-01-01 12:00:00', 'Europe/Madrid')).toBe('2026-01-01T11:00:00.000Z');
    expect(parseInstant('2026-01-01 12:00:00', 'UTC-07')).toBe('2026-01-01T19:00:00.000Z');
    expect(parseInstant('2026-01-01 12:00:00', 'UTC±00')).toBe('2026-01-01T12:00:00.000Z');
    expect(parseInstant('2026-01-01 12:00:00', 'Asia/Kathmandu')).toBe('2026-01-01T06:15:00.000Z');
    expect(parseInstant('2026-01-01 12:00:00', 'Nowhere/Land')).toBeNull();
    expect(parseInstant('2026-01-01T12:00:00Z', 'Europe/Madrid')).toBe('2026-01-01T12:00:00.000Z');
  });

  it('reads a time that the clocks skip or repeat with the distance that held before', () => {
    expect(parseInstant('2026-03-29 02:30', 'Europe/Madrid')).toBe('2026-03-29T01:30:00.000Z');
    expect(parseInstant('2026-10-25 02:30', 'Europe/Madrid')).toBe('2026-10-25T00:30:00.000Z');
    expect(parseInstant('2026-03-29 03:30', 'Europe/Madrid')).toBe('2026-03-29T01:30:00.000Z');
    expect(parseInstant('2026-10-25 03:30', 'Europe/Madrid')).toBe('2026-10-25T02:30:00.000Z');
  });

  it('gives back every instant it is given in ISO form', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-02'), max: new Date('9999-12-30'), noInvalidDate: true }),
        (date) => {
          expect(parseInstant(date.toISOString())).toBe(date.toISOString());
        },
      ),
    );
  });

  it('finds the instant whose local reading it was given, in any zone', () => {
    const zones = fc.constantFrom(
      'America/Sao_Paulo',
      'Asia/Tokyo',
      'Australia/Lord_Howe',
      'Pacific/Kiritimati',
      'America/New_York',
    );
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1990-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
        zones,
        (date, timeZone) => {
          const shown = new Date(date.getTime() - date.getMilliseconds());
          const local = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(
            shown,
          );
          const found = parseInstant(local, timeZone);
          const again = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(
            new Date(found!),
          );
          expect(again).toBe(local);
        },
      ),
    );
  });
});

it('knows when a day begins in a zone', () => {
  expect(startOfDay('2026-07-01', 'Europe/Madrid')).toBe('2026-06-30T22:00:00.000Z');
  expect(startOfDay('2026-07-32', 'Europe/Madrid')).toBeNull();
});
