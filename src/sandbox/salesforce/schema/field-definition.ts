import { z } from 'zod';

export const fieldTypes = [
  'id',
  'string',
  'textarea',
  'email',
  'phone',
  'url',
  'picklist',
  'combobox',
  'multipicklist',
  'boolean',
  'int',
  'double',
  'currency',
  'percent',
  'date',
  'datetime',
  'time',
  'reference',
] as const;
export type FieldType = (typeof fieldTypes)[number];

/** What a field can hold, as REST sends it. */
export const storedValue = z.union([z.string(), z.number(), z.boolean()]);
export type StoredValue = z.infer<typeof storedValue>;

/** Parts of an org that an admin switches on for good. */
export const featureNames = ['personAccounts', 'dataProtection', 'topics'] as const;
export type Feature = (typeof featureNames)[number];

/** What one user may do with a field: `none` hides it altogether. */
export const fieldAccess = z.enum(['edit', 'read', 'none']);
export type FieldAccess = z.infer<typeof fieldAccess>;

/** What Salesforce or an admin decided about one field, and what the integration user may do with it. */
export const fieldDefinition = z.strictObject({
  name: z.string().min(1),
  label: z.string().min(1),
  type: z.enum(fieldTypes),
  length: z.int().min(0).default(0),
  precision: z.int().min(0).default(0),
  scale: z.int().min(0).default(0),
  required: z.boolean().default(false),
  externalId: z.boolean().default(false),
  unique: z.boolean().default(false),
  caseSensitive: z.boolean().default(false),
  restricted: z.boolean().default(false),
  values: z.array(z.string()).default([]),
  /** What a new record holds when its maker says nothing. */
  defaultValue: storedValue.nullable().default(null),
  /** Objects that a reference may point to. */
  referenceTo: z.array(z.string()).default([]),
  /** How SOQL calls the record a reference points to: `Account`. */
  relationshipName: z.string().nullable().default(null),
  /** How SOQL, at the record that is pointed to, calls those that point: `Contacts`. */
  childName: z.string().nullable().default(null),
  /** Field-level security of the integration user; permission sets can only add to it. */
  access: fieldAccess.default('edit'),
  /** Kept by Salesforce itself; nobody writes it. */
  system: z.boolean().default(false),
  /** Given when a record is made, never changed. */
  createOnly: z.boolean().default(false),
  /** There only while the org has this feature. */
  feature: z.enum(featureNames).nullable().default(null),
});
export type FieldDefinition = z.infer<typeof fieldDefinition>;
export type FieldInput = z.input<typeof fieldDefinition>;

export const isCustom = ({ name }: { readonly name: string }): boolean => /__[a-z]+$/.test(name);

/** Fields by which records are looked up, so that a large org stays quick. */
export const isIndexed = ({ externalId, unique, type }: FieldDefinition): boolean =>
  externalId || unique || type === 'email' || type === 'phone' || type === 'reference';
