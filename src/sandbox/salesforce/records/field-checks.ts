import type { RestErrorEntry } from '../rest/rest-error.js';
import type { FieldDefinition, StoredValue } from '../schema/field-definition.js';

type Check = (field: FieldDefinition, value: StoredValue) => RestErrorEntry | null;

const textTypes = new Set(['string', 'textarea', 'email', 'phone', 'url', 'picklist', 'combobox', 'multipicklist']);
const picklistTypes = new Set(['picklist', 'multipicklist']);
const numberTypes = new Set(['double', 'currency', 'percent', 'int']);

/** What Salesforce objects to in one value, in the order in which it looks; the words are its own. */
const checks: readonly Check[] = [
  (field, value) =>
    textTypes.has(field.type) && field.length > 0 && String(value).length > field.length
      ? objection(
          'STRING_TOO_LONG',
          field,
          `${field.label}: data value too large: ${String(value)} (max length=${field.length})`,
        )
      : null,
  (field, value) =>
    field.type === 'email' && !/^[^\s@<>()]+@[^\s@]+\.[^\s@.]{2,}$/.test(String(value))
      ? objection('INVALID_EMAIL_ADDRESS', field, `${field.label}: invalid email address: ${String(value)}`)
      : null,
  (field, value) => {
    if (!field.restricted || !picklistTypes.has(field.type)) return null;
    const chosen = field.type === 'multipicklist' ? String(value).split(';') : [String(value)];
    const unknown = chosen.find((one) => !field.values.includes(one));
    if (unknown === undefined) return null;
    const message = `${field.label}: bad value for restricted picklist field: ${unknown}`;
    return objection('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', field, message);
  },
  (field, value) =>
    numberTypes.has(field.type) &&
    field.precision > 0 &&
    Math.abs(Number(value)) >= 10 ** (field.precision - field.scale)
      ? objection(
          'NUMBER_OUTSIDE_VALID_RANGE',
          field,
          `${field.label}: value outside of valid range on numeric field: ${String(value)}`,
        )
      : null,
];

/** The first thing Salesforce would object to, or null. */
export function objectionTo(field: FieldDefinition, value: StoredValue): RestErrorEntry | null {
  for (const check of checks) {
    const found = check(field, value);
    if (found !== null) return found;
  }
  return null;
}

const objection = (errorCode: string, { name }: FieldDefinition, message: string): RestErrorEntry => ({
  errorCode,
  message,
  fields: [name],
});
