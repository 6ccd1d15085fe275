import { birthdaysFrom } from './birthday-test.js';
import { dateText } from './civil-day.js';
import { type SqlParameters, timestampText } from './sql-parameters.js';
import type { TimeRange, ZoneChoice } from './time-test.js';
import { zoneIds } from './time-zones.js';
import { calendarOrUtc, type ZoneCalendar } from './zone-calendar.js';

/** What SQL about time is made with: PostgreSQL never computes a day itself, it is given each zone's bounds for this moment. */
export interface SqlTime {
  readonly nowMs: number;
  readonly zone: ZoneChoice;
  readonly parameters: SqlParameters;
}

/** Sorts after every year that begins with a digit, and before it. */
const [afterAll, beforeAll] = [':', ''];

const dayBound = (day: number): string => (day > 2_932_896 ? afterAll : day < -719_162 ? beforeAll : dateText(day));
const momentBound = (atMs: number): string =>
  atMs > 253_402_300_799_999 ? afterAll : atMs < -62_198_755_200_000 ? beforeAll : new Date(atMs).toISOString();

/** Is a `date` attribute (SQL text) in the range? */
export function dateInRange(date: string, range: TimeRange, time: SqlTime): string {
  const today = (calendar: ZoneCalendar): number => (range.relative ? calendar.dayAt(time.nowMs) : 0);
  const at = (day: number) => zoned(time, range.relative, (calendar) => dayBound(today(calendar) + day));
  return between(date, range, (low) => at(low), (high) => [at(high), '<=']); // prettier-ignore
}

/** Is a `datetime` attribute (SQL text) in the range? */
export const instantInRange = (instant: string, range: TimeRange, time: SqlTime): string =>
  momentInRange(instant, range, time, momentBound);

/** Is a `timestamptz` in the range? */
export const timestampInRange = (timestamp: string, range: TimeRange, time: SqlTime): string =>
  momentInRange(timestamp, range, time, timestampText, 'timestamptz');

function momentInRange(
  value: string,
  range: TimeRange,
  time: SqlTime,
  write: (atMs: number) => string,
  type?: string,
): string {
  const typed = (bound: string): string => (type === undefined ? bound : `(${bound})::${type}`);
  if (range.scale === 'ms') {
    const now = range.relative ? time.nowMs : 0;
    const at = (ms: number): string => typed(time.parameters.text(write(now + ms)));
    return between(value, range, at, (high) => [at(high), '<=']);
  }
  const startOf = (day: number): string =>
    typed(
      zoned(time, true, (calendar) => write(calendar.startOf((range.relative ? calendar.dayAt(time.nowMs) : 0) + day))),
    );
  return between(value, range, startOf, (high) => [startOf(high + 1), '<']);
}

function between(
  value: string,
  { low, high }: TimeRange,
  lowBound: (low: number) => string,
  highBound: (high: number) => readonly [bound: string, operator: string],
): string {
  const conditions: string[] = [];
  if (Number.isFinite(low)) conditions.push(`${value} >= ${lowBound(low)}`);
  if (Number.isFinite(high)) {
    const [bound, operator] = highBound(high);
    conditions.push(`${value} ${operator} ${bound}`);
  }
  return conditions.join(' AND ') || `${value} IS NOT NULL`;
}

/** Is the day of a `date` attribute (SQL text) a birthday soon? */
export function birthdaySoon(date: string, inNextDays: number, time: SqlTime): string {
  const list = (calendar: ZoneCalendar): string[] => birthdaysFrom(calendar.dayAt(time.nowMs), inNextDays);
  const { parameters, zone } = time;
  const fixed = list(calendarOrUtc(zone.zone));
  const day = `substr(${date}, 6, 5)`;
  if (zone.attribute === null) return `${day} = ANY (${parameters.texts(fixed)})`;
  const own = `${parameters.json(byZone(list))} -> (p.attributes ->> ${parameters.text(zone.attribute)})`;
  return `COALESCE(${own}, ${parameters.json(fixed)}) ? ${day}`;
}

/** A text that depends on the zone: looked up by the profile's own one, if the rule wants that and the zone is known. */
function zoned({ zone, parameters }: SqlTime, depends: boolean, text: (calendar: ZoneCalendar) => string): string {
  const fixed = parameters.text(text(calendarOrUtc(zone.zone)));
  if (zone.attribute === null || !depends) return fixed;
  return `COALESCE(${parameters.json(byZone(text))} ->> (p.attributes ->> ${parameters.text(zone.attribute)}), ${fixed})`;
}

/** By every spelling of a zone; zones that are one are computed once. */
function byZone<T>(compute: (calendar: ZoneCalendar) => T): Record<string, T> {
  const byId = new Map<string, T>();
  return Object.fromEntries(
    Array.from(zoneIds, ([written, id]) => {
      const value = byId.get(id) ?? compute(calendarOrUtc(written));
      byId.set(id, value);
      return [written, value];
    }),
  );
}
