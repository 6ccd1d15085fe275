import { z } from 'zod';
import type { PullPage, RemoteFact } from '../../remote-fact.js';
import { type EmailEvent, pageOfEmailEvents } from '../api/marketing.js';
import { type HubspotStream, newSpan, readCursor, spanSchema, watermarkOf } from './stream.js';

/** Types that are worth an event; the others tell of HubSpot's own machinery. */
const names: Readonly<Record<string, string>> = {
  DELIVERED: 'email_delivered',
  OPEN: 'email_opened',
  CLICK: 'email_clicked',
  BOUNCE: 'email_bounced',
  SPAMREPORT: 'email_reported_as_spam',
  FORWARD: 'email_forwarded',
};

const cursorSchema = spanSchema.extend({ offset: z.string() });

export const emailActivityStream: HubspotStream = {
  declaration: {
    id: 'email_activity',
    title: 'Marketing e-mails',
    description: 'Marketing e-mails delivered, opened, clicked, bounced and reported as spam; and who unsubscribed.',
    scopes: ['content'],
    incremental: true,
    everyMs: 15 * 60_000,
  },
  async pull(account, request): Promise<PullPage> {
    const cursor = request.cursor === null ? null : readCursor(cursorSchema, request.cursor);
    const { startedAt, since } = cursor ?? newSpan(request, account.context.now());
    const within = { since: since === null ? null : new Date(since), until: new Date(startedAt) };
    const { events, next } = await pageOfEmailEvents(account.client, within, cursor?.offset ?? null);
    return {
      facts: events.flatMap(toFacts),
      cursor: next === null ? null : { startedAt, since, offset: next },
      watermark: watermarkOf({ startedAt, since }),
      done: events.length,
      total: null,
    };
  },
};

function toFacts(event: EmailEvent): RemoteFact[] {
  const shared = {
    about: { object: 'contacts', remoteId: null, email: event.recipient.trim().toLowerCase(), phone: null },
    occurredAt: new Date(event.created),
    dedupeKey: `email_event:${event.id}`,
    own: false,
  };
  if (event.type === 'STATUSCHANGE' && event.portalSubscriptionStatus === 'UNSUBSCRIBED')
    return [
      {
        kind: 'consent_said',
        ...shared,
        purpose: 'email',
        status: 'revoked',
        evidence: 'HubSpot: unsubscribed from all e-mail',
      },
    ];
  const name = names[event.type];
  if (name === undefined) return [];
  return [
    {
      kind: 'activity',
      name,
      ...shared,
      properties: {
        ...(event.emailCampaignId === null ? {} : { emailCampaignId: event.emailCampaignId }),
        ...(event.subject === null ? {} : { subject: event.subject }),
        ...(event.url === null ? {} : { url: event.url }),
      },
    },
  ];
}
