import { canonicalSelection } from '../segments/event-query.js';
import { propertyNumber, selectionSql, windowSql } from '../segments/events-sql.js';
import { SqlParameters, type SqlStatement } from '../segments/sql-parameters.js';
import { type RfmBreakpoints, type RfmDefinition, rfmWindowMs } from './rfm.js';

/** The facts of each customer, as a query: `profile_id`, `last_at_ms`, `purchases`, `spent`. */
function factsSql(definition: RfmDefinition, nowMs: number, parameters: SqlParameters): string {
  const time = { nowMs, zone: { zone: 'UTC', attribute: null }, parameters };
  const amount = propertyNumber('e', parameters.text(definition.amount));
  return `SELECT e.profile_id, (extract(epoch FROM max(e.occurred_at)) * 1000)::float8 AS last_at_ms,
      count(*)::float8 AS purchases, COALESCE(sum(${amount}), 0)::float8 AS spent
    FROM events e
    WHERE ${windowSql('e', { lastMs: rfmWindowMs(definition) }, time)} AND ${selectionSql('e', canonicalSelection(definition.events), time)}
    GROUP BY e.profile_id`;
}

/** The row that `rfmBreakpointsSql` answers with; `customers` 0: nobody has bought, and the rest is null. */
export interface RfmBreakpointsRow {
  readonly customers: number;
  readonly recency: number[] | null;
  readonly frequency: number[] | null;
  readonly monetary: number[] | null;
}

/** Where the fifths of all customers lie. One row. Reads every purchase once, so it belongs on a schedule. */
export function rfmBreakpointsSql(definition: RfmDefinition, nowMs: number): SqlStatement {
  const parameters = new SqlParameters();
  const fifths = (value: string): string =>
    `percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]::float8[]) WITHIN GROUP (ORDER BY ${value})`;
  const text = `SELECT count(*)::int AS customers, ${fifths('last_at_ms')} AS recency, ${fifths('purchases')} AS frequency,
      ${fifths('spent')} AS monetary
    FROM (${factsSql(definition, nowMs, parameters)}) AS facts`;
  return { text, values: parameters.values };
}

/** null: there are no customers. */
export function breakpointsOf({ recency, frequency, monetary }: RfmBreakpointsRow): RfmBreakpoints | null {
  const [r, f, m] = [four(recency), four(frequency), four(monetary)];
  return r === null || f === null || m === null ? null : { recency: r, frequency: f, monetary: m };
}

function four(values: readonly number[] | null): RfmBreakpoints['recency'] | null {
  const [first, second, third, fourth] = values ?? [];
  if (first === undefined || second === undefined || third === undefined || fourth === undefined) return null;
  return [first, second, third, fourth];
}

/** A row of `rfmSql`. */
export interface RfmRow {
  readonly profile_id: string;
  readonly recency: number;
  readonly frequency: number;
  readonly monetary: number;
}

/**
 * Everybody's quintiles in one statement, a row for each customer; `rfmSegment` has the name. Who is in no row has not bought in the time
 * that counts.
 *
 * @param changed to be told only of those whose quintiles differ from the attributes with these keys
 */
export function rfmSql(
  definition: RfmDefinition,
  breakpoints: RfmBreakpoints,
  nowMs: number,
  changed?: { readonly recency: string; readonly frequency: string; readonly monetary: string },
): SqlStatement {
  const parameters = new SqlParameters();
  const quintile = (value: string, points: readonly number[]): string =>
    `(1 + ${points.map((point) => `(${value} > ${parameters.number(point)})::int`).join(' + ')})`;
  const scored = `SELECT profile_id, ${quintile('last_at_ms', breakpoints.recency)} AS recency,
      ${quintile('purchases', breakpoints.frequency)} AS frequency, ${quintile('spent', breakpoints.monetary)} AS monetary
    FROM (${factsSql(definition, nowMs, parameters)}) AS facts`;
  if (changed === undefined) return { text: scored, values: parameters.values };
  const isOther = (key: string, value: string): string =>
    `p.attributes -> ${parameters.text(key)} IS DISTINCT FROM to_jsonb(${value})`;
  const text = `SELECT scored.* FROM (${scored}) AS scored JOIN profiles p ON p.id = scored.profile_id
    WHERE ${isOther(changed.recency, 'scored.recency')} OR ${isOther(changed.frequency, 'scored.frequency')}
      OR ${isOther(changed.monetary, 'scored.monetary')}`;
  return { text, values: parameters.values };
}
