import type { Rule } from './rule.js';
import { SqlParameters, type SqlStatement } from './sql-parameters.js';
import { type SqlEnvironment, toSql } from './to-sql.js';

/**
 * Who would have been in a segment at each of these moments, a row per moment: `place`, how many `members`, and how many of them were not in it
 * at the moment before (`entered`; of the first moment: all). Attributes, tags and events count as far as they were known by then; consents and
 * other segments as they are now.
 *
 * @param percent of the profiles that are looked at, drawn at random but always the same
 */
export function backtestSql(
  rule: Rule,
  environment: SqlEnvironment,
  momentsMs: readonly number[],
  percent: number,
): SqlStatement {
  const parameters = new SqlParameters();
  const people = `people AS MATERIALIZED (SELECT * FROM profiles TABLESAMPLE BERNOULLI (${parameters.number(percent)}) REPEATABLE (1)
    WHERE merged_into IS NULL)`;
  const held = momentsMs.map((atMs, place) => {
    const at = parameters.number(atMs);
    const condition = toSql(rule, environment, atMs, parameters);
    return `SELECT ${String(place)} AS place, p.id FROM people AS o CROSS JOIN LATERAL (${asOf(at)}) AS p WHERE ${condition}`;
  });
  return {
    text: `WITH ${people}, held AS MATERIALIZED (${held.join(' UNION ALL ')})
      SELECT now.place, count(*)::int AS members, count(*) FILTER (WHERE before.id IS NULL)::int AS entered
      FROM held AS now LEFT JOIN held AS before ON before.id = now.id AND before.place = now.place - 1
      GROUP BY now.place ORDER BY now.place`,
    values: parameters.values,
  };
}

/** The profile as it was known at a moment. What has been overwritten since is not known any more. */
const asOf = (at: string): string => `
  SELECT o.id, o.created_at, LEAST(o.last_event_at, to_timestamp(${at} / 1000)) AS last_event_at, o.consents, o.segments,
    COALESCE((SELECT jsonb_object_agg(key, o.attributes -> key)
      FROM jsonb_array_elements(o.attribute_provenance) AS said, jsonb_array_elements_text(said -> 2) AS key
      WHERE (said ->> 1)::float8 <= ${at} AND o.attributes ? key), '{}') AS attributes,
    COALESCE((SELECT jsonb_agg(tag) FROM jsonb_each(o.tag_provenance) AS said (tag, stamp)
      WHERE (stamp ->> 2)::boolean AND (stamp ->> 1)::float8 <= ${at}), '[]') AS tags
  WHERE o.created_at <= to_timestamp(${at} / 1000)`;
