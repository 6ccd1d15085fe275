import { z } from 'zod';
import { storableText } from '../database/storable-text.js';
import { parseDate, parseInstant } from '../profiles/calendar.js';
import { durationSchema } from './duration.js';

/** Text as PostgreSQL can hold it, so that a rule means the same there. */
export const ruleText = z
  .string()
  .min(1)
  .max(1_000)
  .refine((text) => storableText(text) === text, { error: 'holds characters that no value can have' });
const texts = z.array(ruleText).min(1).max(1_000);
const number = z.number();
const scalar = z.union([ruleText, number, z.boolean()], { error: 'must be a text, a number, true or false' });
const scalars = z
  .array(z.union([ruleText, number], { error: 'must be a text or a number' }))
  .min(1)
  .max(1_000);

/** A day, or a moment with its distance to UTC (kept in UTC). */
export const dayOrMoment = z.string().transform((text, context) => {
  const read = parseDate(text) ?? parseInstant(text);
  if (read !== null) return read;
  context.addIssue('must be a day (2026-11-22) or a moment (2026-11-22T18:00:00Z)');
  return z.NEVER;
});
const numbers = z
  .tuple([number, number])
  .refine(([low, high]) => low <= high, { error: 'the first must not be above the second' });
const days = z.tuple([dayOrMoment, dayOrMoment]).refine(([low, high]) => low.length === high.length && low <= high, {
  error: 'must be two days or two moments, the earlier one first',
});

const shapes = {
  presence: { operator: z.enum(['known', 'unknown']) },
  equality: { operator: z.enum(['equals', 'notEquals']), value: scalar },
  choice: { operator: z.enum(['oneOf', 'notOneOf']), value: scalars },
  text: {
    operator: z.enum(['contains', 'notContains', 'startsWith', 'endsWith', 'matches', 'notMatches']),
    value: ruleText,
  },
  size: { operator: z.enum(['greaterThan', 'atLeast', 'lessThan', 'atMost']), value: number },
  range: { operator: z.literal('between'), value: z.union([numbers, days]) },
  order: { operator: z.enum(['before', 'onOrBefore', 'after', 'onOrAfter']), value: dayOrMoment },
  relative: { operator: z.enum(['inNext', 'inLast', 'moreThanAgo', 'moreThanAhead']), value: durationSchema },
  birthday: { operator: z.literal('birthday'), value: z.strictObject({ inNextDays: z.int().min(0).max(365) }) },
  list: { operator: z.enum(['anyOf', 'allOf', 'noneOf']), value: texts },
};

/** The operators an attribute can be compared with, each with its kind of value. `base`: what else the condition says. */
export const attributeComparison = <Base extends z.ZodRawShape>(base: Base) =>
  z.discriminatedUnion('operator', [
    z.strictObject({ ...base, ...shapes.presence }),
    z.strictObject({ ...base, ...shapes.equality }),
    z.strictObject({ ...base, ...shapes.choice }),
    z.strictObject({ ...base, ...shapes.text }),
    z.strictObject({ ...base, ...shapes.size }),
    z.strictObject({ ...base, ...shapes.range }),
    z.strictObject({ ...base, ...shapes.order }),
    z.strictObject({ ...base, ...shapes.relative }),
    z.strictObject({ ...base, ...shapes.birthday }),
    z.strictObject({ ...base, ...shapes.list }),
  ]);

/** The operators for a property of an event: none that depends on the present moment. */
export const propertyComparison = <Base extends z.ZodRawShape>(base: Base) =>
  z.discriminatedUnion('operator', [
    z.strictObject({ ...base, ...shapes.presence }),
    z.strictObject({ ...base, ...shapes.equality }),
    z.strictObject({ ...base, ...shapes.choice }),
    z.strictObject({ ...base, ...shapes.text }),
    z.strictObject({ ...base, ...shapes.size }),
    z.strictObject({ ...base, operator: z.literal('between'), value: numbers }),
  ]);

/** The operators for a number that is counted or summed up. */
export const numberComparison = <Base extends z.ZodRawShape>(base: Base) =>
  z.discriminatedUnion('operator', [
    z.strictObject({ ...base, operator: z.enum(['equals', 'notEquals']), value: number }),
    z.strictObject({ ...base, ...shapes.size }),
    z.strictObject({ ...base, operator: z.literal('between'), value: numbers }),
  ]);

/** The operators for a moment. */
export const momentComparison = <Base extends z.ZodRawShape>(base: Base) =>
  z.discriminatedUnion('operator', [
    z.strictObject({ ...base, ...shapes.order }),
    z.strictObject({ ...base, operator: z.literal('between'), value: days }),
    z.strictObject({ ...base, ...shapes.relative }),
  ]);

/** The comparisons alone, without what is compared. */
export const comparisons = {
  attribute: attributeComparison({}),
  property: propertyComparison({}),
  number: numberComparison({}),
  moment: momentComparison({}),
};
export type Comparison = z.output<typeof comparisons.attribute>;
export type ComparisonOperator = Comparison['operator'];
export type PropertyComparison = z.output<typeof comparisons.property>;
export type NumberComparison = z.output<typeof comparisons.number>;
export type MomentComparison = z.output<typeof comparisons.moment>;

/**
 * What an operator answers where the value is not known: the profile does not have the attribute, or holds a value of another type than
 * the rule speaks of. Only what denies something holds for the unknown.
 */
export const whenUnknown = {
  known: false,
  unknown: true,
  equals: false,
  notEquals: true,
  oneOf: false,
  notOneOf: true,
  contains: false,
  notContains: true,
  startsWith: false,
  endsWith: false,
  matches: false,
  notMatches: true,
  greaterThan: false,
  atLeast: false,
  lessThan: false,
  atMost: false,
  between: false,
  before: false,
  onOrBefore: false,
  after: false,
  onOrAfter: false,
  inNext: false,
  inLast: false,
  moreThanAgo: false,
  moreThanAhead: false,
  birthday: false,
  anyOf: false,
  allOf: false,
  noneOf: true,
} as const satisfies Record<ComparisonOperator, boolean>;
