import { z } from 'zod';
import { propertySchema } from '../properties/property.js';

/** @see https://developers.hubspot.com/docs/api-reference/events-manage-event-definitions-v3/guide */
export const eventDefinitionSchema = z.object({
  id: z.string(),
  name: z.string(),
  label: z.string(),
  fullyQualifiedName: z.string(),
  objectTypeId: z.string(),
  primaryObject: z.string().default('CONTACT'),
  description: z.string().default(''),
  createdAt: z.iso.datetime(),
  archived: z.boolean().default(false),
  properties: z.array(propertySchema).default([]),
});
export type EventDefinition = z.infer<typeof eventDefinitionSchema>;

/** One custom event that HubSpot has taken. */
export const eventSchema = z.object({
  id: z.string(),
  eventType: z.string(),
  objectType: z.string().default('CONTACT'),
  objectId: z.string(),
  occurredAt: z.iso.datetime(),
  properties: z.record(z.string(), z.string()).default({}),
  uuid: z.string().nullable().default(null),
});
export type CustomEvent = z.infer<typeof eventSchema>;
