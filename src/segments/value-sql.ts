import { beyondAscii } from './fold.js';
import { escapeLike, likePattern } from './glob.js';
import type { TextMatch, ValueTest } from './leaf.js';
import type { NumberRange } from './number-range.js';
import type { SqlParameters } from './sql-parameters.js';
import { birthdaySoon, dateInRange, instantInRange, type SqlTime } from './time-sql.js';

const datePattern = `'^[0-9]{4}-[0-9]{2}-[0-9]{2}$'`;
const instantPattern = `'^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$'`;

/** Where a value stands: under a key of an object. */
export interface ValuePlace {
  /** SQL of type `jsonb`. */
  readonly object: string;
  readonly key: string;
}

/** SQL of type `jsonb`; NULL: it is not known. */
export const valueOf = ({ object, key }: ValuePlace, parameters: SqlParameters): string =>
  `(${object} -> ${parameters.text(key)})`;

/**
 * A test of one `jsonb` value as an SQL condition that is never NULL.
 *
 * `CASE` before each conversion, because only that fixes an order: PostgreSQL may turn around the sides of an AND.
 */
export function valueSql(place: ValuePlace, test: ValueTest, unknownAnswer: boolean, time: SqlTime): string {
  const { parameters } = time;
  if (test.test === 'number') return not(test.range.negate, numberSql(place, test.range, parameters));
  const value = valueOf(place, parameters);
  const text = `(${value} #>> '{}') COLLATE "C"`;
  const when = (check: string, then: string): string => `COALESCE(CASE WHEN ${check} THEN ${then} END, false)`;
  const typeIs = (type: string): string => `jsonb_typeof(${value}) = '${type}'`;
  switch (test.test) {
    case 'known':
      return `${value} IS ${unknownAnswer ? '' : 'NOT '}NULL`;
    case 'equal':
      return not(test.negate, equalSql(place, value, test.values, parameters));
    case 'text': {
      const pattern = parameters.text(patterns[test.how](test.wanted));
      return not(test.negate, when(typeIs('string'), `${foldSql(text, parameters)} LIKE ${pattern}`));
    }
    case 'list': {
      const operator = test.how === 'allOf' ? '?&' : '?|';
      return not(test.how === 'noneOf', when(typeIs('array'), `${value} ${operator} ${parameters.texts(test.values)}`));
    }
    case 'birthday':
      return when(`${text} ~ ${datePattern}`, birthdaySoon(text, test.inNextDays, time));
    case 'time':
      return test.range.scale === 'ms'
        ? when(`${text} ~ ${instantPattern}`, instantInRange(text, test.range, time))
        : `COALESCE(CASE WHEN ${text} ~ ${datePattern} THEN ${dateInRange(text, test.range, time)}
            WHEN ${text} ~ ${instantPattern} THEN ${instantInRange(text, test.range, time)} END, false)`;
  }
}

export const not = (negate: boolean, condition: string): string => (negate ? `NOT ${condition}` : condition);

/** Texts are compared as texts first, which costs half as much; only where they are equal it is made sure that they are texts. */
function equalSql(
  { object, key }: ValuePlace,
  value: string,
  wanted: readonly (string | number | boolean)[],
  parameters: SqlParameters,
): string {
  const json = wanted.map((each) => JSON.stringify(each));
  const isEqual = `${value} = ${among(json, 'jsonb', parameters)}`;
  const texts = wanted.filter((each) => typeof each === 'string');
  if (texts.length < wanted.length) return `COALESCE(${isEqual}, false)`;
  const asText = `${object} ->> ${parameters.text(key)} = ${among(texts, 'text', parameters)}`;
  return `COALESCE(CASE WHEN ${asText} THEN ${isEqual} END, false)`;
}

/** The right side of an equation: one value, or any of several. */
function among(values: readonly string[], type: 'text' | 'jsonb', parameters: SqlParameters): string {
  const [only] = values;
  return values.length === 1 ? parameters.add(only, type) : `ANY (${parameters.add(values, `${type}[]`)})`;
}

/**
 * Is it a number in the range? As a JSON path, which is looked up once, compares what is no number with nothing, and compares decimals as they are
 * written: the shortest ones that make the same binary fraction, in the same order. `negate` is left to the caller.
 */
export function numberSql({ object, key }: ValuePlace, range: NumberRange, parameters: SqlParameters): string {
  const { low, high, lowIncluded, highIncluded } = range;
  const number = `$.${JSON.stringify(key)}`;
  const conditions = [
    ...(low === null ? [] : [`${number} ${lowIncluded ? '>=' : '>'} ${String(low)}`]),
    ...(high === null ? [] : [`${number} ${highIncluded ? '<=' : '<'} ${String(high)}`]),
  ];
  return `COALESCE(${object} @@ ${parameters.add(`strict ${conditions.join(' && ')}`, 'jsonpath')}, false)`;
}

const patterns = {
  contains: (wanted) => `%${escapeLike(wanted)}%`,
  startsWith: (wanted) => `${escapeLike(wanted)}%`,
  endsWith: (wanted) => `%${escapeLike(wanted)}`,
  matches: likePattern,
} satisfies Record<TextMatch, (wanted: string) => string>;

/** As `fold`; the table is looked through only for texts that need it. */
function foldSql(text: string, parameters: SqlParameters): string {
  const small = `lower(${text})`;
  const table = `${parameters.text(beyondAscii.capitals)}, ${parameters.text(beyondAscii.smalls)}`;
  return `CASE WHEN octet_length(${text}) = char_length(${text}) THEN ${small} ELSE translate(${small}, ${table}) END`;
}

/** `negate` is left to the caller, who knows what an unknown value means. */
export function rangeSql(value: string, range: NumberRange, parameters: SqlParameters): string {
  const { low, high, lowIncluded, highIncluded } = range;
  const conditions = [
    ...(low === null ? [] : [`${value} ${lowIncluded ? '>=' : '>'} ${parameters.number(low)}`]),
    ...(high === null ? [] : [`${value} ${highIncluded ? '<=' : '<'} ${parameters.number(high)}`]),
  ];
  return conditions.join(' AND ');
}
