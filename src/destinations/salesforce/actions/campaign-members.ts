import { z } from 'zod';
import type { SalesforceClient } from '../client.js';
import { removeRows } from '../collections.js';
import { queriesByKey, soqlText } from '../soql-text.js';
import type { SavedRow } from '../wire.js';
import type { PersonBehind } from './person-behind.js';

interface Membership {
  readonly person: PersonBehind;
  /** Its name. */
  readonly campaign: string;
}

const row = z.object({
  Id: z.string(),
  ContactId: z.string().nullish(),
  LeadId: z.string().nullish(),
  Campaign: z.object({ Name: z.string() }),
});

/** @returns for each membership what became of it; null: there was none */
export async function endCampaignMemberships(
  client: SalesforceClient,
  memberships: readonly Membership[],
): Promise<readonly (SavedRow | null)[]> {
  const idOf = new Map<string, string>();
  const named = [...new Set(memberships.map(({ campaign }) => soqlText(campaign)))].join(',');
  for (const field of ['ContactId', 'LeadId']) {
    const people = memberships
      .filter(({ person }) => (field === 'LeadId') === person.isLead)
      .map(({ person }) => person.id);
    const fields = ['Id', 'ContactId', 'LeadId', 'Campaign.Name'];
    for (const soql of queriesByKey(
      'CampaignMember',
      fields,
      field,
      [...new Set(people)],
      ` AND Campaign.Name IN (${named})`,
    ))
      for (const { Id, ContactId, LeadId, Campaign } of z.array(row).parse(await client.query(soql)))
        idOf.set(nameOf(ContactId ?? LeadId ?? '', Campaign.Name), Id);
  }
  const ids = memberships.map(({ person, campaign }) => idOf.get(nameOf(person.id, campaign)) ?? null);
  const present = [...new Set(ids.filter((id) => id !== null))];
  const rows = await removeRows(client, present);
  const rowOf = new Map(present.map((id, index) => [id, rows[index]]));
  return ids.map((id) => (id === null ? null : (rowOf.get(id) ?? null)));
}

const nameOf = (personId: string, campaign: string): string => `${personId} ${campaign.toLowerCase()}`;
