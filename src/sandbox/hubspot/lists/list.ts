import { z } from 'zod';

const membershipSchema = z.object({ firstAddedAt: z.iso.datetime(), lastAddedAt: z.iso.datetime() });

/** @see https://developers.hubspot.com/docs/api-reference/crm-lists-v3/guide */
export const listSchema = z.object({
  listId: z.string().regex(/^\d+$/),
  name: z.string(),
  objectTypeId: z.string().default('0-1'),
  processingType: z.enum(['MANUAL', 'SNAPSHOT', 'DYNAMIC']).default('MANUAL'),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  createdById: z.string().default('5501'),
  listVersion: z.int().default(1),
  deletedAt: z.iso.datetime().nullable().default(null),
  filterBranch: z.unknown().optional().describe('What decides the membership of a DYNAMIC list'),
  members: z.record(z.string(), membershipSchema).default({}).describe('By record id'),
});
export type CrmList = z.infer<typeof listSchema>;
