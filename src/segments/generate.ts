import { BirthdayTest } from './birthday-test.js';
import { AmountOutlook, FollowedOutlook, rolling, UnfollowedTest } from './event-outlook.js';
import type { EventQuery } from './event-query.js';
import type { Leaf, ValueTest } from './leaf.js';
import type { NumberRange } from './number-range.js';
import { TimeTest, type TimeRange, type ZoneChoice } from './time-test.js';

/** The JavaScript of one part of a rule. `outlook` is null where the clock has no part in the answer. */
export interface Code {
  readonly holds: string;
  readonly outlook: string | null;
}

/** What generated code finds under its names: `k` the constants of the rule, the rest the same for all. */
export interface CodeContext {
  readonly zone: ZoneChoice;
  readonly slotOf: (query: EventQuery) => number;
  /** Keeps an object for the generated code and returns the name it has there. */
  readonly keep: (constant: object) => string;
}

/** Names that every object answers to; only what a record holds itself counts. */
const inherited = new Set(Object.getOwnPropertyNames(Object.prototype));

export const literal = (value: string | number | boolean): string => JSON.stringify(value);
const read = (record: string, key: string): string =>
  inherited.has(key) ? `own(${record}, ${literal(key)})` : `${record}[${literal(key)}]`;
const attribute = (key: string): string => read('a', key);
const fixed = (holds: string): Code => ({ holds, outlook: null });
const negated = (isNegated: boolean, code: string): string => (isNegated ? `!${code}` : code);

type LeafCode = {
  readonly [Kind in Leaf['kind']]: (leaf: Extract<Leaf, { kind: Kind }>, context: CodeContext) => Code;
};

/**
 * Each kind of leaf as code. Texts from rules get into it as JSON literals only. `p` is the profile, `a` its attributes, `g` the
 * aggregates, `n` the present moment in ms, `v` scratch.
 */
const leafCode: LeafCode = {
  attribute: ({ key, test, unknownAnswer }, context) => valueCode(attribute(key), test, unknownAnswer, context),
  profile: ({ field, range }, context) => momentCode(`p.${field}.getTime()`, range, context),
  tags: ({ how, values }, { keep }) => fixed(listCode('p.tags', how, values, keep)),
  consent: ({ purpose, status, negate }) =>
    fixed(`((p.consents.${purpose}?.status ?? "unknown") ${negate ? '!==' : '==='} ${literal(status)})`),
  segment: ({ key, negate, forMs }) => {
    const entered = read('p.segments', key);
    if (forMs === 0) return fixed(`(${entered} ${negate ? '===' : '!=='} undefined)`);
    return {
      holds: `((v = ${entered}) !== undefined && n >= v + ${forMs})`,
      outlook: `memberFor(${entered}, ${forMs}, n)`,
    };
  },
  amount: ({ query, measure, range }, { slotOf, keep }) => {
    const aggregate = `(g[${slotOf(query)}] ?? noEvents)`;
    const value = `${aggregate}.${measure}${measure === 'sum' ? ' ?? 0' : ''}`;
    const holds = negated(range.negate, `((v = ${value}) !== null${rangeCode('v', range)})`);
    const lastMs = rolling(query.window);
    if (lastMs === null) return fixed(holds);
    return { holds, outlook: `${keep(new AmountOutlook(measure, range, lastMs))}.of(${aggregate}, ${holds})` };
  },
  moment: ({ query, measure, range }, context) => {
    const at = `(v = (g[${context.slotOf(query)}] ?? noEvents).${measure}AtMs)`;
    const { holds, outlook } = momentCode('v', range, context);
    return {
      holds: `(${at} !== null && ${holds})`,
      outlook: outlook === null ? null : `(${at} === null ? -Infinity : ${outlook})`,
    };
  },
  sequence: ({ query }, { slotOf, keep }) => {
    const aggregate = `(g[${slotOf(query)}] ?? noEvents)`;
    if (query.then !== 'did') {
      const test = keep(new UnfollowedTest(query));
      return { holds: `${test}.holds(${aggregate}, n)`, outlook: `${test}.outlook(${aggregate}, n)` };
    }
    const lastMs = rolling(query.window);
    const outlook = lastMs === null ? null : `${keep(new FollowedOutlook(lastMs))}.of(${aggregate})`;
    return { holds: `(${aggregate}.count > 0)`, outlook };
  },
  latest: ({ query, values, negate }, { slotOf, keep }) =>
    fixed(negated(negate, amongCode(`(g[${slotOf(query)}] ?? noEvents).latest`, values, keep))),
  percentile: ({ attribute: key, key: threshold, top }) =>
    fixed(
      `(typeof (v = ${attribute(key)}) === "number" && v ${top ? '>=' : '<='} (thresholds.get(${literal(threshold)}) ?? NaN))`,
    ),
  random: ({ draw }, { keep }) => fixed(`isDrawn(${keep(draw)}, p.id)`),
};

export function codeOf(leaf: Leaf, context: CodeContext): Code {
  // The table has a row for each kind, which takes just that kind; the compiler cannot follow that across an index.
  switch (leaf.kind) {
    case 'attribute':
      return leafCode.attribute(leaf, context);
    case 'profile':
      return leafCode.profile(leaf, context);
    case 'tags':
      return leafCode.tags(leaf, context);
    case 'consent':
      return leafCode.consent(leaf, context);
    case 'segment':
      return leafCode.segment(leaf, context);
    case 'amount':
      return leafCode.amount(leaf, context);
    case 'moment':
      return leafCode.moment(leaf, context);
    case 'sequence':
      return leafCode.sequence(leaf, context);
    case 'latest':
      return leafCode.latest(leaf, context);
    case 'percentile':
      return leafCode.percentile(leaf, context);
    case 'random':
      return leafCode.random(leaf, context);
  }
}

function valueCode(value: string, test: ValueTest, unknownAnswer: boolean, context: CodeContext): Code {
  const { keep } = context;
  switch (test.test) {
    case 'known':
      return fixed(`(${value} ${unknownAnswer ? '===' : '!=='} undefined)`);
    case 'equal':
      return fixed(negated(test.negate, amongCode(value, test.values, keep)));
    case 'text':
      return fixed(
        negated(test.negate, `(typeof (v = ${value}) === "string" && ${textCode[test.how](literal(test.wanted))})`),
      );
    case 'number':
      return fixed(negated(test.range.negate, `(typeof (v = ${value}) === "number"${rangeCode('v', test.range)})`));
    case 'list': {
      const isAny = listCode('v', test.how === 'allOf' ? 'allOf' : 'anyOf', test.values, keep);
      return fixed(negated(test.how === 'noneOf', `(Array.isArray(v = ${value}) && ${isAny})`));
    }
    case 'birthday': {
      const name = keep(new BirthdayTest(test.inNextDays, context.zone.zone));
      const asked = `(${value}, n, ${zoneCode(context.zone)})`;
      return { holds: `${name}.holds${asked}`, outlook: `${name}.outlook${asked}` };
    }
    case 'time': {
      const name = keep(new TimeTest(test.range, context.zone.zone));
      const asked = `(${value}, n, ${zoneCode(context.zone)})`;
      return { holds: `${name}.holds${asked}`, outlook: test.range.relative ? `${name}.outlook${asked}` : null };
    }
  }
}

const textCode = {
  contains: (wanted) => `fold(v).includes(${wanted})`,
  startsWith: (wanted) => `fold(v).startsWith(${wanted})`,
  endsWith: (wanted) => `fold(v).endsWith(${wanted})`,
  matches: (wanted) => `matchesGlob(fold(v), ${wanted})`,
} satisfies Record<Extract<ValueTest, { test: 'text' }>['how'], (wanted: string) => string>;

function momentCode(atMs: string, range: TimeRange, { zone, keep }: CodeContext): Code {
  const name = keep(new TimeTest(range, zone.zone));
  const asked = `(${atMs}, n, ${zoneCode(zone)})`;
  return { holds: `${name}.holdsMoment${asked}`, outlook: range.relative ? `${name}.outlookMoment${asked}` : null };
}

const zoneCode = (zone: ZoneChoice): string => (zone.attribute === null ? 'undefined' : attribute(zone.attribute));

const rangeCode = (value: string, { low, high, lowIncluded, highIncluded }: NumberRange): string =>
  (low === null ? '' : ` && ${value} ${lowIncluded ? '>=' : '>'} ${literal(low)}`) +
  (high === null ? '' : ` && ${value} ${highIncluded ? '<=' : '<'} ${literal(high)}`);

/** So many comparisons cost no more than one look into a set. */
const fewValues = 8;

function amongCode(value: string, values: readonly (string | number | boolean)[], keep: CodeContext['keep']): string {
  if (values.length > fewValues) return `${keep(new Set(values))}.has(${value})`;
  const [first, ...others] = values;
  if (first === undefined) return 'false';
  if (others.length === 0) return `(${value} === ${literal(first)})`;
  return `((v = ${value}) === ${literal(first)}${others.map((other) => ` || v === ${literal(other)}`).join('')})`;
}

function listCode(
  list: string,
  how: 'anyOf' | 'allOf' | 'noneOf',
  values: readonly string[],
  keep: CodeContext['keep'],
): string {
  if (how === 'noneOf') return `!${listCode(list, 'anyOf', values, keep)}`;
  if (how === 'anyOf' && values.length > fewValues) return `hasAny(${list}, ${keep(new Set(values))})`;
  return `(${values.map((value) => `${list}.includes(${literal(value)})`).join(how === 'anyOf' ? ' || ' : ' && ')})`;
}
