import { z } from 'zod';
import type { HubspotClient } from '../client.js';

/** HubSpot's number for contacts. */
const contactType = '0-1';

const listSchema = z.object({
  listId: z.coerce.string(),
  name: z.string(),
  processingType: z.string(),
  objectTypeId: z.string().default(contactType),
});
export type List = z.infer<typeof listSchema>;
const fetchedSchema = z.object({ list: listSchema });

const idsSchema = z
  .array(z.coerce.string())
  .nullish()
  .transform((ids) => ids ?? []);
/** Live answers leave empty arrays out, whatever the specification says; the one name is odd. */
const changeSchema = z
  .object({ recordsIdsAdded: idsSchema, recordIdsRemoved: idsSchema, recordIdsMissing: idsSchema })
  .transform(({ recordsIdsAdded, recordIdsRemoved, recordIdsMissing }) => ({
    changed: new Set([...recordsIdsAdded, ...recordIdsRemoved]),
    missing: new Set(recordIdsMissing),
  }));
/** A record that was so before is in neither. */
export type MembershipChange = z.infer<typeof changeSchema>;

/** @throws DeliveryError with the code `OBJECT_NOT_FOUND` when there is none */
export async function listByName(client: HubspotClient, name: string): Promise<List> {
  const { list } = await client.send({ operation: 'lists.getByName', repeatable: true }, fetchedSchema, (sdk) =>
    sdk.crm.lists.listsApi.getByName(name, contactType),
  );
  return list;
}

/** A static list of contacts. Made twice it is refused: names are unique. */
export async function createList(client: HubspotClient, name: string): Promise<List> {
  const { list } = await client.send({ operation: 'lists.create', repeatable: true }, fetchedSchema, (sdk) =>
    sdk.crm.lists.listsApi.create({ name, objectTypeId: contactType, processingType: 'MANUAL' }),
  );
  return list;
}

export type Membership = 'add' | 'remove';

/** By record id; ids that HubSpot does not know are told as missing. */
export function changeMemberships(
  client: HubspotClient,
  membership: Membership,
  listId: string,
  ids: readonly string[],
): Promise<MembershipChange> {
  return client.send({ operation: `lists.${membership}`, records: ids.length, repeatable: true }, changeSchema, (sdk) =>
    sdk.crm.lists.membershipsApi[membership](listId, [...ids]),
  );
}

const membershipsSchema = z.object({
  results: z.array(z.object({ listId: z.coerce.string(), lastAddedTimestamp: z.coerce.date() })).default([]),
});

/** The lists one contact is in, and since when. */
export async function listsOfContact(client: HubspotClient, contactId: string): Promise<ReadonlyMap<string, Date>> {
  const { results } = await client.send({ operation: 'lists.ofContact', repeatable: true }, membershipsSchema, (sdk) =>
    sdk.crm.lists.membershipsApi.getLists(contactType, contactId),
  );
  return new Map(results.map(({ listId, lastAddedTimestamp }) => [listId, lastAddedTimestamp]));
}

const foundSchema = z.object({ lists: z.array(listSchema).default([]) });

/** The list at this place among all; null: there are no more. */
export async function listAt(client: HubspotClient, offset: number): Promise<List | null> {
  const { lists } = await client.send({ operation: 'lists.search', repeatable: true }, foundSchema, (sdk) =>
    sdk.crm.lists.listsApi.doSearch({ query: '', offset, count: 1, additionalProperties: [] }),
  );
  return lists[0] ?? null;
}

export const isOfContacts = ({ objectTypeId }: List): boolean => objectTypeId === contactType;

const membersSchema = z.object({
  results: z.array(z.object({ recordId: z.coerce.string(), membershipTimestamp: z.coerce.date() })).default([]),
  paging: z
    .object({ next: z.object({ after: z.string() }).optional() })
    .nullish()
    .transform((paging) => paging?.next?.after ?? null),
});

/** One page of a list's members, at most 250. */
export function pageOfMembers(
  client: HubspotClient,
  listId: string,
  after: string | null,
): Promise<z.infer<typeof membersSchema>> {
  return client.send({ operation: 'lists.members', repeatable: true }, membersSchema, (sdk) =>
    sdk.crm.lists.membershipsApi.getPage(listId, after ?? undefined, undefined, 250),
  );
}
