import type { TypedValue } from '../../../profiles/attribute.js';
import type { FieldValue, FieldValues } from '../../destination.js';
import type { Properties, PropertyKind } from '../property.js';

/** A value as HubSpot writes it, as one of ours; null when it is not what its property says. */
const readers = {
  text: (text) => ({ type: 'string', value: text }),
  number: (text) => (Number.isFinite(Number(text)) ? { type: 'number', value: Number(text) } : null),
  boolean: (text) => ({ type: 'boolean', value: text.toLowerCase() === 'true' }),
  date: (text) => {
    const at = asDate(text);
    return at === null ? null : { type: 'date', value: at.toISOString().slice(0, 10) };
  },
  datetime: (text) => {
    const at = asDate(text);
    return at === null ? null : { type: 'datetime', value: at.toISOString() };
  },
  option: (text) => ({ type: 'string', value: text }),
  options: (text) => ({ type: 'list', value: text.split(';').filter((option) => option !== '') }),
} as const satisfies Record<PropertyKind, (text: string) => TypedValue | null>;

/** Unix milliseconds or ISO 8601: webhooks send the one, reads the other. */
export function asDate(text: string | null | undefined): Date | null {
  if (text === null || text === undefined || text === '') return null;
  const at = new Date(/^-?\d+$/.test(text) ? Number(text) : text);
  return Number.isNaN(at.getTime()) ? null : at;
}

export function asFieldValue(kind: PropertyKind, text: string | null): FieldValue {
  return text === null || text === '' ? null : readers[kind](text);
}

/** Those of the wanted properties that HubSpot has and told; null for what is empty there. */
export function asFields(
  told: Readonly<Record<string, string | null>>,
  wanted: readonly string[],
  properties: Properties,
): FieldValues {
  return Object.fromEntries(
    wanted.flatMap((name) => {
      const property = properties.get(name);
      const text = told[name];
      return property === undefined || text === undefined ? [] : [[name, asFieldValue(property.kind, text)]];
    }),
  );
}
