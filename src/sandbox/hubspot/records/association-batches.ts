import { z } from 'zod';
import type { Account } from '../account.js';
import { parsedBody } from '../body.js';
import { type ObjectType, objectTypes } from '../object-types.js';
import type { Answer, Call } from '../route.js';
import { noContent } from '../route.js';
import { associationSpecSchema, checkedType } from './associate-new.js';
import { associationType, defaultAssociation } from './association.js';
import type { Neighbour } from './association-store.js';
import { batchAnswer, checkSize } from './batch-answer.js';

const mostWrites = 2_000;
const pageSize = 500;

const idSchema = z.object({ id: z.coerce.string() });
const readSchema = z.object({
  inputs: z.array(z.object({ id: z.coerce.string(), after: z.coerce.string().optional() })).default([]),
});
const pairsSchema = z.object({
  inputs: z
    .array(z.object({ from: idSchema, to: idSchema, types: z.array(associationSpecSchema).default([]) }))
    .default([]),
});
const archiveSchema = z.object({ inputs: z.array(z.object({ from: idSchema, to: z.array(idSchema) })).default([]) });
type Pair = z.infer<typeof pairsSchema>['inputs'][number];

/** Ids come out as numbers here, and only here. */
export function neighbourAnswer(type: ObjectType, { toId, typeIds }: Neighbour): object {
  const associationTypes = typeIds.map((typeId) => ({
    category: 'HUBSPOT_DEFINED',
    typeId,
    label: associationType(type, typeId)?.label ?? null,
  }));
  return { toObjectId: Number(toId), associationTypes };
}

/** Who belongs to nobody is missing among the results and told as an error of a 207. */
export function readAssociations(account: Account, from: ObjectType, to: ObjectType, { body }: Call): Answer {
  const { inputs } = parsedBody(readSchema, body);
  checkSize(inputs.length, account.behaviour.mostAssociationReads);
  const startedAt = account.now();
  const found = inputs.map(({ id, after }) => {
    const all = account.associations.neighbours(from, account.store(from).get(id)?.id ?? id, to);
    const start = Number(after ?? 0);
    const next = start + pageSize;
    return {
      from: { id },
      to: all.slice(start, next).map((neighbour) => neighbourAnswer(from, neighbour)),
      ...(next < all.length ? { paging: { next: { after: String(next) } } } : {}),
    };
  });
  const errors = found
    .filter((answer) => answer.to.length === 0)
    .map((answer) => ({
      status: 'error',
      category: 'OBJECT_NOT_FOUND',
      subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
      message: `No ${objectTypes[to].singular} is associated with ${objectTypes[from].singular} ${answer.from.id}.`,
      context: { fromObjectId: [answer.from.id] },
    }));
  return batchAnswer(
    account,
    startedAt,
    found.filter((answer) => answer.to.length > 0),
    errors,
  );
}

function missingError(account: Account, from: ObjectType, to: ObjectType, pair: Pair): unknown {
  const missing: [string, string][] = [];
  if (account.store(from).get(pair.from.id) === undefined) missing.push(['fromObjectId', pair.from.id]);
  if (account.store(to).get(pair.to.id) === undefined) missing.push(['toObjectId', pair.to.id]);
  if (missing.length === 0) return undefined;
  return {
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    message: 'One or more of the objects to associate do not exist.',
    context: Object.fromEntries(missing.map(([name, id]) => [name, [id]])),
  };
}

/** With the given types, or with the default one. */
export function createAssociations(
  account: Account,
  from: ObjectType,
  to: ObjectType,
  byDefault: boolean,
  call: Call,
): Answer {
  const { inputs } = parsedBody(pairsSchema, call.body);
  checkSize(inputs.length, mostWrites);
  for (const { types } of inputs) for (const { associationTypeId } of types) checkedType(from, associationTypeId);
  const startedAt = account.now();
  const results: unknown[] = [];
  const errors: unknown[] = [];
  for (const pair of inputs) {
    const missing = missingError(account, from, to, pair);
    if (missing === undefined) results.push(...associate(account, from, to, byDefault, pair, call));
    else errors.push(missing);
  }
  return batchAnswer(account, startedAt, results, errors, byDefault ? 200 : 201);
}

function associate(
  account: Account,
  from: ObjectType,
  to: ObjectType,
  byDefault: boolean,
  pair: Pair,
  { origin }: Call,
): unknown[] {
  if (byDefault)
    return account.associations
      .associateDefault(from, pair.from.id, to, pair.to.id, origin)
      .map((typeId) => defaultAnswer(typeId, pair.from.id, pair.to.id));
  for (const { associationTypeId } of pair.types)
    if (defaultAssociation(from, to)?.typeId === associationTypeId)
      account.associations.associateDefault(from, pair.from.id, to, pair.to.id, origin);
    else account.associations.associate(from, pair.from.id, associationTypeId, pair.to.id, origin);
  const labels = pair.types.flatMap(({ associationTypeId }) => associationType(from, associationTypeId)?.label ?? []);
  return [
    {
      fromObjectTypeId: objectTypes[from].typeId,
      fromObjectId: Number(pair.from.id),
      toObjectTypeId: objectTypes[to].typeId,
      toObjectId: Number(pair.to.id),
      labels,
    },
  ];
}

export const defaultAnswer = (typeId: number, fromId: string, toId: string): object => ({
  from: { id: fromId },
  to: { id: toId },
  associationSpec: { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: typeId },
});

export function archiveAssociations(
  account: Account,
  from: ObjectType,
  to: ObjectType,
  { body, origin }: Call,
): Answer {
  const { inputs } = parsedBody(archiveSchema, body);
  checkSize(inputs.length, mostWrites);
  for (const input of inputs)
    for (const { id } of input.to) account.associations.dissociate(from, input.from.id, to, id, null, origin);
  return noContent;
}
