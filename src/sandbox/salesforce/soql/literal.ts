import type { LiteralType } from '@jetstreamapp/soql-parser-js';
import { asSalesforceTime, isDay } from '../records/incoming-value.js';
import { fullId, isRecordId } from '../record-id.js';
import { badRequest, type RestError } from '../rest/rest-error.js';
import type { FieldDefinition, FieldType, StoredValue } from '../schema/field-definition.js';
import { dayOf, spanOf, type Span } from './date-literal.js';
import { placeOf, soqlError } from './parse-soql.js';

/** What a stored value is compared with: nothing, one value, or a stretch of time. */
export type Operand = { readonly kind: 'null' } | { readonly kind: 'value'; readonly value: StoredValue } | SpanOperand;
interface SpanOperand {
  readonly kind: 'span';
  readonly span: Span;
}

export interface Literal {
  readonly type: LiteralType;
  /** As it stands in the query, quotes included. */
  readonly raw: string;
}

type Family = 'text' | 'id' | 'boolean' | 'number' | 'date' | 'datetime';

const families: Readonly<Record<FieldType, Family>> = {
  id: 'id',
  reference: 'id',
  string: 'text',
  textarea: 'text',
  email: 'text',
  phone: 'text',
  url: 'text',
  picklist: 'text',
  combobox: 'text',
  multipicklist: 'text',
  time: 'text',
  boolean: 'boolean',
  int: 'number',
  double: 'number',
  currency: 'number',
  percent: 'number',
  date: 'date',
  datetime: 'datetime',
};
export const familyOf = ({ type }: FieldDefinition): Family => families[type];

const wireNames: Readonly<Record<Family, string>> = {
  text: 'string',
  id: 'ID',
  boolean: 'boolean',
  number: 'double',
  date: 'date',
  datetime: 'dateTime',
};

const value = (of: StoredValue): Operand => ({ kind: 'value', value: of });
const span = (of: Span | null): Operand | null => (of === null ? null : { kind: 'span', span: of });

type Reader = (literal: Literal, now: Date) => Operand | null;
const text: Reader = ({ type, raw }) => (type === 'STRING' ? value(unquoted(raw)) : null);
const period = ({ type, raw }: Literal, now: Date): Operand | null =>
  type === 'DATE_LITERAL' || type === 'DATE_N_LITERAL' ? span(spanOf(raw, now)) : null;

/** How a literal of a query is read for each kind of field; null: it does not fit. */
const readers: Readonly<Record<Family, Reader>> = {
  text,
  id: (literal, now) => {
    const operand = text(literal, now);
    return operand?.kind === 'value' ? value(fullId(String(operand.value))) : null;
  },
  boolean: ({ type, raw }) => (type === 'BOOLEAN' ? value(raw.toLowerCase() === 'true') : null),
  number: ({ type, raw }) => (type === 'INTEGER' || type === 'DECIMAL' ? value(Number(raw)) : null),
  date: (literal, now) =>
    literal.type === 'DATE' && isDay(literal.raw) ? span(dayOf(literal.raw)) : period(literal, now),
  datetime: (literal, now) => {
    const time = literal.type === 'DATETIME' ? asSalesforceTime(literal.raw) : undefined;
    return time === undefined ? period(literal, now) : value(time);
  },
};

/**
 * A literal as what the field is compared with.
 * @throws RestError INVALID_FIELD when it is of the wrong type, INVALID_QUERY_FILTER_OPERATOR when it cannot be an id
 */
export function operandOf(soql: string, field: FieldDefinition, literal: Literal, now: Date): Operand {
  if (literal.type === 'NULL') return { kind: 'null' };
  const family = familyOf(field);
  const operand = readers[family](literal, now);
  if (operand === null) throw wrongType(soql, field, literal);
  return operand;
}

/** Equality with something that cannot be an id is refused, not just never true. */
export function checkId(field: FieldDefinition, operand: Operand): void {
  if (operand.kind !== 'value' || familyOf(field) !== 'id' || isRecordId(String(operand.value))) return;
  throw badRequest('INVALID_QUERY_FILTER_OPERATOR', `invalid ID field: ${String(operand.value)}`);
}

function wrongType(soql: string, field: FieldDefinition, { type }: Literal): RestError {
  const quotes = type === 'STRING' ? 'should not be enclosed in quotes' : 'should be enclosed in quotes';
  const words = `value of filter criterion for field '${field.name}' must be of type ${wireNames[familyOf(field)]}`;
  return soqlError(soql, placeOf(soql, field.name), 'INVALID_FIELD', `${words} and ${quotes}`);
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** The text a quoted literal means. */
export const unquoted = (raw: string): string =>
  raw.slice(1, -1).replace(/\\(.)/gsu, (_whole, character: string) => escapes[character.toLowerCase()] ?? character);
