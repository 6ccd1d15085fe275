import { z } from 'zod';

export const subscriptionTypeSchema = z.object({
  id: z.string().regex(/^\d+$/),
  name: z.string(),
  description: z.string().default(''),
  purpose: z.string().default('Marketing'),
  communicationMethod: z.string().default('Email'),
  isActive: z.boolean().default(true),
  isDefault: z.boolean().default(false),
  isInternal: z.boolean().default(false),
  createdAt: z.iso.datetime().default('2026-01-05T08:00:00.000Z'),
  updatedAt: z.iso.datetime().default('2026-01-05T08:00:00.000Z'),
});
export type SubscriptionType = z.infer<typeof subscriptionTypeSchema>;

export const legalBases = [
  'LEGITIMATE_INTEREST_PQL',
  'LEGITIMATE_INTEREST_CLIENT',
  'LEGITIMATE_INTEREST_OTHER',
  'PERFORMANCE_OF_CONTRACT',
  'CONSENT_WITH_NOTICE',
  'NON_GDPR',
  'PROCESS_AND_STORE',
] as const;

/** What one address has said about one subscription type; nothing kept: NOT_SPECIFIED. */
export const statusSchema = z.object({
  email: z.string(),
  subscriptionId: z.string(),
  status: z.enum(['SUBSCRIBED', 'UNSUBSCRIBED']),
  source: z.string().default('User interface'),
  timestamp: z.iso.datetime(),
  legalBasis: z.enum(legalBases).optional(),
  legalBasisExplanation: z.string().optional(),
});
export type SubscriptionStatus = z.infer<typeof statusSchema>;

/** Somebody who wants no e-mail at all. */
export const optOutSchema = z.object({ email: z.string(), timestamp: z.iso.datetime() });
