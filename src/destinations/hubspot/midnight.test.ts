import { expect, it } from 'vitest';
import { untilMidnightMs } from './midnight.js';

it.each([
  ['2026-11-22T20:30:00Z', 'UTC', 3.5],
  ['2026-11-22T20:30:00Z', 'Europe/Berlin', 2.5],
  ['2026-11-22T20:30:00Z', 'America/Los_Angeles', 11.5],
  ['2026-11-22T20:30:00Z', 'Asia/Kolkata', 22],
  ['2026-11-22T23:00:00Z', 'Europe/Berlin', 24],
])('from %s to midnight in %s are %d hours', (now, timeZone, hours) => {
  expect(untilMidnightMs(new Date(now), timeZone)).toBe(hours * 3_600_000);
});
