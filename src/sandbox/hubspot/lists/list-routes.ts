import { z } from 'zod';
import type { Account } from '../account.js';
import { parsedBody } from '../body.js';
import { objectTypeOf } from '../object-types.js';
import { invalid, notFound } from '../problem.js';
import { type Answer, atEach, type Call, noContent, ok, type Route } from '../route.js';
import { foundListAnswer, listAnswer } from './list-answer.js';
import { filterBranchSchema } from './list-filter.js';
import type { CrmList } from './list.js';
import type { Lists } from './lists.js';
import { membershipRoutes } from './membership-routes.js';

const bases = ['/crm/v3/lists', '/crm/lists/2026-03'];
const read = ['crm.lists.read'];
const write = { oneOf: ['crm.lists.write'], and: ['crm.lists.read'] };

const createSchema = z.object({
  name: z.string().trim().min(1),
  objectTypeId: z.string(),
  processingType: z.enum(['MANUAL', 'SNAPSHOT', 'DYNAMIC']),
  filterBranch: z.unknown().optional(),
});
const searchSchema = z.object({
  query: z.string().default(''),
  offset: z.int().default(0),
  count: z.int().max(500).default(20),
  listIds: z.array(z.coerce.string()).optional(),
  processingTypes: z.array(z.string()).optional(),
  objectTypeId: z.string().optional(),
});

/** @see https://developers.hubspot.com/docs/api-reference/crm-lists-v3/guide */
export function listRoutes(account: Account, lists: Lists): Route[] {
  const route = (method: Route['method'], path: string, scopes: Route['scopes'], handle: Route['handle']): Route[] =>
    atEach(
      bases.map((base) => base + path),
      { method, scopes, handle },
    );
  const find = ({ params }: Call, deleted = false): CrmList => lists.find(params.listId ?? '', deleted);
  const withFilters = ({ query }: Call): boolean => query.includeFilters === 'true';
  return [
    ...membershipRoutes(account, lists, route, { read, write }),
    ...route('GET', '', read, (call) => {
      const wanted = call.list('listIds');
      const found = lists.all().filter(({ listId }) => wanted.includes(listId));
      return ok({ lists: found.map((list) => listAnswer(list, withFilters(call))) });
    }),
    ...route('POST', '', ['crm.lists.write'], (call) => create(account, lists, call)),
    ...route('POST', '/search', read, (call) => search(lists, call)),
    ...route('GET', '/object-type-id/:objectTypeId/name/:name', read, (call) => {
      const { name = '', objectTypeId = '' } = call.params;
      const list = lists.named(name, objectTypeId);
      if (list === undefined) throw notFound();
      return ok({ list: listAnswer(list, withFilters(call)) });
    }),
    ...route('GET', '/:listId', read, (call) => ok({ list: listAnswer(find(call), withFilters(call)) })),
    ...route('PUT', '/:listId/update-list-name', write, (call) => {
      const list = find(call);
      const name = call.query.listName ?? '';
      checkName(lists, name, list.objectTypeId, list.listId);
      Object.assign(list, { name, updatedAt: account.now(), listVersion: list.listVersion + 1 });
      return ok({ updatedList: listAnswer(list, withFilters(call)) });
    }),
    ...route('DELETE', '/:listId', write, (call) => {
      find(call).deletedAt = account.now();
      return noContent;
    }),
    ...route('PUT', '/:listId/restore', write, (call) => {
      find(call, true).deletedAt = null;
      return noContent;
    }),
  ];
}

function create(account: Account, lists: Lists, { body }: Call): Answer {
  const { name, objectTypeId, processingType, filterBranch } = parsedBody(createSchema, body, 'ListCreateRequest');
  if (objectTypeOf(objectTypeId) === undefined || !/^\d+-\d+$/.test(objectTypeId))
    throw invalid(`Lists cannot be created for the object type ${objectTypeId}.`, {
      subCategory: 'ListError.INVALID_OBJECT_TYPE_FOR_LIST',
    });
  checkName(lists, name, objectTypeId);
  if (processingType !== 'MANUAL' && !filterBranchSchema.safeParse(filterBranch).success)
    throw invalid(`A list with the processing type ${processingType} needs a filterBranch of property filters.`);
  const at = account.now();
  const list: CrmList = {
    listId: account.nextId(),
    name,
    objectTypeId,
    processingType,
    createdAt: at,
    updatedAt: at,
    createdById: '5501',
    listVersion: 1,
    deletedAt: null,
    ...(filterBranch === undefined ? {} : { filterBranch }),
    members: {},
  };
  lists.add(list);
  return ok({ list: listAnswer(list, false) });
}

function checkName(lists: Lists, name: string, objectTypeId: string, ownId?: string): void {
  const other = lists.named(name, objectTypeId);
  if (other !== undefined && other.listId !== ownId)
    throw invalid(`List names must be unique. The name "${name}" is already in use by list ${other.listId}.`, {
      subCategory: 'ILS.DUPLICATE_LIST_NAMES',
      context: { duplicateListNames: [name] },
    });
}

function search(lists: Lists, { body }: Call): Answer {
  const { query, offset, count, listIds, processingTypes, objectTypeId } = parsedBody(searchSchema, body);
  const found = lists
    .all()
    .filter(
      (list) =>
        list.name.toLowerCase().includes(query.toLowerCase()) &&
        (listIds === undefined || listIds.length === 0 || listIds.includes(list.listId)) &&
        (processingTypes === undefined ||
          processingTypes.length === 0 ||
          processingTypes.includes(list.processingType)) &&
        (objectTypeId === undefined || list.objectTypeId === objectTypeId),
    );
  const next = offset + count;
  return ok({
    lists: found.slice(offset, next).map(foundListAnswer),
    total: found.length,
    offset: Math.min(next, found.length),
    hasMore: next < found.length,
  });
}
