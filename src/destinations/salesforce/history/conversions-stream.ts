import { z } from 'zod';
import type { RemoteFact } from '../../remote-fact.js';
import { changedRows, momentOf, pageOf } from './changed-rows.js';
import { personKinds } from '../person-kind.js';
import { minuteMs, type SalesforceStream } from './history-stream.js';
import { contactReference, hasKind } from './people-of-rows.js';
import { text } from './row-values.js';

const lead = z.object({
  Id: z.string(),
  Email: text,
  Company: text,
  ConvertedDate: text,
  ConvertedContactId: z.string(),
  ConvertedAccountId: text,
  ConvertedAccount: z.object({ IsPersonAccount: z.boolean().nullish() }).nullish(),
  ConvertedOpportunityId: text,
});

export const conversionsStream: SalesforceStream = {
  declaration: {
    id: 'lead_conversions',
    title: 'Converted leads',
    description: 'Leads that have become contacts; the contact answers for the lead from then on.',
    scopes: ['Lead: read'],
    incremental: true,
    everyMs: 15 * minuteMs,
  },
  pull: async ({ client }, request) => {
    const page = await changedRows(client, request, {
      object: 'Lead',
      fields: [
        'Email',
        'Company',
        'ConvertedDate',
        'ConvertedContactId',
        'ConvertedAccountId',
        'ConvertedOpportunityId',
        ...(hasKind(request.object, 'PersonAccount') ? ['ConvertedAccount.IsPersonAccount'] : []),
      ],
      where: 'IsConverted = true AND ConvertedContactId != null',
      pageSize: 200,
    });
    const facts = page.rows.flatMap((row): RemoteFact[] => {
      const parsed = lead.parse(row);
      const contact = {
        AccountId: parsed.ConvertedAccountId,
        Email: parsed.Email,
        IsPersonAccount: parsed.ConvertedAccount?.IsPersonAccount,
      };
      const about = contactReference(request.object, parsed.ConvertedContactId, contact);
      if (about === null) return [];
      const common = { about, occurredAt: momentOf(parsed.ConvertedDate), own: false };
      const converted: RemoteFact = {
        ...common,
        kind: 'activity',
        name: 'lead_converted',
        dedupeKey: `lead_converted:${parsed.Id}`,
        properties: {
          leadId: parsed.Id,
          ...(parsed.Company == null ? {} : { company: parsed.Company }),
          ...(parsed.ConvertedOpportunityId == null ? {} : { dealId: parsed.ConvertedOpportunityId }),
        },
      };
      if (!hasKind(request.object, 'Lead')) return [converted];
      const merged: RemoteFact = {
        ...common,
        kind: 'record_merged',
        mergedIds: [parsed.Id],
        mergedObject: personKinds.Lead.id,
        dedupeKey: `merged:${parsed.Id}:${parsed.ConvertedContactId}`,
      };
      return [merged, converted];
    });
    return { ...pageOf(page), facts };
  },
};
