import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { expect, it } from 'vitest';
import { dateText, dayMs, dayNumber, daysFrom, momentMs, monthAndDay } from './civil-day.js';
import { fold } from './fold.js';
import { likePattern, matchesGlob } from './glob.js';
import { isDrawn, randomDraw } from './random-draw.js';
import { zoneIds } from './time-zones.js';
import { calendarOf } from './zone-calendar.js';

const date = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
const nowadays = fc.date({ min: new Date('1950-01-01'), max: new Date('2090-01-01'), noInvalidDate: true });

it('reads a date and a moment as the calendar does, and what is neither as no number', () => {
  fc.assert(
    fc.property(date, (some) => {
      const text = some.toISOString();
      expect(momentMs(text)).toBe(some.getTime());
      expect(dayNumber(text.slice(0, 10))).toBe(Math.floor(some.getTime() / dayMs));
      expect(dateText(dayNumber(text.slice(0, 10)))).toBe(text.slice(0, 10));
    }),
  );
  expect(daysFrom(2024, 2, 29)).toBe(Date.UTC(2024, 1, 29) / dayMs);
  for (const odd of ['', '2024', '2024-02-2x', '2024/02/20', '2024-02-20T00:00:00.000+', 'pro'])
    expect([dayNumber(odd), momentMs(odd), monthAndDay(odd)]).toEqual([NaN, NaN, NaN]);
});

it('knows which day it is in every zone, as Temporal does', () => {
  fc.assert(
    fc.property(nowadays, fc.constantFrom(...zoneIds.keys()), (some, zone) => {
      const calendar = calendarOf(zone)!;
      const day = calendar.dayAt(some.getTime());
      const there = Temporal.Instant.fromEpochMilliseconds(some.getTime()).toZonedDateTimeISO(zoneIds.get(zone)!);
      expect(dateText(day)).toBe(there.toPlainDate().toString());
      expect(calendar.startOf(day)).toBe(there.startOfDay().epochMilliseconds);
      expect(calendar.startOf(day)).toBeLessThanOrEqual(some.getTime());
      expect(calendar.startOf(day + 1)).toBeGreaterThan(some.getTime());
    }),
    { numRuns: 400 },
  );
});

it('folds case letter by letter, in every script that has it', () => {
  expect(['ÉCOLE', 'Straße', 'ΟΔΟΣ', 'ЖЁЛТЫЙ', 'İ', '名前', 'A😀B'].map(fold)).toEqual([
    'école',
    'straße',
    'οδοσ',
    'жёлтый',
    'İ',
    '名前',
    'a😀b',
  ]);
});

it('matches wildcards as the same pattern read as a regular expression does', () => {
  const piece = fc.constantFrom('a', 'b', '😀', '%', '.', 'ab');
  const text = fc.array(piece, { maxLength: 8 }).map((parts) => parts.join(''));
  const pattern = fc.array(fc.oneof(piece, fc.constantFrom('*', '?')), { maxLength: 6 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, pattern, (some, wanted) => {
      const source = wanted.replaceAll('.', '\\.').replaceAll('?', '.').replaceAll('*', '.*');
      expect(matchesGlob(some, wanted)).toBe(new RegExp(`^${source}$`, 'su').test(some));
    }),
    { numRuns: 3_000 },
  );
  expect(likePattern('50%_*?\\')).toBe('50\\%\\_%_\\\\');
});

it('draws about as many as it should, the same ones each time, and others with another salt', () => {
  const ids = fc.sample(fc.uuid({ version: 7 }), { numRuns: 4_000, seed: 1 });
  const share = (percent: number, salt: string): number =>
    ids.filter((id) => isDrawn(randomDraw(percent, salt), id)).length / ids.length;
  expect(share(20, 'a')).toBeCloseTo(0.2, 1);
  expect([share(0, 'a'), share(100, 'a')]).toEqual([0, 1]);
  const both = ids.filter((id) => isDrawn(randomDraw(50, 'a'), id) && isDrawn(randomDraw(50, 'b'), id));
  expect(both.length / ids.length).toBeCloseTo(0.25, 1);
  const [wide, narrow] = [randomDraw(30, 'a'), randomDraw(10, 'a')];
  expect(ids.filter((id) => isDrawn(narrow, id)).every((id) => isDrawn(wide, id))).toBe(true);
});
