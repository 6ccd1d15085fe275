import { z } from 'zod';
import type { AttributeType } from '../../profiles/attribute.js';
import type { RemoteField } from '../destination.js';

/** How a property's value is written. `option` is one of a list, `options` several of it. */
export type PropertyKind = 'text' | 'number' | 'boolean' | 'date' | 'datetime' | 'option' | 'options';

const optionSchema = z.object({
  label: z.string(),
  value: z.string(),
  hidden: z.boolean().default(false),
  displayOrder: z.number().optional(),
  description: z.string().optional(),
});
export type Option = z.infer<typeof optionSchema>;

/** A property as HubSpot defines it now. @see https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide */
export const propertySchema = z
  .object({
    name: z.string(),
    label: z.string(),
    type: z.string(),
    fieldType: z.string(),
    options: z.array(optionSchema).default([]),
    hasUniqueValue: z.boolean().default(false),
    calculated: z.boolean().default(false),
    externalOptions: z.boolean().default(false),
    hubspotDefined: z.boolean().default(false),
    modificationMetadata: z
      .object({ readOnlyValue: z.boolean().default(false), readOnlyOptions: z.boolean().default(false) })
      .default({ readOnlyValue: false, readOnlyOptions: false }),
  })
  .transform(({ calculated, externalOptions, hubspotDefined, modificationMetadata, hasUniqueValue, ...property }) => ({
    ...property,
    kind: kindOf(property),
    writable: !calculated && !modificationMetadata.readOnlyValue,
    unique: hasUniqueValue || property.name === 'email',
    optionsWritable: !externalOptions && !hubspotDefined && !modificationMetadata.readOnlyOptions,
    /** Kept elsewhere, for example owners: the list here is empty and any value may be right. */
    externalOptions,
  }));
export type Property = z.infer<typeof propertySchema>;
export type Properties = ReadonlyMap<string, Property>;

const kinds: Readonly<Record<string, PropertyKind>> = {
  string: 'text',
  phone_number: 'text',
  number: 'number',
  bool: 'boolean',
  date: 'date',
  datetime: 'datetime',
};
const enumerationKinds: Readonly<Record<string, PropertyKind>> = { checkbox: 'options', booleancheckbox: 'boolean' };

/** Types that HubSpot adds later are written as text. */
function kindOf({ type, fieldType }: { readonly type: string; readonly fieldType: string }): PropertyKind {
  return type === 'enumeration' ? (enumerationKinds[fieldType] ?? 'option') : (kinds[type] ?? 'text');
}

const attributeTypes = {
  text: 'string',
  number: 'number',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
  option: 'string',
  options: 'list',
} as const satisfies Record<PropertyKind, AttributeType>;

export function toRemoteField({
  name,
  label,
  type,
  fieldType,
  kind,
  writable,
  unique,
  options,
}: Property): RemoteField {
  return {
    name,
    label,
    type: attributeTypes[kind],
    nativeType: `${type}/${fieldType}`,
    writable,
    required: false,
    unique,
    options: options.length === 0 ? null : options.map((option) => ({ value: option.value, label: option.label })),
  };
}

/** The option a person means: by value, by label, then either in any case. */
export function findOption(options: readonly Option[], meant: string): Option | undefined {
  const wanted = meant.trim();
  const same = (text: string): boolean => text.toLowerCase() === wanted.toLowerCase();
  return (
    options.find(({ value }) => value === wanted) ??
    options.find(({ label }) => label === wanted) ??
    options.find(({ value }) => same(value)) ??
    options.find(({ label }) => same(label))
  );
}
