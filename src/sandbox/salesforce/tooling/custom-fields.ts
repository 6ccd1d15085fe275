import { createHash } from 'node:crypto';
import type { Org } from '../org.js';
import { recordId } from '../record-id.js';
import { isCustom, type FieldDefinition } from '../schema/field-definition.js';

/** A custom field with the object it belongs to, as the Tooling API names it. */
export interface CustomField {
  readonly id: string;
  readonly object: string;
  readonly field: FieldDefinition;
}

/** Custom fields of tasks and events are declared once, on Activity. */
const declaredOn: Readonly<Record<string, string>> = { Task: 'Activity', Event: 'Activity' };
export const objectsOf = (declared: string): readonly string[] =>
  declared === 'Activity' ? ['Task', 'Event'] : [declared];

export function customFields({ schema }: Org): readonly CustomField[] {
  const all = schema.all.flatMap(({ name, fields }) => {
    const object = declaredOn[name] ?? name;
    return fields.filter(isCustom).map((field) => ({ id: idOf(`${object}.${field.name}`), object, field }));
  });
  return [...new Map(all.map((one) => [one.id, one])).values()];
}

/** The same name has the same id for ever. */
function idOf(fullName: string): string {
  const serial = createHash('sha256').update(fullName).digest().readUIntBE(0, 5) % 62 ** 6;
  return recordId('00N', serial);
}

/** Adds a field to every object it is declared on. @returns its id */
export function addField(org: Org, declared: string, field: FieldDefinition): string {
  for (const name of objectsOf(declared)) org.setFields(name, [...org.schema.any(name).fields, field]);
  return idOf(`${declared}.${field.name}`);
}

export function changeField(org: Org, { object, field }: CustomField, changed: FieldDefinition | null): void {
  for (const name of objectsOf(object)) {
    const fields = org.schema.any(name).fields;
    const next = fields.flatMap((one) => (one.name === field.name ? (changed ?? []) : one));
    org.setFields(name, next);
  }
}
