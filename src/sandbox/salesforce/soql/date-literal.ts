const dayMs = 86_400_000;

/** From the first instant to the one after the last, in UTC. */
export interface Span {
  readonly from: Date;
  readonly until: Date;
}

type Unit = 'day' | 'week' | 'month' | 'quarter' | 'year';

const monthsOf = { month: 1, quarter: 3, year: 12 } as const satisfies Partial<Record<Unit, number>>;

/** The first day of the unit that lies `by` units away from the one that holds `now`. Weeks begin on Sunday. */
function startOf(unit: Unit, now: Date, by: number): Date {
  const [year, month, date] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  if (unit === 'day') return new Date(Date.UTC(year, month, date + by));
  if (unit === 'week') return new Date(Date.UTC(year, month, date - now.getUTCDay() + 7 * by));
  const months = monthsOf[unit];
  return new Date(Date.UTC(year, Math.floor(month / months) * months + by * months, 1));
}

const units = (unit: Unit, now: Date, from: number, until: number): Span => ({
  from: startOf(unit, now, from),
  until: startOf(unit, now, until),
});

const relative: Readonly<Record<string, number>> = { LAST: -1, THIS: 0, NEXT: 1 };
const fixed: Readonly<Record<string, number>> = { YESTERDAY: -1, TODAY: 0, TOMORROW: 1 };

/**
 * What `TODAY`, `LAST_N_DAYS:3`, `THIS_MONTH` and the like mean now, with the fiscal year as the calendar's; null: no such word.
 * @see https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm
 */
export function spanOf(literal: string, now: Date): Span | null {
  const [word = '', count] = literal.toUpperCase().replace('_FISCAL_', '_').split(':');
  const day = fixed[word];
  if (day !== undefined) return units('day', now, day, day + 1);
  const counted = /^(LAST|NEXT)_N_(DAY|WEEK|MONTH|QUARTER|YEAR)S$|^N_(DAY|WEEK|MONTH|QUARTER|YEAR)S_AGO$/.exec(word);
  if (counted !== null && count !== undefined) return countedSpan(counted, Number(count), now);
  const ninety = /^(LAST|NEXT)_90_DAYS$/.exec(word)?.[1];
  if (ninety !== undefined) return ninety === 'LAST' ? units('day', now, -90, 1) : units('day', now, 1, 91);
  const [, which = '', unit] = /^(LAST|THIS|NEXT)_(WEEK|MONTH|QUARTER|YEAR)$/.exec(word) ?? [];
  const by = relative[which];
  return unit === undefined || by === undefined ? null : units(unitOf(unit), now, by, by + 1);
}

function countedSpan([, direction, unit, agoUnit]: RegExpExecArray, count: number, now: Date): Span {
  if (direction === undefined) return units(unitOf(agoUnit ?? 'DAY'), now, -count, -count + 1);
  const of = unitOf(unit ?? 'DAY');
  // The last n days reach up to today; the last n weeks, months … end before the current one.
  if (direction === 'LAST') return units(of, now, -count, of === 'day' ? 1 : 0);
  return units(of, now, 1, count + 1);
}

const known = ['day', 'week', 'month', 'quarter', 'year'] as const satisfies readonly Unit[];
const unitOf = (word: string): Unit => known.find((unit) => unit === word.toLowerCase()) ?? 'day';

/** A day as the span from its first instant to the next one's. */
export const dayOf = (day: string): Span => {
  const from = new Date(`${day}T00:00:00Z`);
  return { from, until: new Date(from.getTime() + dayMs) };
};
