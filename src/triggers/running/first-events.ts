import type { CanonicalSelection } from '../../segments/event-query.js';
import { selectionSql } from '../../segments/events-sql.js';
import { SqlParameters } from '../../segments/sql-parameters.js';
import type { SqlQuery } from './sql-query.js';

/** Has this happened to a person since then? */
export interface EventQuestion {
  /** The asker's own name for it. */
  readonly id: string;
  readonly profileId: string;
  readonly sinceMs: number;
  /** The event that caused the asking, which is no answer. */
  readonly except: string | null;
  readonly events: CanonicalSelection;
}

interface Row {
  readonly id: string;
  readonly at_ms: number;
}

/** A platform's clock may be behind ours: what came in after the moment, and happened only this much before it, counts as after it. */
const clockSkewMs = 5 * 60_000;

/**
 * When each of these things happened first, in ms since 1970; what has not is left out. One statement, whatever the number of questions.
 * Index: events_profile_idx.
 */
export async function firstEvents(
  query: SqlQuery,
  questions: readonly EventQuestion[],
  nowMs: number,
): Promise<ReadonlyMap<string, number>> {
  if (questions.length === 0) return new Map();
  const parameters = new SqlParameters();
  const time = { nowMs, zone: { zone: 'UTC', attribute: null }, parameters };
  const skew = parameters.number(clockSkewMs);
  const until = parameters.moment(nowMs);
  const branches = [...Map.groupBy(questions, ({ events }) => JSON.stringify(events)).values()].map((same) => {
    const [{ events } = { events: null }] = same;
    const ids = parameters.add(
      same.map(({ id }) => id),
      'text[]',
    );
    const people = parameters.add(
      same.map(({ profileId }) => profileId),
      'uuid[]',
    );
    const sinces = parameters.add(
      same.map(({ sinceMs }) => new Date(sinceMs).toISOString()),
      'timestamptz[]',
    );
    const exceptions = parameters.add(
      same.map(({ except }) => except),
      'uuid[]',
    );
    const selected = events === null ? 'true' : selectionSql('e', events, time);
    return `SELECT asked.id, found.at_ms FROM unnest(${ids}, ${people}, ${sinces}, ${exceptions}) AS asked (id, profile_id, since, except_id)
      CROSS JOIN LATERAL (SELECT (extract(epoch FROM e.occurred_at) * 1000)::float8 AS at_ms FROM events e
        WHERE e.profile_id = asked.profile_id AND e.received_at >= asked.since AND e.occurred_at <= ${until}
          AND e.occurred_at > asked.since - ${skew} * interval '1 millisecond' AND e.id IS DISTINCT FROM asked.except_id AND ${selected}
        ORDER BY e.occurred_at LIMIT 1) AS found`;
  });
  const rows = await query<Row>(branches.join(' UNION ALL '), parameters.values);
  return new Map(rows.map(({ id, at_ms: atMs }) => [id, atMs]));
}
