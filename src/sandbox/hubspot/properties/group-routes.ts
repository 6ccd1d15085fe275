import { z } from 'zod';
import type { Account } from '../account.js';
import { parsedBody } from '../body.js';
import type { ObjectType } from '../object-types.js';
import { invalid, notFound, Problem } from '../problem.js';
import { type Answer, type Call, created, noContent, ok, type Route } from '../route.js';
import { groupSchema, type PropertyGroup } from './property.js';
import { readSchemas, writeSchemas } from './schema-scopes.js';

const createSchema = groupSchema.omit({ archived: true });
const updateSchema = z.object({ label: z.string().optional(), displayOrder: z.int().optional() });

type MakeRoute = (
  method: Route['method'],
  path: string,
  scopes: Route['scopes'],
  handle: (type: ObjectType, call: Call) => Answer,
) => Route[];

/** Groups of properties, as a contact's page shows them. */
export function groupRoutes(account: Account, route: MakeRoute): Route[] {
  const find = (type: ObjectType, { params }: Call): PropertyGroup => {
    const group = account.store(type).catalog.group(params.group ?? '');
    if (group === undefined) throw notFound();
    return group;
  };
  return [
    ...route('GET', '/groups', readSchemas, (type) => ok({ results: account.store(type).catalog.groups() })),
    ...route('POST', '/groups', writeSchemas, (type, { body }) => create(account, type, body)),
    ...route('GET', '/groups/:group', readSchemas, (type, call) => ok(find(type, call))),
    ...route('PATCH', '/groups/:group', writeSchemas, (type, call) => {
      const { label, displayOrder } = parsedBody(updateSchema, call.body);
      const group = find(type, call);
      const next = { ...group, label: label ?? group.label, displayOrder: displayOrder ?? group.displayOrder };
      account.store(type).catalog.defineGroup(next);
      return ok(next);
    }),
    ...route('DELETE', '/groups/:group', writeSchemas, (type, call) => {
      const { name } = find(type, call);
      const { catalog } = account.store(type);
      if (catalog.all().some((property) => property.groupName === name && !property.archived))
        throw invalid(`Property group '${name}' has properties that are not archived.`, {
          subCategory: 'PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES',
        });
      catalog.removeGroup(name);
      return noContent;
    }),
  ];
}

function create(account: Account, type: ObjectType, body: unknown): Answer {
  const { catalog } = account.store(type);
  const sent = parsedBody(createSchema, body, 'PropertyGroupCreate');
  if (catalog.group(sent.name) !== undefined)
    throw new Problem(409, {
      message: `A property group named '${sent.name}' already exists.`,
      category: 'OBJECT_ALREADY_EXISTS',
      subCategory: 'Properties.PROPERTY_GROUP_WITH_NAME_EXISTS',
    });
  const group = { ...sent, archived: false };
  catalog.defineGroup(group);
  return created(group);
}
