import { z } from 'zod';
import type { Account } from '../account.js';
import { parsedBody } from '../body.js';
import { objectFacts, type ObjectType, objectTypes } from '../object-types.js';
import { notFound } from '../problem.js';
import { type Answer, atEach, type Call, created, noContent, ok, paged, type Route } from '../route.js';
import { associationSpecSchema, checkedType } from './associate-new.js';
import {
  archiveAssociations,
  createAssociations,
  defaultAnswer,
  neighbourAnswer,
  readAssociations,
} from './association-batches.js';
import { associationType, associationTypes } from './association.js';
import { typeIn } from './record-routes.js';

const batch = '/crm/v4/associations/:from/:to';
const single = '/crm/v4/objects/:from/:id/associations';
const specsSchema = z.array(associationSpecSchema);

const fromOf = (call: Call): ObjectType => typeIn(call, 'from');
const toOf = (call: Call): ObjectType => typeIn(call, 'to');
const read = (call: Call): readonly string[] => objectFacts(fromOf(call)).read;
const write = (call: Call): readonly string[] => objectFacts(fromOf(call)).write;

/** @see https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide */
export function associationRoutes(account: Account): Route[] {
  const batchOf =
    (handle: (account: Account, from: ObjectType, to: ObjectType, call: Call) => Answer) =>
    (call: Call): Answer =>
      handle(account, fromOf(call), toOf(call), call);
  return [
    { method: 'POST', path: `${batch}/batch/read`, scopes: read, handle: batchOf(readAssociations) },
    {
      method: 'POST',
      path: `${batch}/batch/create`,
      scopes: write,
      handle: (call) => createAssociations(account, fromOf(call), toOf(call), false, call),
    },
    {
      method: 'POST',
      path: `${batch}/batch/associate/default`,
      scopes: write,
      handle: (call) => createAssociations(account, fromOf(call), toOf(call), true, call),
    },
    { method: 'POST', path: `${batch}/batch/archive`, scopes: write, handle: batchOf(archiveAssociations) },
    ...atEach([`${batch}/labels`, '/crm/associations/v4/:from/:to/labels'], {
      method: 'GET',
      scopes: read,
      handle: (call) => labels(fromOf(call), toOf(call)),
    }),
    { method: 'GET', path: `${single}/:to`, scopes: read, handle: (call) => list(account, call) },
    { method: 'PUT', path: `${single}/default/:to/:toId`, scopes: write, handle: (call) => putDefault(account, call) },
    { method: 'PUT', path: `${single}/:to/:toId`, scopes: write, handle: (call) => put(account, call) },
    {
      method: 'DELETE',
      path: `${single}/:to/:toId`,
      scopes: write,
      handle: (call) => {
        const { id = '', toId = '' } = call.params;
        account.associations.dissociate(fromOf(call), id, toOf(call), toId, null, call.origin);
        return noContent;
      },
    },
  ];
}

function labels(from: ObjectType, to: ObjectType): Answer {
  const defined = associationTypes.filter((type) => type.from === from && type.to === to);
  return ok({
    results: defined.map(({ typeId, label }) => ({ category: 'HUBSPOT_DEFINED', typeId, label: label ?? null })),
  });
}

function list(account: Account, call: Call): Answer {
  const [from, to] = [fromOf(call), toOf(call)];
  const record = account.store(from).get(call.params.id ?? '');
  if (record === undefined) throw notFound();
  const all = account.associations.neighbours(from, record.id, to);
  return ok(
    paged(call, all, (neighbour) => neighbourAnswer(from, neighbour), { usual: 500, most: 500, path: call.url }),
  );
}

/** Both ends have to be there. */
function ends(account: Account, call: Call): { id: string; toId: string } {
  const { id = '', toId = '' } = call.params;
  const from = account.store(fromOf(call)).get(id);
  const to = account.store(toOf(call)).get(toId);
  if (from === undefined || to === undefined) throw notFound();
  return { id: from.id, toId: to.id };
}

function putDefault(account: Account, call: Call): Answer {
  const { id, toId } = ends(account, call);
  const from = fromOf(call);
  const typeIds = account.associations.associateDefault(from, id, toOf(call), toId, call.origin);
  const results = typeIds.map((typeId) => defaultAnswer(typeId, id, toId));
  return ok({ status: 'COMPLETE', results, startedAt: account.now(), completedAt: account.now() });
}

function put(account: Account, call: Call): Answer {
  const { id, toId } = ends(account, call);
  const [from, to] = [fromOf(call), toOf(call)];
  const specs = parsedBody(specsSchema, call.body);
  for (const { associationTypeId } of specs) checkedType(from, associationTypeId);
  for (const { associationTypeId } of specs)
    account.associations.associate(from, id, associationTypeId, toId, call.origin);
  return created({
    fromObjectTypeId: objectTypes[from].typeId,
    fromObjectId: Number(id),
    toObjectTypeId: objectTypes[to].typeId,
    toObjectId: Number(toId),
    labels: specs.flatMap(({ associationTypeId }) => associationType(from, associationTypeId)?.label ?? []),
  });
}
