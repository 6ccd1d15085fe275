import type { Account } from '../account.js';
import { notFound } from '../problem.js';
import { type Answer, type Call, ok, paged, type Route } from '../route.js';
import type { EmailEvent, MarketingEmail, Submission } from './marketing.js';
import { sendStatus, singleSend } from './single-send.js';

const transactional = ['transactional-email'];
const single = ['marketing-email', 'transactional-email'];
const emailRead = ['content', 'marketing-email'];
const forms = ['forms'];
const mostEvents = 1_000;

/** E-mails that are sent one by one, what people did with e-mails, and forms they filled in. */
export function marketingRoutes(account: Account): Route[] {
  const route = (
    method: Route['method'],
    path: string,
    scopes: readonly string[],
    handle: (call: Call) => Answer,
  ): Route => ({ method, path, scopes, handle });
  return [
    route('POST', '/marketing/v3/transactional/single-email/send', transactional, (call) =>
      singleSend(account, 'v3', call),
    ),
    route('POST', '/marketing/v4/email/single-send', single, (call) => singleSend(account, 'v4', call)),
    route('GET', '/marketing/v3/email/send-statuses/:statusId', single, (call) => sendStatus(account, call)),
    route('GET', '/marketing/v3/emails', emailRead, (call) => {
      const all = account.data.emails;
      return ok({ total: all.length, ...paged(call, all, emailAnswer, { usual: 10, most: 300, path: call.url }) });
    }),
    route('GET', '/email/public/v1/events', emailRead, (call) => emailEvents(account, call)),
    route('GET', '/email/public/v1/campaigns/:id', emailRead, ({ params }) => {
      const email = account.data.emails.find(({ id }) => String(id) === params.id);
      if (email === undefined) throw notFound();
      return ok({ id: email.id, contentId: email.id, name: email.name, subject: email.subject, counters: {} });
    }),
    route('GET', '/marketing/v3/forms', forms, (call) => {
      const answer = (form: object): object => ({ ...form, formType: 'hubspot', archived: false });
      return ok(paged(call, account.data.forms, answer, { usual: 50, most: 500, path: '/marketing/v3/forms' }));
    }),
    route('GET', '/form-integrations/v1/submissions/forms/:formId', forms, (call) => submissions(account, call)),
  ];
}

const emailAnswer = ({ id, name, subject, type }: MarketingEmail): object => ({
  id: String(id),
  name,
  subject,
  type: 'AUTOMATED_EMAIL',
  subcategory: type.toLowerCase(),
  state: 'AUTOMATED',
  isPublished: true,
});

/** Newest first. @see https://legacydocs.hubspot.com/docs/methods/email/get_events */
function emailEvents(account: Account, { query }: Call): Answer {
  const limit = Math.min(Number(query.limit ?? 10), mostEvents);
  const start = Number(query.offset ?? '') || 0;
  const wanted = ({ type, created, recipient, emailCampaignId }: EmailEvent): boolean =>
    (query.eventType === undefined || type === query.eventType) &&
    (query.recipient === undefined || recipient === query.recipient.toLowerCase()) &&
    (query.campaignId === undefined || String(emailCampaignId) === query.campaignId) &&
    created >= Number(query.startTimestamp ?? 0) &&
    created <= Number(query.endTimestamp ?? Infinity);
  const found = account.data.emailEvents.filter(wanted).toSorted((a, b) => b.created - a.created);
  const next = start + limit;
  return ok({
    hasMore: next < found.length,
    offset: String(Math.min(next, found.length)),
    events: found.slice(start, next).map((event) => ({
      ...event,
      appId: 113,
      appName: 'Batch',
      portalId: account.portalId,
      filteredEvent: false,
      sentBy: { id: event.id, created: event.created },
    })),
  });
}

/** Newest first, at most fifty in a page. @throws Problem 404 */
function submissions(account: Account, call: Call): Answer {
  const { formId } = call.params;
  if (!account.data.forms.some(({ id }) => id === formId)) throw notFound();
  const found = account.data.submissions
    .filter((submission) => submission.formId === formId)
    .toSorted((a, b) => b.submittedAt - a.submittedAt);
  const answer = ({ conversionId, submittedAt, pageUrl, values }: Submission): object => ({
    conversionId,
    submittedAt,
    pageUrl,
    values,
  });
  return ok(paged(call, found, answer, { usual: 20, most: 50, path: call.url.split('?')[0] ?? '' }));
}
