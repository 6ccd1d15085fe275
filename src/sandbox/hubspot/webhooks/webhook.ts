import { z } from 'zod';

export const subscriptionSchema = z.object({
  id: z.int(),
  eventType: z.string().describe('`contact.propertyChange`, or `object.*` together with `objectTypeId`'),
  objectTypeId: z.string().optional(),
  propertyName: z.string().optional(),
  active: z.boolean().default(false),
  createdAt: z.iso.datetime().default('2026-01-05T08:00:00.000Z'),
  updatedAt: z.iso.datetime().default('2026-01-05T08:00:00.000Z'),
});
export type Subscription = z.infer<typeof subscriptionSchema>;

/** Where one app wants to be told, and what. */
export const hookSchema = z.object({
  appId: z.int(),
  targetUrl: z.string(),
  maxConcurrentRequests: z.int().default(10),
  createdAt: z.iso.datetime().default('2026-01-05T08:00:00.000Z'),
  updatedAt: z.iso.datetime().default('2026-01-05T08:00:00.000Z'),
  subscriptions: z.array(subscriptionSchema).default([]),
});
export type Hook = z.infer<typeof hookSchema>;

/** One event as it goes over the wire, without what changes from attempt to attempt. */
export const pendingEventSchema = z.object({
  appId: z.int(),
  dueAt: z.iso.datetime(),
  attempt: z.int().default(0).describe('0: not tried yet'),
  event: z.record(z.string(), z.unknown()),
});
export type PendingEvent = z.infer<typeof pendingEventSchema>;

/** One request that was made, as the app's log in HubSpot shows it. */
export const sentRequestSchema = z.object({
  at: z.iso.datetime(),
  appId: z.int(),
  url: z.string(),
  attempt: z.int(),
  events: z.int(),
  subscriptionTypes: z.array(z.string()),
  outcome: z.string().describe('The status of the answer, or why there was none'),
});
export type SentRequest = z.infer<typeof sentRequestSchema>;
