import { z } from 'zod';
import type { Account } from '../account.js';
import { parsedBody } from '../body.js';
import type { ObjectType } from '../object-types.js';
import { conflict, invalid, Problem } from '../problem.js';
import { type Answer, type Call, noContent } from '../route.js';
import { associateNew, checkNew, newAssociationsSchema } from './associate-new.js';
import { batchAnswer, checkDuplicates, checkSize, checkUnique, missingError, recordError } from './batch-answer.js';
import type { CrmRecord } from './record.js';
import { readAnswer, writeAnswer } from './record-answer.js';
import { type Claims, commit, type PlannedWrite, planWrite } from './record-write.js';

export const propertiesSchema = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
  .default({});

const keyedSchema = z.object({
  inputs: z
    .array(
      z.object({
        id: z.coerce.string(),
        idProperty: z.string().optional(),
        objectWriteTraceId: z.string().optional(),
        properties: propertiesSchema,
      }),
    )
    .default([]),
});
type KeyedInput = z.infer<typeof keyedSchema>['inputs'][number];

const newSchema = z.object({
  inputs: z
    .array(
      z.object({
        objectWriteTraceId: z.string().optional(),
        properties: propertiesSchema,
        associations: newAssociationsSchema,
      }),
    )
    .default([]),
});

const idsSchema = z.object({ inputs: z.array(z.object({ id: z.coerce.string() })).default([]) });
const readSchema = idsSchema.extend({
  properties: z.array(z.string()).default([]),
  propertiesWithHistory: z.array(z.string()).default([]),
  idProperty: z.string().optional(),
});

interface Traced {
  readonly objectWriteTraceId?: string | undefined;
}
const traced = ({ objectWriteTraceId }: Traced): object =>
  objectWriteTraceId === undefined ? {} : { objectWriteTraceId };

/** Plans all of them; without `partial` the first bad one refuses the whole batch. */
function planAll<T extends Traced>(
  inputs: readonly T[],
  partial: boolean,
  plan: (input: T) => PlannedWrite | Problem,
): { planned: { input: T; write: PlannedWrite }[]; errors: unknown[] } {
  const mayFail = partial && inputs.every(({ objectWriteTraceId }) => objectWriteTraceId !== undefined);
  const planned: { input: T; write: PlannedWrite }[] = [];
  const errors: unknown[] = [];
  for (const input of inputs) {
    const write = plan(input);
    if (!(write instanceof Problem)) planned.push({ input, write });
    else if (mayFail && write.status !== 423) errors.push(recordError(write, input.objectWriteTraceId ?? ''));
    else throw write;
  }
  return { planned, errors };
}

/** Creates or updates by a unique property. All or nothing, unless the account's behaviour says otherwise. */
export function upsertRecords(account: Account, type: ObjectType, { body, origin }: Call): Answer {
  const { inputs } = parsedBody(keyedSchema, body);
  checkSize(inputs.length);
  checkDuplicates(inputs.map(({ id }) => id.trim().toLowerCase()));
  const startedAt = account.now();
  const claims: Claims = new Map();
  const { planned, errors } = planAll(inputs, account.behaviour.partialUpserts, (input) =>
    planUpsert(account, type, input, claims),
  );
  const results = planned.map(({ input, write }) => ({
    ...writeAnswer(account, type, commit(account, type, write, origin), write.sent),
    new: write.record === undefined,
    ...traced(input),
  }));
  return batchAnswer(account, startedAt, results, errors);
}

function planUpsert(
  account: Account,
  type: ObjectType,
  { id, idProperty = 'hs_object_id', properties }: KeyedInput,
  claims: Claims,
): PlannedWrite | Problem {
  checkUnique(account, type, idProperty);
  const record = account.store(type).owner(idProperty, id);
  const isSecondary =
    idProperty === 'email' && record !== undefined && record.properties.email !== id.trim().toLowerCase();
  if (isSecondary && account.behaviour.upsertBySecondaryEmail === 'conflict') return conflict(record.id);
  // Who is found by an additional address keeps the primary one.
  const write = planWrite(
    account,
    type,
    record,
    record === undefined ? { [idProperty]: id, ...properties } : properties,
    claims,
  );
  return write instanceof Problem ? write : { ...write, sent: [idProperty, ...Object.keys(properties)] };
}

/** With trace ids the bad ones are told one by one; otherwise the first bad one refuses the whole batch. */
export function createRecords(account: Account, type: ObjectType, { body, origin }: Call): Answer {
  const { inputs } = parsedBody(newSchema, body);
  checkSize(inputs.length);
  const startedAt = account.now();
  const claims: Claims = new Map();
  for (const { associations } of inputs) checkNew(account, type, associations);
  const { planned, errors } = planAll(inputs, account.behaviour.partialCreates, ({ properties }) =>
    planWrite(account, type, undefined, properties, claims),
  );
  const results = planned.map(({ input, write }) => {
    const record = commit(account, type, write, origin);
    associateNew(account, type, record.id, input.associations, origin);
    return { ...writeAnswer(account, type, record, write.sent), ...traced(input) };
  });
  return batchAnswer(account, startedAt, results, errors, 201);
}

/** Updates by record id or by a unique property. Unknown ones are told in a 207; a bad one refuses the whole batch. */
export function updateRecords(account: Account, type: ObjectType, { body, origin }: Call): Answer {
  const { inputs } = parsedBody(keyedSchema, body);
  checkSize(inputs.length);
  checkDuplicates(inputs.map(({ id }) => id.trim().toLowerCase()));
  const startedAt = account.now();
  const claims: Claims = new Map();
  const missing: string[] = [];
  const planned: { input: KeyedInput; write: PlannedWrite }[] = [];
  for (const input of inputs) {
    const record = found(account, type, input.id, input.idProperty);
    if (record === undefined) missing.push(input.id);
    else planned.push({ input, write: accepted(planWrite(account, type, record, input.properties, claims)) });
  }
  const results = planned.map(({ input, write }) => ({
    ...writeAnswer(account, type, commit(account, type, write, origin), write.sent),
    ...traced(input),
  }));
  return batchAnswer(account, startedAt, results, missing.length === 0 ? [] : [missingError(type, missing)]);
}

function found(account: Account, type: ObjectType, id: string, idProperty: string | undefined): CrmRecord | undefined {
  if (idProperty === undefined) return account.store(type).get(id);
  checkUnique(account, type, idProperty);
  if (idProperty === 'email' && !account.behaviour.updateByEmail)
    throw invalid(`Unable to perform update by property ${idProperty}`);
  return account.store(type).owner(idProperty, id);
}

/** @throws Problem */
export function accepted(write: PlannedWrite | Problem): PlannedWrite {
  if (write instanceof Problem) throw write;
  return write;
}

/** Reads by record id or by a unique property. Unknown ones are told in a 207. */
export function readRecords(account: Account, type: ObjectType, { body, query }: Call): Answer {
  const { inputs, properties, propertiesWithHistory, idProperty } = parsedBody(readSchema, body);
  checkSize(inputs.length);
  if (propertiesWithHistory.length > 0 && inputs.length > 50)
    throw invalid(
      'The maximum number of inputs supported in a batch request for property histories is 50. Please reduce the number of items and try again',
    );
  if (idProperty !== undefined) checkUnique(account, type, idProperty);
  const startedAt = account.now();
  const store = account.store(type);
  const looked = inputs.map(({ id }) => ({
    id,
    record: idProperty === undefined ? store.get(id, query.archived === 'true') : store.owner(idProperty, id),
  }));
  const records = new Set(looked.flatMap(({ record }) => record ?? []));
  const missing = looked.filter(({ record }) => record === undefined).map(({ id }) => id);
  return batchAnswer(
    account,
    startedAt,
    [...records].map((record) => readAnswer(account, type, record, properties, propertiesWithHistory)),
    missing.length === 0 ? [] : [missingError(type, missing)],
  );
}

/** What is not there is not missed. */
export function archiveRecords(account: Account, type: ObjectType, { body, origin }: Call): Answer {
  const { inputs } = parsedBody(idsSchema, body);
  checkSize(inputs.length);
  for (const { id } of inputs) {
    const record = account.store(type).get(id);
    if (record !== undefined) account.store(type).archive(record, origin);
  }
  return noContent;
}
