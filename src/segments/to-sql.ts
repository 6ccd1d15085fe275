import {
  beginnings,
  followed,
  latestEvent,
  measuredEvents,
  measures,
  newestFirst,
  propertyNumber,
} from './events-sql.js';
import type { RuleEnvironment } from './evaluate.js';
import { type Leaf, leafOf, zoneOf } from './leaf.js';
import { numberRange } from './number-range.js';
import { drawPlaces, drawPrime } from './random-draw.js';
import { isGroup, partsOfGroup, type Rule, type RuleNode } from './rule.js';
import type { SqlParameters } from './sql-parameters.js';
import { timestampInRange, type SqlTime } from './time-sql.js';
import { not, numberSql, rangeSql, type ValuePlace, valueSql } from './value-sql.js';

/** What SQL about a rule needs beside it: as for `compileRule`, but events are asked for in place. */
export type SqlEnvironment = Omit<RuleEnvironment, 'queries'>;

/**
 * The same rule as a condition over `profiles p`, for counts, previews and backfills: true for exactly those profiles for which the
 * compiled rule holds at that moment. Never NULL; never an error, whatever the profiles hold. Fit for a WHERE or a SELECT list.
 *
 * @param parameters of the statement that the condition becomes part of; values go there
 */
export function toSql(rule: Rule, environment: SqlEnvironment, nowMs: number, parameters: SqlParameters): string {
  const zone = zoneOf(rule, environment.timeZone);
  const time: SqlTime = { nowMs, zone, parameters };
  const node = (part: RuleNode): string => {
    if (!isGroup(part)) return leafSql(leafOf(part, { ...environment, zone }), time, environment.thresholds);
    const parts = partsOfGroup(part).map(node);
    if ('all' in part) return `(${parts.join(' AND ') || 'true'})`;
    return not('none' in part, `(${parts.join(' OR ') || 'false'})`);
  };
  return node(rule);
}

function leafSql(leaf: Leaf, time: SqlTime, thresholds: ReadonlyMap<string, number>): string {
  const { parameters } = time;
  switch (leaf.kind) {
    case 'attribute':
      return valueSql(attribute(leaf.key), leaf.test, leaf.unknownAnswer, time);
    case 'profile': {
      const column = { createdAt: 'p.created_at', lastEventAt: 'p.last_event_at' }[leaf.field];
      return `(${timestampInRange(column, leaf.range, time)})`;
    }
    case 'tags':
      return not(
        leaf.how === 'noneOf',
        `(p.tags ${leaf.how === 'allOf' ? '?&' : '?|'} ${parameters.texts(leaf.values)})`,
      );
    case 'consent': {
      const status = `COALESCE(p.consents -> ${parameters.text(leaf.purpose)} ->> 'status', 'unknown')`;
      return `(${status} ${leaf.negate ? '<>' : '='} ${parameters.text(leaf.status)})`;
    }
    case 'segment': {
      const key = parameters.text(leaf.key);
      if (leaf.forMs === 0) return not(leaf.negate, `(p.segments ? ${key})`);
      return `COALESCE((p.segments -> ${key})::float8 <= ${parameters.number(time.nowMs - leaf.forMs)}, false)`;
    }
    case 'amount':
      return amountSql(leaf, time);
    case 'moment': {
      const at = `(SELECT ${leaf.measure === 'first' ? 'min' : 'max'}(e.occurred_at) ${measuredEvents(leaf.query, 'p.id', time)})`;
      return `COALESCE((SELECT ${timestampInRange('at', leaf.range, time)} FROM (SELECT ${at} AS at) AS found), false)`;
    }
    case 'sequence':
      return sequenceSql(leaf, time);
    case 'latest': {
      const isOne = `e.${leaf.query.of} = ANY (${parameters.texts(leaf.values)})`;
      return not(leaf.negate, `COALESCE((SELECT ${isOne} ${latestEvent(leaf.query.of, 'p.id', time)}), false)`);
    }
    case 'percentile': {
      const threshold = thresholds.get(leaf.key);
      if (threshold === undefined) return 'false';
      const range = numberRange({ operator: leaf.top ? 'atLeast' : 'atMost', value: threshold });
      return numberSql(attribute(leaf.attribute), range, parameters);
    }
    case 'random': {
      const { a, b, c, limit } = leaf.draw;
      const part = (at: number): string =>
        `('x' || substr(p.id::text, ${at + 1}, ${drawPlaces.digits}))::bit(${drawPlaces.digits * 4})::bigint`;
      return `((${a} * ${part(drawPlaces.x)} + ${b} * ${part(drawPlaces.y)} + ${c}) % ${drawPrime} < ${limit})`;
    }
  }
}

const attribute = (key: string): ValuePlace => ({ object: 'p.attributes', key });

function amountSql({ query, measure, range }: Extract<Leaf, { kind: 'amount' }>, time: SqlTime): string {
  const { parameters } = time;
  const events = measuredEvents(query, 'p.id', time);
  if (measure === 'count') {
    const isAtLeastOne = range.low === 1 && range.lowIncluded && range.high === null && !range.negate;
    if (isAtLeastOne) return `EXISTS (SELECT ${events})`;
    return not(range.negate, `(SELECT ${rangeSql('count(*)', range, parameters)} ${events})`);
  }
  const value = measures[measure](propertyNumber('e', parameters.text(query.property ?? '')));
  const known = measure === 'sum' ? `COALESCE(${value}, 0)` : value;
  return not(range.negate, `COALESCE((SELECT ${rangeSql(known, range, parameters)} ${events}), false)`);
}

function sequenceSql({ query }: Extract<Leaf, { kind: 'sequence' }>, time: SqlTime): string {
  const from = beginnings(query, 'p.id', time);
  const isFollowed = followed(query, time);
  if (query.then === 'did') return `EXISTS (SELECT ${from} AND ${isFollowed})`;
  const isOver = `e.occurred_at <= ${time.parameters.moment(time.nowMs - query.afterMs)}`;
  return `COALESCE((SELECT ${isOver} AND NOT ${isFollowed} ${from} ${newestFirst}), false)`;
}
