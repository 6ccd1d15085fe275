import { z } from 'zod';
import { DeliveryError } from '../../delivery-error.js';
import type { PullPage, PullRequest, RecordReference, RemoteFact } from '../../remote-fact.js';
import type { CrmRecord } from '../api/objects.js';
import { changedRecords, type RecordPage } from './changed-records.js';
import { contactsBehind } from './contact-references.js';
import { type HubspotStream, newSpan, readCursor, type Span, spanSchema, watermarkOf } from './stream.js';
import { asDate } from './wire-fields.js';

interface Kind {
  /** What it is called as an event. */
  readonly name: (properties: CrmRecord['properties']) => string;
  /** A line that says what it was about. */
  readonly title: string;
  /** Where an action of ours leaves its mark. */
  readonly body: string;
  readonly more: readonly string[];
}

const always = (name: string) => (): string => name;

const kinds = {
  notes: { name: always('note_added'), title: '', body: 'hs_note_body', more: [] },
  calls: { name: always('call_logged'), title: 'hs_call_title', body: 'hs_call_body', more: ['hs_call_direction'] },
  meetings: {
    name: always('meeting_logged'),
    title: 'hs_meeting_title',
    body: 'hs_meeting_body',
    more: ['hs_meeting_outcome'],
  },
  emails: {
    name: ({ hs_email_direction: direction }) =>
      direction === 'INCOMING_EMAIL' ? 'sales_email_received' : 'sales_email_sent',
    title: 'hs_email_subject',
    body: '',
    more: ['hs_email_direction'],
  },
  tasks: {
    name: ({ hs_task_status: status }) => (status === 'COMPLETED' ? 'task_completed' : 'task_created'),
    title: 'hs_task_subject',
    body: 'hs_task_body',
    more: ['hs_task_status'],
  },
} as const satisfies Record<string, Kind>;
type EngagementType = keyof typeof kinds;

const isEngagementType = (name: string): name is EngagementType => Object.hasOwn(kinds, name);
const engagementTypes = Object.keys(kinds).filter(isEngagementType);

/** One kind of record after the other, all in the same span of time. */
const cursorSchema = z.object({ span: spanSchema, place: z.int().min(0), inner: z.json() });

export const engagementsStream: HubspotStream = {
  declaration: {
    id: 'engagements',
    title: 'Activities of sales and service',
    description: 'Notes, calls, meetings, one-to-one e-mails and tasks, for each contact they belong to.',
    scopes: ['crm.objects.contacts.read', 'sales-email-read'],
    incremental: true,
    everyMs: 30 * 60_000,
  },
  async pull(account, request): Promise<PullPage> {
    const { span, place, inner } =
      request.cursor === null
        ? { span: newSpan(request, account.context.now()), place: 0, inner: null }
        : readCursor(cursorSchema, request.cursor);
    const object = engagementTypes[place] ?? 'notes';
    const { title, body, more } = kinds[object];
    const properties = ['hs_timestamp', title, body, ...more].filter((name) => name !== '');
    const within: PullRequest = {
      ...request,
      cursor: inner,
      watermark: null,
      notBefore: span.since === null ? null : new Date(span.since),
    };
    const page = await readable(span, () => changedRecords(account, within, { object, properties, pageSize: 100 }));
    const contacts = await contactsBehind(
      account,
      object,
      page.records.map(({ id }) => id),
    );
    const next = page.cursor === null ? place + 1 : place;
    return {
      facts: page.records.flatMap((record) =>
        (contacts.get(record.id) ?? []).map((about) => toActivity(object, record, about)),
      ),
      cursor: next < engagementTypes.length ? { span: { ...span }, place: next, inner: page.cursor } : null,
      watermark: watermarkOf(span),
      done: page.records.length,
      total: null,
    };
  },
};

/** What the account does not let us read (one-to-one e-mails need a scope of their own) is skipped; the rest is read. */
async function readable(span: Span, read: () => Promise<RecordPage>): Promise<RecordPage> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof DeliveryError) || error.details.code !== 'MISSING_SCOPES') throw error;
    return { records: [], span, cursor: null, watermark: null, total: null };
  }
}

/** What our own actions have made says so in its text. */
const ourMark = /Parley [0-9a-f]{8}-[0-9a-f]{4}-/;

function toActivity(object: EngagementType, record: CrmRecord, about: RecordReference): RemoteFact {
  const kind: Kind = kinds[object];
  const { properties } = record;
  const name = kind.name(properties);
  const title = kind.title === '' ? null : properties[kind.title];
  return {
    kind: 'activity',
    name,
    about,
    occurredAt: asDate(properties.hs_timestamp) ?? record.createdAt,
    dedupeKey: `${name}:${record.id}:${about.remoteId ?? ''}`,
    own: kind.body !== '' && ourMark.test(properties[kind.body] ?? ''),
    properties: {
      recordId: record.id,
      ...(title ? { title } : {}),
      ...Object.fromEntries(
        kind.more.flatMap((property) => {
          const value = properties[property];
          return value ? [[property.replace(/^hs_[a-z]+_/, ''), value]] : [];
        }),
      ),
    },
  };
}
