import { z } from 'zod';

export const fieldTypes = [
  'id',
  'string',
  'textarea',
  'email',
  'phone',
  'url',
  'picklist',
  'multipicklist',
  'boolean',
  'int',
  'double',
  'currency',
  'percent',
  'date',
  'datetime',
  'reference',
] as const;
export type FieldType = (typeof fieldTypes)[number];

/** What an admin decided about one field of Contact, and what the integration user may do with it. */
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
  /** Field-level security of the integration user: `none` hides the field altogether. */
  access: z.enum(['edit', 'read', 'none']).default('edit'),
  /** Kept by Salesforce itself; nobody writes it. */
  system: z.boolean().default(false),
});
export type FieldDefinition = z.infer<typeof fieldDefinition>;

export const isVisible = (field: FieldDefinition): boolean => field.access !== 'none';
export const isWritable = (field: FieldDefinition): boolean => field.access === 'edit' && !field.system;
/** Fields by which records are looked up, so that a large org stays quick. */
export const isIndexed = (field: FieldDefinition): boolean =>
  field.externalId || field.unique || field.type === 'email';
