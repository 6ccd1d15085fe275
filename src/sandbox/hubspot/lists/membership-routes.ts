import { z } from 'zod';
import type { Account } from '../account.js';
import { parsedBody } from '../body.js';
import { batchAnswer } from '../records/batch-answer.js';
import { type Answer, type Call, noContent, ok, paged, type Route, type Scopes } from '../route.js';
import { changeAnswer, membershipAnswer } from './list-answer.js';
import type { CrmList } from './list.js';
import type { Lists } from './lists.js';

const idsSchema = z.array(z.coerce.string());
const changeSchema = z.object({ recordIdsToAdd: idsSchema.default([]), recordIdsToRemove: idsSchema.default([]) });
const recordsSchema = z.object({
  inputs: z.array(z.object({ objectTypeId: z.string(), recordId: z.coerce.string() })).default([]),
});

type MakeRoute = (
  method: Route['method'],
  path: string,
  scopes: Route['scopes'],
  handle: (call: Call) => Answer,
) => Route[];
interface Rights {
  readonly read: readonly string[];
  readonly write: Scopes;
}

/** Who is in which list. */
export function membershipRoutes(account: Account, lists: Lists, route: MakeRoute, { read, write }: Rights): Route[] {
  const find = ({ params }: Call): CrmList => lists.find(params.listId ?? '');
  const change = (path: string, handle: (list: CrmList, call: Call) => Answer): Route[] =>
    route('PUT', `/:listId/memberships/${path}`, write, (call) => handle(find(call), call));
  const members = (call: Call, order: (list: CrmList) => [string, CrmList['members'][string]][]): Answer => {
    const list = find(call);
    const answer = ([recordId, { lastAddedAt }]: [string, CrmList['members'][string]]): object => ({
      recordId,
      membershipTimestamp: lastAddedAt,
    });
    return ok(
      paged(call, order(list), answer, { usual: 100, most: 250, path: `/crm/v3/lists/${list.listId}/memberships` }),
    );
  };
  return [
    ...change('add', (list, { body }) => ok(changeAnswer(lists.change(list, parsedBody(idsSchema, body), [])))),
    ...change('remove', (list, { body }) => ok(changeAnswer(lists.change(list, [], parsedBody(idsSchema, body))))),
    ...change('add-and-remove', (list, { body }) => {
      const { recordIdsToAdd, recordIdsToRemove } = parsedBody(changeSchema, body);
      return ok(changeAnswer(lists.change(list, recordIdsToAdd, recordIdsToRemove)));
    }),
    ...change('add-from/:sourceListId', (list, { params }) => {
      lists.change(list, Object.keys(lists.find(params.sourceListId ?? '').members), []);
      return noContent;
    }),
    ...route('DELETE', '/:listId/memberships', write, (call) => {
      const list = find(call);
      lists.change(list, [], Object.keys(list.members));
      return noContent;
    }),
    ...route('GET', '/:listId/memberships', read, (call) =>
      members(call, (list) => Object.entries(list.members).toSorted(([a], [b]) => Number(a) - Number(b))),
    ),
    ...route('GET', '/:listId/memberships/join-order', read, (call) =>
      members(call, (list) =>
        Object.entries(list.members).toSorted(([, a], [, b]) => a.lastAddedAt.localeCompare(b.lastAddedAt)),
      ),
    ),
    ...route('GET', '/records/:objectTypeId/:recordId/memberships', read, ({ params }) =>
      ok({ results: listsOf(lists, params.objectTypeId ?? '', params.recordId ?? '') }),
    ),
    ...route('POST', '/records/memberships/batch/read', read, ({ body }) => {
      const { inputs } = parsedBody(recordsSchema, body);
      const results = inputs.map(({ objectTypeId, recordId }) => ({
        objectTypeId,
        recordId,
        recordListMemberships: listsOf(lists, objectTypeId, recordId),
      }));
      return batchAnswer(account, account.now(), results);
    }),
  ];
}

const listsOf = (lists: Lists, objectTypeId: string, recordId: string): object[] =>
  lists
    .all()
    .filter((list) => list.objectTypeId === objectTypeId && list.members[recordId] !== undefined)
    .map((list) => membershipAnswer(list, recordId));
