import type { Json } from '../../destination.js';
import type { PullPage, PullRequest, RemoteFact } from '../../remote-fact.js';
import type { Rehearsal } from '../test-support.js';

export interface Pulled {
  readonly facts: readonly RemoteFact[];
  readonly watermark: Json;
  readonly pages: number;
}

/** All pages of one pull. */
export async function pull(account: Rehearsal, stream: string, more: Partial<PullRequest> = {}): Promise<Pulled> {
  const request = { stream, object: 'contacts', fields: [], watermark: null, notBefore: null, ...more };
  const facts: RemoteFact[] = [];
  let cursor: Json = null;
  let page: PullPage | undefined;
  let pages = 0;
  do {
    page = await account.connection.pull?.({ ...request, cursor });
    if (page === undefined) throw new Error('There is no pull');
    facts.push(...page.facts);
    cursor = page.cursor;
    pages += 1;
  } while (cursor !== null);
  return { facts, watermark: page.watermark, pages };
}

export const activities = (facts: readonly RemoteFact[]) => facts.filter((fact) => fact.kind === 'activity');

/** The derived attributes of each fact that carries some, by their keys. */
export const derived = (facts: readonly RemoteFact[]): Record<string, unknown>[] =>
  facts.flatMap((fact) =>
    fact.kind === 'derived' ? [Object.fromEntries(fact.attributes.map(({ key, value }) => [key, value]))] : [],
  );

/** A record that a person makes for a contact; `type` is HubSpot's number for such an association. */
export const make = async (account: Rehearsal, object: string, properties: object, contactId: string, type: number) =>
  account.byHand('POST', `/crm/v3/objects/${object}`, {
    properties,
    associations: [
      { to: { id: contactId }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: type }] },
    ],
  });

/** An account whose search finds changes at once. */
export const noLag = { behaviour: { searchLagMs: 0 } };

/** Contacts of an account that has been there for a while. */
export const manyContacts = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    id: String(1_000_000 + n),
    createdAt: '2026-03-01T00:00:00.000Z',
    updatedAt: '2026-03-01T00:00:00.000Z',
    properties: { email: `p${String(n)}@example.com` },
  }));
