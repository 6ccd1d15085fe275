import { z } from 'zod';
import type { PullPage, PullRequest, RemoteFact } from '../../remote-fact.js';
import { subscriberHash } from '../client.js';
import { pageSize } from '../api.js';
import { referenceTo, withdrawn } from '../webhook-facts.js';
import type { MailAction } from './history-client.js';
import {
  activity,
  derivedFact,
  newest,
  newsSince,
  readCursor,
  toDate,
  type HistoryTools,
  type MailchimpStream,
} from './stream.js';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** Hardly anybody opens a letter later than this: older campaigns are not asked about again. */
const livelyMs = 60 * dayMs;

const cursorSchema = z.object({
  startedAt: z.iso.datetime(),
  since: z.string().nullable(),
  campaigns: z.array(z.object({ id: z.string(), title: z.string() })),
  /** The campaign being read, and how far. */
  at: z.int(),
  offset: z.int(),
});
type Cursor = z.infer<typeof cursorSchema>;
type Campaign = Cursor['campaigns'][number];

/** What one campaign's page gives, and whether there is another. */
interface Part {
  readonly facts: readonly RemoteFact[];
  readonly isLast: boolean;
}

/** A stream that goes through the sent campaigns, page by page. */
const byCampaign = (
  declaration: MailchimpStream['declaration'],
  read: (tools: HistoryTools, campaign: Campaign, since: string | null, offset: number) => Promise<Part>,
): MailchimpStream => ({
  declaration,
  async pull(tools, request) {
    const fresh = await begin(tools, request);
    const cursor = readCursor(cursorSchema, request.cursor, () => fresh);
    const campaign = cursor.campaigns[cursor.at];
    const ended = { watermark: cursor.startedAt, total: cursor.campaigns.length };
    if (campaign === undefined) return { ...ended, facts: [], cursor: null, done: cursor.at };
    const { facts, isLast } = await read(tools, campaign, cursor.since, cursor.offset);
    const next: Cursor = isLast
      ? { ...cursor, at: cursor.at + 1, offset: 0 }
      : { ...cursor, offset: cursor.offset + pageSize };
    const page: PullPage = { ...ended, facts, cursor: next, done: next.at };
    return next.at >= cursor.campaigns.length ? { ...page, cursor: null } : page;
  },
});

async function begin({ marketing, now }: HistoryTools, request: PullRequest): Promise<Cursor> {
  const startedAt = now().toISOString();
  if (request.cursor !== null) return { startedAt, since: null, campaigns: [], at: 0, offset: 0 };
  const since = newsSince(request);
  const sentSince = since === null ? {} : { since_send_time: new Date(since.getTime() - livelyMs).toISOString() };
  const sent = await marketing.campaigns({ status: 'sent', ...sentSince });
  const campaigns = sent.map(({ id, settings }) => ({ id, title: settings.title }));
  return { startedAt, since: since?.toISOString() ?? null, campaigns, at: 0, offset: 0 };
}

export const emailActivity = byCampaign(
  {
    id: 'email_activity',
    title: 'Opens, clicks and bounces',
    description: 'What recipients did with campaigns of the last 60 days, and when they last opened and clicked.',
    scopes: [],
    incremental: true,
    everyMs: 60 * minuteMs,
  },
  async ({ history }, campaign, since, offset) => {
    const answer = await history.mailActivity(campaign.id, since, offset);
    const emails = answer?.emails ?? [];
    const facts = emails.flatMap(({ email_address: email, activity: actions }) => [
      ...actions.flatMap((action) => mailFact(email, campaign, action)),
      ...lastTimes(email, actions),
    ]);
    return { facts, isLast: emails.length < pageSize };
  },
);

export const unsubscribes = byCampaign(
  {
    id: 'unsubscribes',
    title: 'Unsubscribes',
    description: 'Who unsubscribed by which campaign of the last 60 days, and the reason they gave.',
    scopes: [],
    incremental: true,
    everyMs: 6 * 60 * minuteMs,
  },
  async ({ history }, { id, title }, _since, offset) => {
    const answer = await history.unsubscribed(id, offset);
    const left = answer?.unsubscribes ?? [];
    const facts = left.flatMap(({ email_address: email, timestamp, reason }) =>
      unsubscription(email, { id, title }, timestamp, reason),
    );
    return { facts, isLast: left.length < pageSize };
  },
);

/** The same names at all providers. */
const mailNames: Readonly<Record<string, string>> = {
  open: 'email_opened',
  click: 'email_clicked',
  bounce: 'email_bounced',
};

export function mailFact(
  email: string,
  { id, title }: Campaign,
  { action, timestamp, url, type }: MailAction,
): readonly RemoteFact[] {
  const name = mailNames[action];
  if (name === undefined) return [];
  const properties = { campaignId: id, campaign: title, url, ...(action === 'bounce' ? { bounceType: type } : {}) };
  return [activity(email, name, toDate(timestamp), `${id}:${timestamp}:${url}`, properties)];
}

/** As of the moment itself, so that an older one that is read later does not win. */
export function lastTimes(
  email: string,
  actions: readonly Pick<MailAction, 'action' | 'timestamp'>[],
): readonly RemoteFact[] {
  const last = (wanted: string): Date | null =>
    newest(actions.filter(({ action }) => action === wanted).map(({ timestamp }) => toDate(timestamp)));
  const [opened, clicked] = [last('open'), last('click')];
  return [
    ...(opened === null ? [] : [derivedFact(email, opened, { mailchimpLastOpenAt: opened.toISOString() })]),
    ...(clicked === null ? [] : [derivedFact(email, clicked, { mailchimpLastClickAt: clicked.toISOString() })]),
  ];
}

export function unsubscription(
  email: string,
  campaign: Campaign,
  timestamp: string,
  reason: string,
): readonly RemoteFact[] {
  const at = toDate(timestamp);
  const { id, title } = campaign;
  const dedupeKey = `mailchimp:unsubscribed:${subscriberHash(email)}:${timestamp}`;
  const evidence = `Mailchimp: unsubscribed (${reason === '' ? 'no reason given' : reason})`;
  return [
    withdrawn({
      kind: 'consent_said',
      about: referenceTo(email),
      occurredAt: at,
      dedupeKey,
      own: false,
      purpose: 'email',
      status: 'revoked',
      evidence,
    }),
    activity(email, 'email_unsubscribed', at, `${id}:${timestamp}`, { campaignId: id, campaign: title, reason }),
  ];
}
