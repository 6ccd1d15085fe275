import { z } from 'zod';

const optionSchema = z.object({
  label: z.string(),
  value: z.string(),
  hidden: z.boolean().default(false),
  displayOrder: z.int().default(-1),
  description: z.string().optional(),
});

/** @see https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide */
export const propertySchema = z.object({
  name: z.string(),
  label: z.string(),
  type: z.enum(['bool', 'date', 'datetime', 'enumeration', 'number', 'phone_number', 'string']),
  fieldType: z.string(),
  groupName: z.string(),
  description: z.string().default(''),
  options: z.array(optionSchema).default([]),
  displayOrder: z.int().default(-1),
  hasUniqueValue: z.boolean().default(false),
  hidden: z.boolean().default(false),
  formField: z.boolean().default(true),
  calculated: z.boolean().default(false),
  externalOptions: z.boolean().default(false),
  hubspotDefined: z.boolean().default(false),
  archived: z.boolean().default(false),
  dataSensitivity: z.enum(['non_sensitive', 'sensitive', 'highly_sensitive']).default('non_sensitive'),
  modificationMetadata: z
    .object({ archivable: z.boolean(), readOnlyDefinition: z.boolean(), readOnlyValue: z.boolean() })
    .default({ archivable: true, readOnlyDefinition: false, readOnlyValue: false }),
});
export type Property = z.infer<typeof propertySchema>;

export const groupSchema = z.object({
  name: z.string(),
  label: z.string(),
  displayOrder: z.int().default(-1),
  archived: z.boolean().default(false),
});
export type PropertyGroup = z.infer<typeof groupSchema>;
