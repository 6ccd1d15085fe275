import { z } from 'zod';
import type { RecordReference, RemoteFact } from '../../remote-fact.js';
import type { SalesforceClient } from '../client.js';
import { isSameId, userIdOf } from '../identity.js';
import { queriesByKey } from '../soql-text.js';
import { changedRows, latest, momentOf, pageOf } from './changed-rows.js';
import { derivedFact } from './derived.js';
import { minuteMs, type SalesforceStream } from './history-stream.js';
import type { Touched } from './opportunity-sums.js';
import { contactFields, contactReference, leadReference } from './people-of-rows.js';
import { flag, text } from './row-values.js';

const member = z.object({
  Id: z.string(),
  CampaignId: z.string(),
  ContactId: text,
  LeadId: text,
  Status: text,
  HasResponded: flag,
  FirstRespondedDate: text,
  CreatedDate: text,
  CreatedById: text,
  SystemModstamp: text,
  Campaign: z.object({ Name: text }).nullish(),
  Contact: z.unknown().optional(),
  Lead: z.object({ Email: text }).nullish(),
  IsDeleted: flag,
});
type Member = z.infer<typeof member>;

const plainFields = [
  'CampaignId',
  'ContactId',
  'LeadId',
  'Status',
  'HasResponded',
  'FirstRespondedDate',
  'CreatedDate',
  'CreatedById',
  'IsDeleted',
];

export const campaignsStream: SalesforceStream = {
  declaration: {
    id: 'campaigns',
    title: 'Campaigns',
    description: 'Who was put into which campaign and who responded; and per person how often.',
    scopes: ['Campaign: read'],
    incremental: true,
    everyMs: 30 * minuteMs,
  },
  pull: async ({ client }, request) => {
    const page = await changedRows(client, request, {
      object: 'CampaignMember',
      fields: [
        ...plainFields,
        ...['Campaign.Name', 'Lead.Email', ...contactFields(request.object).map((field) => `Contact.${field}`)],
      ],
      scope: 'all', // who was taken out again has not responded
      pageSize: 200,
    });
    const us = await userIdOf(client);
    const touched = new Map<string, Touched>();
    const facts = page.rows.flatMap((row) => {
      const parsed = member.parse(row);
      const about =
        parsed.ContactId == null
          ? leadReference(request.object, parsed.LeadId ?? '', parsed.Lead?.Email ?? null)
          : contactReference(request.object, parsed.ContactId, parsed.Contact);
      if (about === null) return [];
      const id = parsed.ContactId ?? parsed.LeadId ?? '';
      touched.set(id, { about, at: latest(touched.get(id)?.at ?? null, momentOf(parsed.SystemModstamp)) });
      if (parsed.IsDeleted) return [];
      return activitiesOf(parsed, about, isSameId(us, parsed.CreatedById ?? null));
    });
    return { ...pageOf(page), facts: [...facts, ...(await responses(client, touched))] };
  },
};

function activitiesOf(row: Member, about: RecordReference, isOurs: boolean): readonly RemoteFact[] {
  const fact = (name: string, occurredAt: Date | null, own: boolean): RemoteFact => ({
    kind: 'activity',
    name,
    about,
    occurredAt,
    dedupeKey: `${name}:${row.CampaignId}:${about.remoteId ?? ''}:${row.Id}`,
    own,
    properties: {
      listId: row.CampaignId,
      ...(row.Campaign?.Name == null ? {} : { list: row.Campaign.Name }),
      ...(row.Status == null ? {} : { status: row.Status }),
    },
  });
  const joined = fact('list_joined', momentOf(row.CreatedDate), isOurs);
  if (!row.HasResponded) return [joined];
  return [joined, fact('campaign_responded', momentOf(row.FirstRespondedDate) ?? momentOf(row.SystemModstamp), false)];
}

const counted = z.object({ ContactId: text, LeadId: text, SystemModstamp: text });

async function responses(
  client: SalesforceClient,
  touched: ReadonlyMap<string, Touched>,
): Promise<readonly RemoteFact[]> {
  const count = new Map([...touched.keys()].map((id) => [id, 0]));
  const newest = new Map([...touched].map(([id, { at }]) => [id, at]));
  for (const field of ['ContactId', 'LeadId'] as const) {
    const ids = [...touched.keys()].filter((id) => id.startsWith('00Q') === (field === 'LeadId'));
    const select = ['ContactId', 'LeadId', 'SystemModstamp'];
    for (const soql of queriesByKey('CampaignMember', select, field, ids, ' AND HasResponded = true'))
      for (const row of z.array(counted).parse(await client.query(soql))) {
        const id = row[field] ?? '';
        count.set(id, (count.get(id) ?? 0) + 1);
        newest.set(id, latest(newest.get(id) ?? null, momentOf(row.SystemModstamp)));
      }
  }
  return [...touched].flatMap(
    ([id, { about }]) =>
      derivedFact('campaigns', about, newest.get(id) ?? null, { salesforceCampaignResponses: count.get(id) ?? 0 }) ??
      [],
  );
}
