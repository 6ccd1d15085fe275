import type { PullPage, RecordReference, RemoteFact } from '../../remote-fact.js';
import type { Account } from '../account.js';
import type { CrmRecord } from '../api/objects.js';
import { changedRecords } from './changed-records.js';
import { contactsBehind } from './contact-references.js';
import type { HubspotStream } from './stream.js';
import { asDate } from './wire-fields.js';

const ticketProperties = [
  'subject',
  'hs_pipeline_stage',
  'hs_ticket_priority',
  'createdate',
  'closed_date',
  'hs_is_closed',
] as const;

export const ticketsStream: HubspotStream = {
  declaration: {
    id: 'tickets',
    title: 'Tickets',
    description: 'Support tickets opened and closed, for each contact they belong to.',
    scopes: ['tickets', 'crm.objects.contacts.read'],
    incremental: true,
    everyMs: 15 * 60_000,
  },
  async pull(account, request): Promise<PullPage> {
    const page = await changedRecords(account, request, {
      object: 'tickets',
      properties: ticketProperties,
      pageSize: 100,
    });
    const contacts = await contactsBehind(
      account,
      'tickets',
      page.records.map(({ id }) => id),
    );
    const facts: RemoteFact[] = [];
    for (const ticket of page.records)
      for (const about of contacts.get(ticket.id) ?? []) facts.push(...(await activitiesOf(account, ticket, about)));
    return { facts, cursor: page.cursor, watermark: page.watermark, done: page.records.length, total: page.total };
  },
};

async function activitiesOf(account: Account, ticket: CrmRecord, about: RecordReference): Promise<RemoteFact[]> {
  const { properties, id } = ticket;
  const stage = await account.directory.stage('tickets', properties.hs_pipeline_stage ?? '');
  const fact = (name: string, occurredAt: Date, key: string): RemoteFact => ({
    kind: 'activity',
    name,
    about,
    occurredAt,
    dedupeKey: `${name}:${id}:${about.remoteId ?? ''}${key}`,
    own: false,
    properties: {
      ticketId: id,
      ...(properties.subject ? { ticket: properties.subject } : {}),
      ...(properties.hs_ticket_priority ? { priority: properties.hs_ticket_priority } : {}),
      ...(stage === null ? {} : { stage: stage.label }),
    },
  });
  const opened = fact('ticket_created', asDate(properties.createdate) ?? ticket.createdAt, '');
  const isClosed = properties.hs_is_closed === 'true' || stage?.metadata.ticketState === 'CLOSED';
  if (!isClosed) return [opened];
  const closedAt = asDate(properties.closed_date) ?? ticket.updatedAt;
  return [
    opened,
    fact('ticket_closed', closedAt, asDate(properties.closed_date) === null ? '' : `:${closedAt.toISOString()}`),
  ];
}
