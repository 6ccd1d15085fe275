import { z } from 'zod';

/** What differs from account to account, what nobody outside HubSpot knows for certain, and trouble that lasts until it is taken away. */
export const behaviourSchema = z.strictObject({
  partialUpserts: z
    .boolean()
    .default(false)
    .describe('Answer 207 to an upsert with trace ids and bad records, instead of refusing the whole batch'),
  partialCreates: z.boolean().default(true).describe('The same for a batch create'),
  upsertBySecondaryEmail: z
    .enum(['update', 'conflict'])
    .default('update')
    .describe('What an upsert by somebody’s additional address does'),
  updateByEmail: z.boolean().default(true).describe('Let batch/update take `idProperty: email`'),
  retryAfterOn429: z.boolean().default(false).describe('Send Retry-After with the burst limit'),
  oldSearchLimit: z.boolean().default(false).describe('The search limit answers in its older words, with a policyName'),
  mostAssociationReads: z.int().min(1).default(1_000).describe('Inputs in one batch read of associations'),
  mostMemberships: z.int().min(1).default(100_000).describe('Record ids in one change of a list'),
  searchLagMs: z.int().min(0).default(1_000).describe('How long a change takes to be found by a search'),
  lockedRecords: z.array(z.string()).default([]).describe('Ids of records that answer 423 to every write'),
  movesUntil: z.iso
    .datetime()
    .nullable()
    .default(null)
    .describe('The account moves: every call answers 477 until then'),
  mergeMintsNewId: z.boolean().default(false).describe('A merge gives the survivor a new id'),
  newContactsAreMarketing: z.boolean().default(true).describe('Contacts made by the API may get marketing e-mail'),
  eventsCreateContacts: z.boolean().default(true).describe('A custom event for an unknown e-mail makes a contact'),
  dataPrivacy: z.boolean().default(false).describe('A change of subscription needs a legal basis'),
  emailDelayMs: z.int().min(0).default(0).describe('How long a single send stays PENDING'),
  emailOutcomes: z
    .record(z.string(), z.string())
    .default({})
    .describe('By address: the sendResult it gets instead of SENT, for example PREVIOUSLY_BOUNCED'),
  accessTokenSeconds: z.int().min(1).default(1_800).describe('How long an OAuth access token is good'),
  webhookSignature: z.enum(['v1', 'v2']).default('v1').describe('What X-HubSpot-Signature holds beside the v3 one'),
  privateAppsSignV3: z.boolean().default(true).describe('Webhooks of private apps carry the v3 signature, too'),
  webhookDates: z
    .enum(['milliseconds', 'iso'])
    .default('milliseconds')
    .describe('How webhooks write the values of dates and times'),
  webhookEchoes: z.boolean().default(true).describe('An app hears of its own changes'),
  webhookClock: z
    .enum(['real', 'sandbox'])
    .default('real')
    .describe('Whose time the signatures carry: who checks them usually has the real one'),
  webhookTimeoutMs: z.int().min(1).default(5_000),
  webhookRetriesAfterSeconds: z
    .array(z.int().min(1))
    .max(10)
    .default([60, 300, 900, 1_800, 3_600, 7_200, 10_800, 14_400, 18_000, 21_600])
    .describe('Pauses before each repetition; when they are used up the event is given up'),
});
export type Behaviour = z.infer<typeof behaviourSchema>;
