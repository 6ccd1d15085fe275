import { z } from 'zod';
import type { HubspotClient } from '../client.js';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);

const emailEventSchema = z.object({
  id: z.string(),
  type: z.string(),
  created: z.number(),
  recipient: z.string(),
  emailCampaignId: z.coerce
    .string()
    .nullish()
    .transform((id) => id ?? null),
  url: text,
  subject: text,
  portalSubscriptionStatus: text,
});
export type EmailEvent = z.infer<typeof emailEventSchema>;

const emailEventsSchema = z
  .object({
    hasMore: z.boolean().default(false),
    offset: text,
    events: z.array(emailEventSchema).default([]),
  })
  .transform(({ hasMore, offset, events }) => ({ events, next: hasMore ? offset : null }));

/**
 * What became of marketing e-mails, event by event; the older interface is the only one that tells each.
 *
 * @see https://developers.hubspot.com/docs/api-reference/legacy/marketing/emails/email-events-v1/guide
 */
export function pageOfEmailEvents(
  client: HubspotClient,
  span: { readonly since: Date | null; readonly until: Date },
  offset: string | null,
): Promise<z.infer<typeof emailEventsSchema>> {
  return client.request({ operation: 'email.events', repeatable: true }, emailEventsSchema, {
    method: 'GET',
    path: '/email/public/v1/events',
    query: {
      limit: '500',
      endTimestamp: String(span.until.getTime()),
      ...(span.since === null ? {} : { startTimestamp: String(span.since.getTime()) }),
      ...(offset === null ? {} : { offset }),
    },
  });
}

const pagingSchema = z
  .object({ next: z.object({ after: z.string() }).optional() })
  .nullish()
  .transform((paging) => paging?.next?.after ?? null);

const formsSchema = z.object({
  results: z.array(z.object({ id: z.string(), name: z.string() })).default([]),
  paging: pagingSchema,
});
export type Form = z.infer<typeof formsSchema>['results'][number];

/** All forms of the account. */
export async function allForms(client: HubspotClient): Promise<Form[]> {
  const forms: Form[] = [];
  let after: string | null = null;
  do {
    const page: z.infer<typeof formsSchema> = await client.request(
      { operation: 'forms.getPage', repeatable: true },
      formsSchema,
      { method: 'GET', path: '/marketing/v3/forms', query: { limit: '100', ...(after === null ? {} : { after }) } },
    );
    forms.push(...page.results);
    after = page.paging;
  } while (after !== null);
  return forms;
}

const submissionsSchema = z.object({
  results: z
    .array(
      z.object({
        conversionId: text,
        submittedAt: z.number(),
        pageUrl: text,
        values: z.array(z.object({ name: z.string(), value: z.string().catch('') })).default([]),
      }),
    )
    .default([]),
  paging: pagingSchema,
});
export type Submission = z.infer<typeof submissionsSchema>['results'][number];

/** One page of a form's submissions, newest first, at most 50. */
export function pageOfSubmissions(
  client: HubspotClient,
  formId: string,
  after: string | null,
): Promise<z.infer<typeof submissionsSchema>> {
  return client.request({ operation: 'forms.submissions', repeatable: true }, submissionsSchema, {
    method: 'GET',
    path: `/form-integrations/v1/submissions/forms/${encodeURIComponent(formId)}`,
    query: { limit: '50', ...(after === null ? {} : { after }) },
  });
}
