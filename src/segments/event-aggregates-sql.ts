import {
  beginnings,
  filtersSql,
  followed,
  latestEvent,
  measures,
  newestFirst,
  propertyNumber,
  windowStartMs,
} from './events-sql.js';
import type { EventQuery, LatestQuery, MeasureQuery, SequenceQuery } from './event-query.js';
import { SqlParameters, type SqlStatement, timestampText } from './sql-parameters.js';
import type { EventAggregate } from './subject.js';
import type { SqlTime } from './time-sql.js';

/** One answer that is wanted: of the query in this slot, for this profile. */
export interface WantedAggregate {
  readonly profileId: string;
  readonly slot: number;
}

/** A row of the statements' results. */
export interface AggregateRow extends Omit<EventAggregate, 'firstAtMs' | 'lastAtMs'> {
  readonly profile_id: string;
  readonly slot: number;
  readonly first_at_ms: number | null;
  readonly last_at_ms: number | null;
}

/**
 * The statements that fetch what event queries find, for a whole batch at once; none where nothing is wanted. Each profile's events are
 * read once for all measures, over `events_profile_idx`. No row: no events. What nobody wanted may come along. The batch's own events
 * have to be inserted before.
 *
 * @param queries all of them, by slot
 * @see collectAggregates for the rows
 */
export function eventAggregatesSql(
  queries: readonly EventQuery[],
  wanted: readonly WantedAggregate[],
  nowMs: number,
): SqlStatement[] {
  const profiles = new Map<number, string[]>();
  for (const { profileId, slot } of wanted) {
    const ids = profiles.get(slot);
    if (ids === undefined) profiles.set(slot, [profileId]);
    else ids.push(profileId);
  }
  const measured: Asked<MeasureQuery>[] = [];
  const single: Asked<SequenceQuery | LatestQuery>[] = [];
  for (const [slot, profileIds] of profiles) {
    const query = queries[slot];
    if (query?.kind === 'measure') measured.push({ slot, query, profileIds });
    else if (query !== undefined) single.push({ slot, query, profileIds });
  }
  return [
    ...(measured.length > 0 ? [measuresSql(measured, nowMs)] : []),
    ...(single.length > 0 ? [singleEventsSql(single, nowMs)] : []),
  ];
}

/** A query with the profiles it is about. */
interface Asked<Query> {
  readonly slot: number;
  readonly query: Query;
  readonly profileIds: readonly string[];
}

const timeOf = (nowMs: number): SqlTime => ({
  nowMs,
  zone: { zone: 'UTC', attribute: null },
  parameters: new SqlParameters(),
});
const epochMs = (moment: string): string => `(extract(epoch FROM ${moment}) * 1000)::float8`;

/**
 * Joins only events with queries, by name where a query names any: a join with the pairs of profile and query as well made PostgreSQL, which
 * cannot know how many there are, take the slowest way.
 */
function measuresSql(asked: readonly Asked<MeasureQuery>[], nowMs: number): SqlStatement {
  const time = timeOf(nowMs);
  const { parameters } = time;
  const starts = startsOf(asked, nowMs);
  const ids = parameters.add([...starts.keys()], 'uuid[]');
  const startTexts = parameters.add(Array.from(starts.values(), timestampText), 'timestamptz[]');
  const rows = asked.map(({ slot, query: { events, window, property } }) => {
    const startMs = windowStartMs(window, nowMs);
    const { names, kinds, channels, sources } = events;
    return {
      slot,
      names,
      named: names !== null,
      kinds,
      channels,
      sources,
      property,
      start: startMs === null ? null : timestampText(startMs),
    };
  });
  // As arrays, whose lengths PostgreSQL knows beforehand, so that it joins by hashing.
  const named = rows.flatMap(({ slot, names }) => (names ?? []).map((name) => [name, slot] as const));
  const value = propertyNumber('e', 'query.property');
  const filters = asked.flatMap(({ slot, query: { events } }) => {
    const conditions = filtersSql('e', events, time);
    return conditions.length === 0 ? [] : [`WHEN ${slot} THEN ${conditions.join(' AND ')}`];
  });
  const text = `WITH query AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(${parameters.json(rows)})
      AS query (slot int, named boolean, kinds jsonb, channels jsonb, sources jsonb, property text, start timestamptz)),
    event AS MATERIALIZED (
      SELECT e.* FROM unnest(${ids}, ${startTexts}) AS person (profile_id, start) CROSS JOIN LATERAL (
        SELECT profile_id, occurred_at, kind, name, channel, source, data FROM events
        WHERE events.profile_id = person.profile_id AND occurred_at >= person.start AND received_at >= person.start
          AND occurred_at <= ${parameters.moment(nowMs)}
        OFFSET 0) AS e),
    asked AS (
      SELECT event.*, named.slot
        FROM event JOIN unnest(${parameters.texts(named.map(([name]) => name))}, ${parameters.add(
          named.map(([, slot]) => slot),
          'int[]',
        )}) AS named (name, slot) USING (name)
      UNION ALL
      SELECT event.*, query.slot FROM event, query WHERE NOT query.named)
    SELECT e.profile_id, e.slot, count(*)::int AS count,
      ${epochMs('min(e.occurred_at)')} AS first_at_ms, ${epochMs('max(e.occurred_at)')} AS last_at_ms,
      ${measures.sum(value)} AS sum, ${measures.min(value)} AS min, ${measures.max(value)} AS max,
      ${measures.average(value)} AS average, NULL::text AS latest
    FROM asked AS e JOIN query USING (slot)
    WHERE (query.start IS NULL OR e.occurred_at >= query.start) AND query.kinds ? e.kind
      AND (query.channels IS NULL OR query.channels ? e.channel) AND (query.sources IS NULL OR query.sources ? e.source)
      ${filters.length === 0 ? '' : `AND CASE e.slot ${filters.join(' ')} ELSE true END`}
    GROUP BY e.profile_id, e.slot`;
  return { text, values: parameters.values };
}

/** From when on each profile's events have to be read. */
function startsOf(asked: readonly Asked<MeasureQuery>[], nowMs: number): Map<string, number> {
  const starts = new Map<string, number>();
  for (const { query, profileIds } of asked) {
    const startMs = windowStartMs(query.window, nowMs) ?? -Infinity;
    for (const id of profileIds) starts.set(id, Math.min(startMs, starts.get(id) ?? Infinity));
  }
  return starts;
}

/** What one event says, or two: where the latest came from, how a sequence went on. */
function singleEventsSql(asked: readonly Asked<SequenceQuery | LatestQuery>[], nowMs: number): SqlStatement {
  const time = timeOf(nowMs);
  const branches = asked.map(({ slot, query, profileIds }) => {
    const found = query.kind === 'latest' ? latestSql(query, time) : sequenceSql(query, time);
    return `SELECT person.profile_id, ${slot} AS slot, found.count, ${epochMs('found.first_at')} AS first_at_ms,
      ${epochMs('found.last_at')} AS last_at_ms, NULL::float8 AS sum, NULL::float8 AS min, NULL::float8 AS max,
      NULL::float8 AS average, found.latest
      FROM unnest(${time.parameters.add(profileIds, 'uuid[]')}) AS person (profile_id) CROSS JOIN LATERAL (${found}) AS found`;
  });
  return { text: branches.join(' UNION ALL '), values: time.parameters.values };
}

const latestSql = ({ of }: LatestQuery, time: SqlTime): string =>
  `SELECT 1 AS count, e.occurred_at AS first_at, e.occurred_at AS last_at, e.${of} AS latest ${latestEvent(of, 'person.profile_id', time)}`;

function sequenceSql(query: SequenceQuery, time: SqlTime): string {
  const from = beginnings(query, 'person.profile_id', time);
  const isFollowed = followed(query, time);
  if (query.then === 'did')
    return `SELECT count(*)::int AS count, min(e.occurred_at) AS first_at, max(e.occurred_at) AS last_at, NULL::text AS latest
      ${from} AND ${isFollowed}`;
  return `SELECT (NOT ${isFollowed})::int AS count, e.occurred_at AS first_at, e.occurred_at AS last_at, NULL::text AS latest
    ${from} ${newestFirst}`;
}

/** The answers by profile and slot, as `RuleSubject.aggregates` wants them. */
export function collectAggregates(rows: readonly AggregateRow[]): Map<string, (EventAggregate | undefined)[]> {
  const found = new Map<string, (EventAggregate | undefined)[]>();
  for (const { profile_id: profileId, slot, first_at_ms: firstAtMs, last_at_ms: lastAtMs, ...measured } of rows) {
    const aggregates = found.get(profileId) ?? [];
    aggregates[slot] = { ...measured, firstAtMs, lastAtMs };
    found.set(profileId, aggregates);
  }
  return found;
}
