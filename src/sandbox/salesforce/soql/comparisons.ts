import type { Operator } from '@jetstreamapp/soql-parser-js';
import { comparable } from '../records/record-table.js';
import type { FieldDefinition, StoredValue } from '../schema/field-definition.js';
import { familyOf, type Operand } from './literal.js';

type Test = (stored: StoredValue | undefined) => boolean;
/** null: Salesforce does not take this operator for such a field. */
type Comparing = (field: FieldDefinition, operands: readonly Operand[]) => Test | null;
type Key = string | number;

/** What each operator of SOQL means. */
export const comparisons = {
  '=': (field, operands) => isOneOf(field, operands),
  IN: (field, operands) => isOneOf(field, operands),
  '!=': (field, operands) => not(isOneOf(field, operands)),
  'NOT IN': (field, operands) => not(isOneOf(field, operands)),
  '<': (field, operands) =>
    ordered(field, operands, { value: (a, b) => a < b, edge: 'from', touches: false, before: true }),
  '<=': (field, operands) =>
    ordered(field, operands, { value: (a, b) => a <= b, edge: 'until', touches: false, before: true }),
  '>': (field, operands) =>
    ordered(field, operands, { value: (a, b) => a > b, edge: 'until', touches: true, before: false }),
  '>=': (field, operands) =>
    ordered(field, operands, { value: (a, b) => a >= b, edge: 'from', touches: true, before: false }),
  LIKE: like,
  INCLUDES: includes,
  EXCLUDES: (field, operands) => {
    const test = includes(field, operands);
    return test === null ? null : not(test);
  },
} as const satisfies Record<Operator, Comparing>;

const not =
  (test: Test): Test =>
  (stored) =>
    !test(stored);

/** A stored value in the form in which two of them can be compared. */
export function sortKey(field: FieldDefinition, stored: StoredValue): Key {
  const family = familyOf(field);
  if (family === 'number') return Number(stored);
  if (family === 'datetime') return Date.parse(String(stored).replace('+0000', 'Z'));
  if (family === 'date') return Date.parse(`${String(stored)}T00:00:00Z`);
  if (family === 'boolean') return stored === true ? 1 : 0;
  return comparable(field, stored);
}

function isOneOf(field: FieldDefinition, operands: readonly Operand[]): Test {
  const keys = new Set(operands.flatMap((one) => (one.kind === 'value' ? [sortKey(field, one.value)] : [])));
  const spans = operands.flatMap((one) => (one.kind === 'span' ? [one.span] : []));
  const takesNull = operands.some(({ kind }) => kind === 'null');
  return (stored) => {
    if (stored === undefined) return takesNull;
    const key = sortKey(field, stored);
    return (
      keys.has(key) || spans.some(({ from, until }) => Number(key) >= from.getTime() && Number(key) < until.getTime())
    );
  };
}

interface Order {
  readonly value: (stored: Key, operand: Key) => boolean;
  /** Of a stretch of time, this edge counts … */
  readonly edge: 'from' | 'until';
  /** … and whether the instant of the edge itself is included. */
  readonly touches: boolean;
  readonly before: boolean;
}

function ordered(field: FieldDefinition, [operand]: readonly Operand[], order: Order): Test | null {
  if (operand === undefined || operand.kind === 'null' || familyOf(field) === 'boolean') return null;
  if (operand.kind === 'value') {
    const wanted = sortKey(field, operand.value);
    return (stored) => stored !== undefined && order.value(sortKey(field, stored), wanted);
  }
  const edge = operand.span[order.edge].getTime();
  return (stored) => {
    if (stored === undefined) return false;
    const key = Number(sortKey(field, stored));
    return order.before ? key < edge : key >= edge;
  };
}

/** `%` is any text, `_` one character; a backslash before them takes that meaning away. */
function like(field: FieldDefinition, [operand]: readonly Operand[]): Test | null {
  if (operand?.kind !== 'value' || familyOf(field) !== 'text') return null;
  const pattern = String(operand.value).replace(/\\(.)|[%_]|[^\w\s]/gsu, (part, escaped?: string) => {
    if (part === '%') return '.*';
    if (part === '_') return '.';
    return (escaped ?? part).replace(/[^\w\s]/u, (sign) => `\\u{${sign.codePointAt(0)?.toString(16) ?? ''}}`);
  });
  const expression = new RegExp(`^${pattern}$`, field.caseSensitive ? 'su' : 'isu');
  return (stored) => stored !== undefined && expression.test(String(stored));
}

/** `INCLUDES('a;b', 'c')`: a and b are both chosen, or c is. */
function includes(field: FieldDefinition, operands: readonly Operand[]): Test | null {
  if (field.type !== 'multipicklist') return null;
  const wanted = operands.flatMap((one) => (one.kind === 'value' ? [String(one.value).split(';')] : []));
  return (stored) => {
    const chosen = new Set(String(stored ?? '').split(';'));
    return wanted.some((all) => all.every((one) => chosen.has(one)));
  };
}
