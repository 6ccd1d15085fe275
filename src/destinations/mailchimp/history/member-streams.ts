import { z } from 'zod';
import type { PullPage, RemoteFact } from '../../remote-fact.js';
import { subscriberHash } from '../client.js';
import { referenceTo, withdrawn } from '../webhook-facts.js';
import { memberFields } from './member-fields.js';
import { derivedFact, newsSince, readCursor, toDate, type MailchimpStream } from './stream.js';
import type { HistoryMember } from './history-client.js';

const minuteMs = 60_000;
const membersAtOnce = 500;
/** A contact that changes while we page moves to the end and shifts the rest: pages overlap. */
const pageOverlap = 25;

const cursorSchema = z.object({
  startedAt: z.iso.datetime(),
  since: z.string().nullable(),
  status: z.literal('archived').nullable(),
  offset: z.int(),
});

const memberParts = [
  'id',
  'email_address',
  'status',
  'last_changed',
  'unsubscribe_reason',
  'merge_fields',
  'interests',
  'language',
  'vip',
];

/** Contacts as they are, with their opt-outs: what a missed webhook would have told. Archived ones have a listing of their own. */
export const members: MailchimpStream = {
  declaration: {
    id: 'members',
    title: 'Contacts',
    description: 'Contacts that changed: their fields, and who unsubscribed or was archived.',
    scopes: [],
    incremental: true,
    everyMs: 15 * minuteMs,
  },
  async pull({ history, fields, now }, request) {
    const cursor = readCursor(cursorSchema, request.cursor, () => ({
      startedAt: now().toISOString(),
      since: newsSince(request)?.toISOString() ?? null,
      status: null,
      offset: 0,
    }));
    const { since, status, offset, startedAt } = cursor;
    const answer = await history.members({ since, status, offset, count: membersAtOnce, fields: memberParts });
    const catalog = await fields.covering([Object.fromEntries(request.fields.map((name) => [name, null]))]);
    const facts = answer.members.flatMap((member) => [
      ...stateOf(member),
      ...(status === null ? memberFields(catalog, member, request.fields) : []),
    ]);
    const isLast = answer.members.length < membersAtOnce;
    const next = isLast
      ? { ...cursor, status: 'archived' as const, offset: 0 }
      : { ...cursor, offset: offset + membersAtOnce - pageOverlap };
    const page: PullPage = {
      facts,
      cursor: next,
      watermark: startedAt,
      done: offset + answer.members.length,
      total: answer.total_items,
    };
    return isLast && status === 'archived' ? { ...page, cursor: null } : page;
  },
};

/** There is no time of an opt-out at a member: it is as old as the last change at most. */
function stateOf({
  email_address: email,
  status,
  last_changed,
  unsubscribe_reason: reason,
}: HistoryMember): RemoteFact[] {
  const about = referenceTo(email);
  const occurredAt = toDate(last_changed);
  const key = (part: string): string => `mailchimp:${part}:${subscriberHash(email)}:${last_changed}`;
  if (status === 'archived')
    return [{ kind: 'record_gone', about, occurredAt, dedupeKey: key('archived'), own: false, erased: false }];
  if (status !== 'unsubscribed') return [];
  const evidence = `Mailchimp: unsubscribed (${reason === '' ? 'no reason given' : reason})`;
  return [
    withdrawn({
      kind: 'consent_said',
      about,
      occurredAt,
      dedupeKey: key('unsubscribed'),
      own: false,
      purpose: 'email',
      status: 'revoked',
      evidence,
    }),
  ];
}

const engagementCursor = z.object({ offset: z.int() });
const engagementAtOnce = 1_000;

/** Rates move with every campaign without a change of the contact, so everybody is read. */
export const engagement: MailchimpStream = {
  declaration: {
    id: 'engagement',
    title: 'Engagement',
    description: 'Open and click rates, ratings and tags of all contacts.',
    scopes: [],
    incremental: false,
    everyMs: 24 * 60 * minuteMs,
  },
  async pull({ history, now }, request) {
    const { offset } = readCursor(engagementCursor, request.cursor, () => ({ offset: 0 }));
    const fields = ['id', 'email_address', 'status', 'last_changed', 'stats', 'member_rating', 'tags'];
    const answer = await history.members({ since: null, status: null, offset, count: engagementAtOnce, fields });
    const at = now();
    const facts = answer.members.map(({ email_address, stats, member_rating, tags }) =>
      derivedFact(email_address, at, {
        mailchimpOpenRate: stats.avg_open_rate,
        mailchimpClickRate: stats.avg_click_rate,
        mailchimpRating: member_rating,
        mailchimpTags: tags.map(({ name }) => name).sort(),
      }),
    );
    const isLast = answer.members.length < engagementAtOnce;
    return {
      facts,
      cursor: isLast ? null : { offset: offset + engagementAtOnce - pageOverlap },
      watermark: null,
      done: offset + answer.members.length,
      total: answer.total_items,
    };
  },
};
