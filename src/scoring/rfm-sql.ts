import { canonicalSelection } from '../segments/event-query.js';
import { propertyNumber, selectionSql, windowSql } from '../segments/events-sql.js';
import { SqlParameters, type SqlStatement } from '../segments/sql-parameters.js';
import { type RfmBreakpoints, type RfmDefinition, type RfmKeys, rfmWindowMs } from './rfm.js';

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

/** A row of `rfmChangesSql`; `rfmSegment` has the name. */
export interface RfmRow {
  readonly profile_id: string;
  readonly recency: number;
  readonly frequency: number;
  readonly monetary: number;
}

/**
 * Everybody whose fifths differ from the attributes with these keys, in one statement. Who had some and has not bought in the time that
 * counts falls to 1 in all three; who has never bought is in no row.
 *
 * @param breakpoints null: there are no customers
 */
export function rfmChangesSql(
  definition: RfmDefinition,
  breakpoints: RfmBreakpoints | null,
  nowMs: number,
  keys: RfmKeys,
): SqlStatement {
  const parameters = new SqlParameters();
  const quintile = (value: string, points: readonly number[]): string =>
    `(1 + ${points.map((point) => `(${value} > ${parameters.number(point)})::int`).join(' + ')})`;
  const found =
    breakpoints === null
      ? 'SELECT NULL::uuid AS profile_id, 1 AS recency, 1 AS frequency, 1 AS monetary WHERE false'
      : `SELECT profile_id, ${quintile('last_at_ms', breakpoints.recency)} AS recency,
           ${quintile('purchases', breakpoints.frequency)} AS frequency, ${quintile('spent', breakpoints.monetary)} AS monetary
         FROM (${factsSql(definition, nowMs, parameters)}) AS facts`;
  const isOther = (key: string, value: string): string =>
    `p.attributes -> ${parameters.text(key)} IS DISTINCT FROM to_jsonb(${value})`;
  const areOther = (of: string): string =>
    `(${isOther(keys.recency, `${of}recency`)} OR ${isOther(keys.frequency, `${of}frequency`)} OR ${isOther(keys.monetary, `${of}monetary`)})`;
  const text = `WITH found AS MATERIALIZED (${found}), lapsed AS (SELECT 1 AS recency, 1 AS frequency, 1 AS monetary)
    SELECT found.* FROM found JOIN profiles p ON p.id = found.profile_id WHERE p.merged_into IS NULL AND ${areOther('found.')}
    UNION ALL
    SELECT p.id, lapsed.* FROM profiles p, lapsed
    WHERE p.merged_into IS NULL AND p.attributes ? ${parameters.text(keys.segment)} AND ${areOther('lapsed.')}
      AND NOT EXISTS (SELECT FROM found WHERE found.profile_id = p.id)`;
  return { text, values: parameters.values };
}
