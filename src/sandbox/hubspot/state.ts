import { z } from 'zod';
import { freshProperties, propertyGroups, sandboxAccessToken, sandboxScopes } from './fresh-account.js';

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
  modificationMetadata: z
    .object({ archivable: z.boolean(), readOnlyDefinition: z.boolean(), readOnlyValue: z.boolean() })
    .default({ archivable: true, readOnlyDefinition: false, readOnlyValue: false }),
});
export type Property = z.infer<typeof propertySchema>;

const contactSchema = z.object({
  id: z.string().regex(/^\d+$/),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  archived: z.boolean().default(false),
  properties: z.record(z.string(), z.string()).describe('Stored values; an empty property is missing'),
});
export type Contact = z.infer<typeof contactSchema>;

const behaviourSchema = z.strictObject({
  partialUpserts: z
    .boolean()
    .default(false)
    .describe('Answer 207 to a batch with trace ids and bad records, instead of refusing the whole batch'),
  retryAfterOn429: z.boolean().default(false).describe('Send Retry-After with the burst limit'),
});
export type Behaviour = z.infer<typeof behaviourSchema>;

const appSchema = z.object({ token: z.string(), appId: z.int(), scopes: z.array(z.string()) });
export type App = z.infer<typeof appSchema>;

/** Everything the account holds. What is left out is as in a fresh account, so `{}` is a fresh account. */
export const stateSchema = z.strictObject({
  portalId: z.int().default(4_242_001),
  timeZone: z.string().default('Europe/Berlin'),
  apps: z.array(appSchema).default([{ token: sandboxAccessToken, appId: 770_001, scopes: [...sandboxScopes] }]),
  groups: z.array(z.object({ name: z.string(), label: z.string() })).default([...propertyGroups]),
  properties: z.array(propertySchema).prefault([...freshProperties]),
  contacts: z.array(contactSchema).default([]),
  nextContactId: z.int().default(210_000_000_001),
  behaviour: behaviourSchema.prefault({}),
});
export type State = z.infer<typeof stateSchema>;
