import { z } from 'zod';
import type { PullPage, PullRequest } from '../../remote-fact.js';
import type { Account } from '../account.js';
import { isOfContacts, type List, listAt, pageOfMembers } from '../api/lists.js';
import { referencesTo } from './contact-references.js';
import { type HubspotStream, newSpan, readCursor, spanSchema, watermarkOf } from './stream.js';

const cursorSchema = z.object({ span: spanSchema, place: z.int().min(0), after: z.string().nullable() });

export const listsStream: HubspotStream = {
  declaration: {
    id: 'lists',
    title: 'Lists',
    description:
      'Which contacts are in which list, and since when. Read whole each time: HubSpot does not tell changes.',
    scopes: ['crm.lists.read', 'crm.objects.contacts.read'],
    incremental: false,
    everyMs: 24 * 60 * 60_000,
  },
  /** One page of one list's members; then the next list. */
  async pull(account, request): Promise<PullPage> {
    const { span, place, after } = readPlace(account, request);
    const list = await listAt(account.client, place);
    const watermark = watermarkOf(span);
    if (list === null) return { facts: [], cursor: null, watermark, done: 0, total: null };
    const { results, paging } = isOfContacts(list)
      ? await pageOfMembers(account.client, list.listId, after)
      : { results: [], paging: null };
    const next = paging === null ? { place: place + 1, after: null } : { place, after: paging };
    return {
      facts: await joinings(account, list, results, request.notBefore),
      cursor: { span: { ...span }, ...next },
      watermark,
      done: results.length,
      total: null,
    };
  },
};

function readPlace({ context }: Account, request: PullRequest): z.infer<typeof cursorSchema> {
  if (request.cursor !== null) return readCursor(cursorSchema, request.cursor);
  return { span: newSpan(request, context.now()), place: 0, after: null };
}

interface Member {
  readonly recordId: string;
  readonly membershipTimestamp: Date;
}

async function joinings(
  account: Account,
  { listId, name }: List,
  members: readonly Member[],
  notBefore: Date | null,
): Promise<PullPage['facts']> {
  const wanted = members.filter(({ membershipTimestamp: at }) => notBefore === null || at >= notBefore);
  const references = await referencesTo(
    account,
    wanted.map(({ recordId }) => recordId),
  );
  return wanted.flatMap(({ recordId, membershipTimestamp: at }) => {
    const about = references.get(recordId);
    if (about === undefined) return [];
    return [
      {
        kind: 'activity',
        name: 'list_joined',
        about,
        occurredAt: at,
        dedupeKey: `list_joined:${listId}:${recordId}:${at.toISOString()}`,
        own: false,
        properties: { listId, list: name },
      },
    ];
  });
}
