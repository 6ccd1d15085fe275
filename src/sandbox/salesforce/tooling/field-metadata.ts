import { z } from 'zod';
import type { RestErrorEntry } from '../rest/rest-error.js';
import { fieldDefinition, type FieldDefinition, type FieldInput } from '../schema/field-definition.js';

const values = z.object({
  restricted: z.boolean().default(false),
  valueSetDefinition: z.object({
    sorted: z.boolean().optional(),
    value: z.array(z.object({ fullName: z.string(), label: z.string().optional(), default: z.boolean().optional() })),
  }),
});

/** A custom field as the Metadata and Tooling APIs describe it. */
export const fieldMetadata = z.looseObject({
  label: z.string().optional(),
  type: z.string(),
  length: z.coerce.number().optional(),
  precision: z.coerce.number().optional(),
  scale: z.coerce.number().optional(),
  visibleLines: z.coerce.number().optional(),
  externalId: z.boolean().default(false),
  unique: z.boolean().default(false),
  caseSensitive: z.boolean().default(false),
  required: z.boolean().default(false),
  defaultValue: z.union([z.string(), z.number(), z.boolean()]).nullish(),
  valueSet: values.optional(),
  referenceTo: z.string().optional(),
  relationshipName: z.string().optional(),
});
export type FieldMetadata = z.infer<typeof fieldMetadata>;

type Read = (metadata: FieldMetadata) => Partial<FieldInput> | string;

const choices = ({ valueSet }: FieldMetadata): string[] | null =>
  valueSet === undefined ? null : valueSet.valueSetDefinition.value.map(({ fullName }) => fullName);
const number =
  (type: 'double' | 'currency' | 'percent'): Read =>
  ({ precision, scale }) => {
    if (precision === undefined || scale === undefined) return "Must specify 'precision' and 'scale'";
    return precision > 18 || scale > precision ? 'Precision and scale are out of range' : { type, precision, scale };
  };

/** What each kind of custom field becomes; a text says what is missing. */
const kinds: Readonly<Record<string, Read>> = {
  Text: ({ length }) => {
    if (length === undefined) return "Must specify 'length' for a CustomField of type Text";
    return length < 1 || length > 255 ? 'Text fields hold at most 255 characters' : { type: 'string', length };
  },
  TextArea: () => ({ type: 'textarea', length: 255 }),
  LongTextArea: ({ length, visibleLines }) =>
    length === undefined || visibleLines === undefined
      ? "Must specify 'length' and 'visibleLines' for a CustomField of type LongTextArea"
      : { type: 'textarea', length },
  Email: () => ({ type: 'email', length: 80 }),
  Phone: () => ({ type: 'phone', length: 40 }),
  Url: () => ({ type: 'url', length: 255 }),
  Number: number('double'),
  Currency: number('currency'),
  Percent: number('percent'),
  Date: () => ({ type: 'date' }),
  DateTime: () => ({ type: 'datetime' }),
  Time: () => ({ type: 'time' }),
  Checkbox: ({ defaultValue }) =>
    defaultValue == null
      ? "Must specify 'defaultValue' for a CustomField of type Checkbox"
      : { type: 'boolean', defaultValue: String(defaultValue) === 'true' },
  Picklist: (metadata) => {
    const given = choices(metadata);
    if (given === null) return "Must specify 'valueSet' for a CustomField of type Picklist";
    return { type: 'picklist', length: 255, values: given, restricted: metadata.valueSet?.restricted ?? false };
  },
  MultiselectPicklist: (metadata) => {
    const given = choices(metadata);
    if (given === null || metadata.visibleLines === undefined)
      return "Must specify 'valueSet' and 'visibleLines' for a CustomField of type MultiselectPicklist";
    return { type: 'multipicklist', length: 4_099, values: given, restricted: metadata.valueSet?.restricted ?? false };
  },
  Lookup: ({ referenceTo, relationshipName }) =>
    referenceTo === undefined
      ? "Must specify 'referenceTo' for a CustomField of type Lookup"
      : { type: 'reference', length: 18, referenceTo: [referenceTo], childName: relationshipName ?? null },
};
const mayBeExternalId = new Set(['Text', 'Number', 'Email']);

/** The field that an admin's words describe; hidden from everybody until permissions are given. */
export function toField(
  name: string,
  metadata: FieldMetadata,
): { readonly field: FieldDefinition } | { readonly objection: RestErrorEntry } {
  const read = kinds[metadata.type];
  if (read === undefined) return integrity(`The field type ${metadata.type} is not one the sandbox makes`);
  if (metadata.label === undefined || metadata.label === '')
    return {
      objection: {
        errorCode: 'REQUIRED_FIELD_MISSING',
        message: 'Required fields are missing: [Label]',
        fields: ['Label'],
      },
    };
  if (metadata.externalId && !mayBeExternalId.has(metadata.type))
    return integrity(`A field of type ${metadata.type} cannot be an external ID`);
  const kind = read(metadata);
  if (typeof kind === 'string') return integrity(kind);
  const { label, externalId, unique, caseSensitive, required } = metadata;
  const relation = kind.type === 'reference' ? { relationshipName: name.replace(/__c$/, '__r') } : {};
  const access = required ? 'edit' : 'none';
  const input = {
    name,
    label,
    type: 'string',
    externalId,
    unique,
    caseSensitive,
    required,
    access,
    ...kind,
    ...relation,
  };
  return { field: fieldDefinition.parse(input) };
}

const integrity = (message: string) => ({ objection: { errorCode: 'FIELD_INTEGRITY_EXCEPTION', message, fields: [] } });
