import type { CanonicalSelection, CanonicalWindow, MeasureQuery, SequenceQuery } from './event-query.js';
import { conversationKinds } from './event-query.js';
import { propertyTest } from './leaf.js';
import { whenUnknown } from './comparison.js';
import type { SqlTime } from './time-sql.js';
import { valueSql } from './value-sql.js';

/** The first moment that is in a window now, as ms since 1970; null: it reaches back for ever. */
export function windowStartMs(window: CanonicalWindow, nowMs: number): number | null {
  if (window === null) return null;
  return 'lastMs' in window ? nowMs - window.lastMs + 1 : window.sinceMs;
}

/** Which events of a row `alias` of `events` are meant. */
export function selectionSql(alias: string, selection: CanonicalSelection, time: SqlTime): string {
  const { parameters } = time;
  const oneOf = (column: string, values: readonly string[] | null): string[] =>
    values === null ? [] : [`${alias}.${column} = ANY (${parameters.texts(values)})`];
  return [
    ...oneOf('name', selection.names),
    ...oneOf('kind', selection.kinds),
    ...oneOf('channel', selection.channels),
    ...oneOf('source', selection.sources),
    ...filtersSql(alias, selection, time),
  ].join(' AND ');
}

export const filtersSql = (alias: string, { where }: CanonicalSelection, time: SqlTime): string[] =>
  where.map((filter) => {
    const place = { object: `(${alias}.data -> 'properties')`, key: filter.property };
    return valueSql(place, propertyTest(filter), whenUnknown[filter.operator], time);
  });

/** Which events are in the window. An event is never received before it occurred, so whole months are passed over. */
export function windowSql(alias: string, window: CanonicalWindow, { nowMs, parameters }: SqlTime): string {
  const until = `${alias}.occurred_at <= ${parameters.moment(nowMs)}`;
  const startMs = windowStartMs(window, nowMs);
  if (startMs === null) return until;
  const start = parameters.moment(startMs);
  return `${until} AND ${alias}.occurred_at >= ${start} AND ${alias}.received_at >= ${start}`;
}

/** The events a query measures, of one profile. @param profileId SQL */
export const measuredEvents = ({ events, window }: MeasureQuery, profileId: string, time: SqlTime): string =>
  `FROM events e WHERE e.profile_id = ${profileId} AND ${windowSql('e', window, time)} AND ${selectionSql('e', events, time)}`;

/** A property as a number, NULL where it is none. @param property SQL */
export const propertyNumber = (alias: string, property: string): string => {
  const value = `(${alias}.data -> 'properties' -> ${property})`;
  return `CASE WHEN jsonb_typeof(${value}) = 'number' THEN (${value})::numeric END`;
};

const mostFloat = '1.7976931348623157e308';

/** Each measure of numbers, the same text wherever it is computed, so that it always comes to the same number. */
export const measures = {
  // GREATEST passes over NULL, so that no value at all would become the least of all numbers.
  sum: (value: string) =>
    `CASE WHEN sum(${value}) IS NOT NULL THEN LEAST(GREATEST(sum(${value}), -${mostFloat}), ${mostFloat})::float8 END`,
  min: (value: string) => `min(${value})::float8`,
  max: (value: string) => `max(${value})::float8`,
  average: (value: string) => `avg(${value})::float8`,
} as const;

/** The beginnings of a sequence in one profile's events, as `e`. @param profileId SQL */
export const beginnings = ({ first, window }: SequenceQuery, profileId: string, time: SqlTime): string =>
  `FROM events e WHERE e.profile_id = ${profileId} AND ${windowSql('e', window, time)} AND ${selectionSql('e', first, time)}`;

/** Whether a beginning `e` was followed: by a later event, in time where the time counts. */
export function followed({ events, then, afterMs }: SequenceQuery, time: SqlTime): string {
  const { parameters, nowMs } = time;
  const inTime =
    then === 'stillNot'
      ? ''
      : ` AND f.occurred_at < e.occurred_at + ${parameters.number(afterMs)} * interval '1 millisecond'`;
  return `EXISTS (SELECT FROM events f WHERE f.profile_id = e.profile_id AND f.occurred_at >= e.occurred_at
    AND (f.occurred_at, f.id) > (e.occurred_at, e.id) AND f.received_at >= e.occurred_at
    AND f.occurred_at <= ${parameters.moment(nowMs)}${inTime} AND ${selectionSql('f', events, time)})`;
}

export const newestFirst = 'ORDER BY e.occurred_at DESC, e.id DESC LIMIT 1';

/** The latest event of a conversation that has a channel (source). @param profileId SQL */
export const latestEvent = (of: 'channel' | 'source', profileId: string, { nowMs, parameters }: SqlTime): string =>
  `FROM events e WHERE e.profile_id = ${profileId} AND e.occurred_at <= ${parameters.moment(nowMs)}
    AND e.kind = ANY (${parameters.texts(conversationKinds)}) AND e.${of} IS NOT NULL ${newestFirst}`;
