import { z } from 'zod';
import type { RecordReference, RemoteFact } from '../../remote-fact.js';
import type { SalesforceClient } from '../client.js';
import { queriesByKey } from '../soql-text.js';
import { changedRows, latest, momentOf, pageOf } from './changed-rows.js';
import { derivedFact } from './derived.js';
import { minuteMs, type SalesforceStream } from './history-stream.js';
import { contactFields, contactReference } from './people-of-rows.js';
import { flag, text } from './row-values.js';
import type { Touched } from './opportunity-sums.js';

const serviceCase = z.object({
  Id: z.string(),
  CaseNumber: text,
  Subject: text,
  Status: text,
  Priority: text,
  IsClosed: flag,
  CreatedDate: text,
  ClosedDate: text,
  ContactId: z.string(),
  Contact: z.unknown().optional(),
  IsDeleted: flag,
  SystemModstamp: text,
});

export const casesStream: SalesforceStream = {
  declaration: {
    id: 'cases',
    title: 'Cases',
    description: 'Cases opened and closed, for the person they are about; and per person how many are open.',
    scopes: ['Case: read', 'Contact: read'],
    incremental: true,
    everyMs: 15 * minuteMs,
  },
  pull: async ({ client }, request) => {
    const page = await changedRows(client, request, {
      object: 'Case',
      fields: [
        ...['CaseNumber', 'Subject', 'Status', 'Priority', 'IsClosed', 'CreatedDate', 'ClosedDate'],
        ...['ContactId', 'IsDeleted', ...contactFields(request.object).map((field) => `Contact.${field}`)],
      ],
      scope: 'all', // one that was deleted is not open any more
      where: 'ContactId != null',
      pageSize: 200,
    });
    const touched = new Map<string, Touched>();
    const facts = page.rows.flatMap((row) => {
      const parsed = serviceCase.parse(row);
      const about = contactReference(request.object, parsed.ContactId, parsed.Contact);
      if (about === null) return [];
      const at = latest(touched.get(parsed.ContactId)?.at ?? null, momentOf(parsed.SystemModstamp));
      touched.set(parsed.ContactId, { about, at });
      return parsed.IsDeleted ? [] : activitiesOf(parsed, about);
    });
    return { ...pageOf(page), facts: [...facts, ...(await openCases(client, touched))] };
  },
};

function activitiesOf(row: z.infer<typeof serviceCase>, about: RecordReference): readonly RemoteFact[] {
  const fact = (name: string, occurredAt: Date | null, key: string): RemoteFact => ({
    kind: 'activity',
    name,
    about,
    occurredAt,
    dedupeKey: `${name}:${row.Id}:${about.remoteId ?? ''}${key}`,
    own: false,
    properties: {
      ticketId: row.Id,
      ...(row.CaseNumber == null ? {} : { number: row.CaseNumber }),
      ...(row.Subject == null ? {} : { ticket: row.Subject }),
      ...(row.Priority == null ? {} : { priority: row.Priority }),
      ...(row.Status == null ? {} : { stage: row.Status }),
    },
  });
  const opened = fact('ticket_created', momentOf(row.CreatedDate), '');
  if (!row.IsClosed) return [opened];
  const closedAt = momentOf(row.ClosedDate);
  return [opened, fact('ticket_closed', closedAt, closedAt === null ? '' : `:${closedAt.toISOString()}`)];
}

const counted = z.object({ ContactId: z.string(), IsClosed: flag, SystemModstamp: text });

/** Of these people all cases are read, since the number is of all of them. */
async function openCases(
  client: SalesforceClient,
  touched: ReadonlyMap<string, Touched>,
): Promise<readonly RemoteFact[]> {
  const open = new Map([...touched.keys()].map((id) => [id, 0]));
  const newest = new Map([...touched].map(([id, { at }]) => [id, at]));
  for (const soql of queriesByKey('Case', ['ContactId', 'IsClosed', 'SystemModstamp'], 'ContactId', [
    ...touched.keys(),
  ]))
    for (const { ContactId, IsClosed, SystemModstamp } of z.array(counted).parse(await client.query(soql))) {
      if (!IsClosed) open.set(ContactId, (open.get(ContactId) ?? 0) + 1);
      newest.set(ContactId, latest(newest.get(ContactId) ?? null, momentOf(SystemModstamp)));
    }
  return [...touched].flatMap(
    ([id, { about }]) =>
      derivedFact('cases', about, newest.get(id) ?? null, { salesforceOpenCases: open.get(id) ?? 0 }) ?? [],
  );
}
