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

type Slotted<Query> = readonly (readonly [slot: number, query: Query])[];

/**
 * The statements that fetch what event queries find, for a whole batch at once; none where nothing is wanted. Each profile's events are
 * read once for all measures, over `events_profile_idx`. No row: no events. The batch's own events have to be inserted before.
 *
 * @param queries all of them, by slot: the text of the statement depends on these alone, so it can be prepared
 * @see collectAggregates for the rows
 */
export function eventAggregatesSql(
  queries: readonly EventQuery[],
  wanted: readonly WantedAggregate[],
  nowMs: number,
): SqlStatement[] {
  const slots = new Set(wanted.map(({ slot }) => slot));
  const asked = queries.flatMap((query, slot) => (slots.has(slot) ? [[slot, query] as const] : []));
  const measured = asked.flatMap(([slot, query]) => (query.kind === 'measure' ? [[slot, query] as const] : []));
  const others = asked.flatMap(([slot, query]) => (query.kind === 'measure' ? [] : [[slot, query] as const]));
  return [
    ...(measured.length > 0 ? [measuresSql(measured, wanted, nowMs)] : []),
    ...(others.length > 0 ? [singleEventsSql(others, wanted, nowMs)] : []),
  ];
}

function startSql(wanted: readonly WantedAggregate[], slots: ReadonlySet<number>, nowMs: number): SqlTime {
  const pairs = wanted.filter(({ slot }) => slots.has(slot));
  const parameters = new SqlParameters([pairs.map(({ profileId }) => profileId), pairs.map(({ slot }) => slot)]);
  return { nowMs, zone: { zone: 'UTC', attribute: null }, parameters };
}

const wantedSql = `wanted AS MATERIALIZED (SELECT * FROM unnest($1::uuid[], $2::int[]) AS wanted (profile_id, slot))`;
const epochMs = (moment: string): string => `(extract(epoch FROM ${moment}) * 1000)::float8`;

function measuresSql(queries: Slotted<MeasureQuery>, wanted: readonly WantedAggregate[], nowMs: number): SqlStatement {
  const time = startSql(wanted, new Set(queries.map(([slot]) => slot)), nowMs);
  const { parameters } = time;
  const rows = queries.map(([slot, { events, window, property }]) => {
    const startMs = windowStartMs(window, nowMs);
    const { names, kinds, channels, sources } = events;
    return { slot, names, kinds, channels, sources, property, start: startMs === null ? null : timestampText(startMs) };
  });
  const starts = queries.map(([, { window }]) => windowStartMs(window, nowMs) ?? -Infinity);
  const earliest = parameters.moment(Math.min(...starts));
  const queriesSql = `query AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(${parameters.json(rows)})
    AS query (slot int, names jsonb, kinds jsonb, channels jsonb, sources jsonb, property text, start timestamptz))`;
  const value = propertyNumber('e', 'query.property');
  const filters = queries.flatMap(([slot, { events }]) => {
    const conditions = filtersSql('e', events, time);
    return conditions.length === 0 ? [] : [`WHEN ${slot} THEN ${conditions.join(' AND ')}`];
  });
  const text = `WITH ${wantedSql}, ${queriesSql},
    named AS (SELECT slot, name FROM query, jsonb_array_elements_text(names) AS name),
    event AS MATERIALIZED (
      SELECT e.* FROM (SELECT DISTINCT profile_id FROM wanted) AS person CROSS JOIN LATERAL (
        SELECT profile_id, occurred_at, kind, name, channel, source, data FROM events
        WHERE events.profile_id = person.profile_id AND occurred_at >= ${earliest} AND received_at >= ${earliest}
          AND occurred_at <= ${parameters.moment(nowMs)}
        OFFSET 0) AS e),
    asked AS (
      SELECT event.*, named.slot FROM event JOIN named USING (name)
      UNION ALL
      SELECT event.*, query.slot FROM event, query WHERE query.names IS NULL)
    SELECT e.profile_id, e.slot, count(*)::int AS count,
      ${epochMs('min(e.occurred_at)')} AS first_at_ms, ${epochMs('max(e.occurred_at)')} AS last_at_ms,
      ${measures.sum(value)} AS sum, ${measures.min(value)} AS min, ${measures.max(value)} AS max,
      ${measures.average(value)} AS average, NULL::text AS latest
    FROM (SELECT asked.profile_id, asked.occurred_at, asked.kind, asked.channel, asked.source, asked.data, asked.slot FROM asked) AS e
    JOIN query USING (slot) JOIN wanted USING (profile_id, slot)
    WHERE (query.start IS NULL OR e.occurred_at >= query.start) AND query.kinds ? e.kind
      AND (query.channels IS NULL OR query.channels ? e.channel) AND (query.sources IS NULL OR query.sources ? e.source)
      ${filters.length === 0 ? '' : `AND CASE e.slot ${filters.join(' ')} ELSE true END`}
    GROUP BY e.profile_id, e.slot`;
  return { text, values: parameters.values };
}

/** What one event says, or two: where the latest came from, how a sequence went on. */
function singleEventsSql(
  queries: Slotted<SequenceQuery | LatestQuery>,
  wanted: readonly WantedAggregate[],
  nowMs: number,
): SqlStatement {
  const time = startSql(wanted, new Set(queries.map(([slot]) => slot)), nowMs);
  const branches = queries.map(([slot, query]) => {
    const found = query.kind === 'latest' ? latestSql(query, time) : sequenceSql(query, time);
    return `SELECT wanted.profile_id, wanted.slot, found.count, ${epochMs('found.first_at')} AS first_at_ms,
      ${epochMs('found.last_at')} AS last_at_ms, NULL::float8 AS sum, NULL::float8 AS min, NULL::float8 AS max,
      NULL::float8 AS average, found.latest FROM wanted CROSS JOIN LATERAL (${found}) AS found WHERE wanted.slot = ${slot}`;
  });
  return { text: `WITH ${wantedSql} ${branches.join(' UNION ALL ')}`, values: time.parameters.values };
}

const latestSql = ({ of }: LatestQuery, time: SqlTime): string =>
  `SELECT 1 AS count, e.occurred_at AS first_at, e.occurred_at AS last_at, e.${of} AS latest ${latestEvent(of, 'wanted.profile_id', time)}`;

function sequenceSql(query: SequenceQuery, time: SqlTime): string {
  const from = beginnings(query, 'wanted.profile_id', time);
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
