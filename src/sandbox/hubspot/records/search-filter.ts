import { z } from 'zod';
import { invalid } from '../problem.js';
import type { Property } from '../properties/property.js';

export const filterSchema = z.object({
  propertyName: z.string(),
  operator: z.enum([
    'EQ',
    'NEQ',
    'LT',
    'LTE',
    'GT',
    'GTE',
    'BETWEEN',
    'IN',
    'NOT_IN',
    'HAS_PROPERTY',
    'NOT_HAS_PROPERTY',
    'CONTAINS_TOKEN',
    'NOT_CONTAINS_TOKEN',
  ]),
  value: z.coerce.string().optional(),
  highValue: z.coerce.string().optional(),
  values: z.array(z.coerce.string()).optional(),
});
export type Filter = z.infer<typeof filterSchema>;
type Operator = Filter['operator'];

/** Numbers and moments are compared as numbers, everything else as text in lower case. */
export function comparable(property: Property, value: string): number | string {
  if (property.type === 'number') return Number(value);
  if (property.type === 'date' || property.type === 'datetime')
    return /^-?\d+$/.test(value) ? Number(value) : Date.parse(value);
  return value.toLowerCase();
}

const ordered =
  (holds: (sign: number) => boolean): Test =>
  (property, held, { value = '' }) => {
    if (held === '') return false;
    const [a, b] = [comparable(property, held), comparable(property, value)];
    return holds(a < b ? -1 : a > b ? 1 : 0);
  };

type Test = (property: Property, held: string, filter: Filter) => boolean;

/** The index breaks text into words; a star stands for the rest of one. */
const hasToken: Test = (_property, held, { value = '' }) => {
  const words = (text: string): string[] =>
    text
      .toLowerCase()
      .split(/[^\p{L}\p{N}*]+/u)
      .filter(Boolean);
  const kept = words(held);
  return words(value).every((wanted) => {
    const shape = new RegExp(`^${wanted.replaceAll('*', '.*')}$`, 'u');
    return kept.some((word) => shape.test(word));
  });
};

const isIn: Test = (property, held, { values = [] }) => {
  const parts = property.fieldType === 'checkbox' ? held.split(';') : [held];
  return (
    held !== '' &&
    parts.some((part) => values.some((value) => comparable(property, value) === comparable(property, part)))
  );
};

const equal = ordered((sign) => sign === 0);
const atLeast = ordered((sign) => sign >= 0);
const atMost = ordered((sign) => sign <= 0);

const tests = {
  EQ: equal,
  NEQ: (property, held, filter) => held !== '' && !equal(property, held, filter),
  LT: ordered((sign) => sign < 0),
  LTE: atMost,
  GT: ordered((sign) => sign > 0),
  GTE: atLeast,
  BETWEEN: (property, held, filter) =>
    atLeast(property, held, filter) && atMost(property, held, { ...filter, value: filter.highValue }),
  IN: isIn,
  NOT_IN: (property, held, filter) => held !== '' && !isIn(property, held, filter),
  HAS_PROPERTY: (_property, held) => held !== '',
  NOT_HAS_PROPERTY: (_property, held) => held === '',
  CONTAINS_TOKEN: hasToken,
  NOT_CONTAINS_TOKEN: (property, held, filter) => !hasToken(property, held, filter),
} as const satisfies Record<Operator, Test>;

export const matches = (property: Property, held: string, filter: Filter): boolean =>
  tests[filter.operator](property, held, filter);

const needs = {
  IN: 'values',
  NOT_IN: 'values',
  BETWEEN: 'highValue',
  HAS_PROPERTY: null,
  NOT_HAS_PROPERTY: null,
} as const satisfies Partial<Record<Operator, 'value' | 'values' | 'highValue' | null>>;
const isListed = (operator: Operator): operator is keyof typeof needs => Object.hasOwn(needs, operator);

/** @throws Problem 400 when an operator lacks what it compares with */
export function checkFilter(filter: Filter): void {
  const needed = isListed(filter.operator) ? needs[filter.operator] : 'value';
  if (needed !== null && filter[needed] === undefined)
    throw invalid(`operator ${filter.operator} requires ${needed} to be set on property ${filter.propertyName}`);
}
