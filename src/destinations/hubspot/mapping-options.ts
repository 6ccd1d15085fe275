import { z } from 'zod';
import { DeliveryError } from '../delivery-error.js';
import type { Json } from '../destination.js';

/** What a mapping to HubSpot may choose beyond its fields. */
export const mappingOptionsSchema = z.strictObject({
  lifecycleStage: z
    .enum(['onlyForward', 'force'])
    .default('onlyForward')
    .describe(
      'HubSpot keeps a later lifecycle stage when an earlier one is written. onlyForward: leave it so and report it; force: clear the stage, then write the earlier one',
    ),
  emailConsent: z
    .strictObject({
      withdrawn: z
        .enum(['unsubscribeFromAll', 'unsubscribe', 'nothing'])
        .default('unsubscribeFromAll')
        .describe(
          'When a person withdraws the consent to e-mail. unsubscribeFromAll: opt the address out of all e-mail in HubSpot; unsubscribe: out of the subscriptions below; nothing: HubSpot is not told',
        ),
      granted: z
        .enum(['nothing', 'subscribe'])
        .default('nothing')
        .describe(
          'When a person consents to e-mail. subscribe: subscribe the address to the subscriptions below, unless it opted out in HubSpot after that consent',
        ),
      subscriptions: z
        .array(z.string().trim().min(1))
        .default([])
        .describe('Names or ids of subscription types of your account'),
      legalBasis: z
        .enum([
          'LEGITIMATE_INTEREST_PQL',
          'LEGITIMATE_INTEREST_CLIENT',
          'LEGITIMATE_INTEREST_OTHER',
          'PERFORMANCE_OF_CONTRACT',
          'CONSENT_WITH_NOTICE',
          'NON_GDPR',
          'PROCESS_AND_STORE',
        ])
        .default('CONSENT_WITH_NOTICE')
        .describe('The legal basis HubSpot notes down with a subscription'),
    })
    .refine(
      ({ withdrawn, granted, subscriptions }) =>
        subscriptions.length > 0 || (withdrawn !== 'unsubscribe' && granted !== 'subscribe'),
      { path: ['subscriptions'], error: 'Name at least one subscription type: without one nobody is told anything' },
    )
    .prefault({}),
  companies: z
    .enum(['off', 'link', 'create'])
    .default('off')
    .describe(
      'Fields named company.<property> of the mapping. off: they are left out; link: a company is found by company.domain, updated and associated with the contact; create: and created when there is none',
    ),
});
export type MappingOptions = z.infer<typeof mappingOptionsSchema>;

/** A mapping's `options`, which were checked when it was saved. @throws DeliveryError `misconfigured` when they do not fit any more */
export function toMappingOptions(options: Json): MappingOptions {
  const parsed = mappingOptionsSchema.safeParse(options ?? {});
  if (parsed.success) return parsed.data;
  throw new DeliveryError('misconfigured', `The mapping's options are not right: ${z.prettifyError(parsed.error)}`, {
    code: 'MAPPING_OPTIONS',
  });
}
