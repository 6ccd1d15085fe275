import type { PercentileCondition } from './condition.js';
import type { SqlStatement } from './sql-parameters.js';

/** Names one threshold, the same for every rule that asks for it: `top 5 lifetimeSpend`. */
export const percentileKey = ({ percentile, percent, attribute }: PercentileCondition): string =>
  `${percentile} ${percent} ${attribute}`;

/**
 * The threshold of a percentile condition over all profiles that have the attribute as a number: who is at it or beyond it belongs to
 * the top (bottom). One row, `threshold`; null: nobody has the attribute. Reads every profile once, so it belongs on a schedule.
 */
export function percentileThresholdSql({ percentile, percent, attribute }: PercentileCondition): SqlStatement {
  const order = percentile === 'top' ? 'DESC' : 'ASC';
  return {
    text: `SELECT percentile_disc($1::float8) WITHIN GROUP (ORDER BY value ${order}) AS threshold
      FROM (SELECT CASE WHEN jsonb_typeof(attributes -> $2::text) = 'number' THEN (attributes -> $2::text)::float8 END AS value
            FROM profiles WHERE merged_into IS NULL) AS present
      WHERE value IS NOT NULL`,
    values: [percent / 100, attribute],
  };
}
