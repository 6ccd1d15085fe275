import { z } from 'zod';
import type { Account } from './account.js';
import { type ContactAnswer, readAnswer, writeAnswer } from './contact-answer.js';
import { type Claims, commit, type PlannedWrite, planWrite } from './contact-write.js';
import { invalid, Problem, unreadable } from './problem.js';
import type { Contact } from './state.js';

const batchLimit = 100;
const valueSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const writeSchema = z.object({
  inputs: z
    .array(
      z.object({
        id: z.coerce.string(),
        idProperty: z.string().optional(),
        objectWriteTraceId: z.string().optional(),
        properties: z.record(z.string(), valueSchema).default({}),
      }),
    )
    .default([]),
});
type WriteInput = z.infer<typeof writeSchema>['inputs'][number];

const readSchema = z.object({
  inputs: z.array(z.object({ id: z.coerce.string() })).default([]),
  properties: z.array(z.string()).default([]),
  propertiesWithHistory: z.array(z.string()).default([]),
  idProperty: z.string().optional(),
});

export interface BatchAnswer {
  readonly status: 200 | 207;
  readonly body: unknown;
}

/** Creates or updates by a unique property. All or nothing, unless the account's behaviour says otherwise. */
export function upsertContacts(account: Account, body: unknown): BatchAnswer {
  const { inputs } = parsed(writeSchema, body);
  checkSize(inputs.length);
  checkDuplicates(inputs.map(({ id }) => id.trim().toLowerCase()));
  const startedAt = account.now();
  const partial = account.behaviour.partialUpserts && inputs.every(({ objectWriteTraceId }) => objectWriteTraceId);
  const claims: Claims = new Map();
  const planned: { input: WriteInput; write: PlannedWrite }[] = [];
  const errors: unknown[] = [];
  for (const input of inputs) {
    const write = plan(account, input, claims);
    if (!(write instanceof Problem)) planned.push({ input, write });
    else if (partial) errors.push(recordError(write, input.objectWriteTraceId ?? ''));
    else throw write;
  }
  const results = planned.map(({ input: { objectWriteTraceId }, write }) => ({
    ...writeAnswer(commit(account, write), write.sent),
    new: write.contact === undefined,
    ...(objectWriteTraceId === undefined ? {} : { objectWriteTraceId }),
  }));
  return batchAnswer(account, startedAt, results, errors);
}

/** Updates by record id or by a unique property. Unknown ones are told in a 207; a bad one refuses the whole batch. */
export function updateContacts(account: Account, body: unknown): BatchAnswer {
  const { inputs } = parsed(writeSchema, body);
  checkSize(inputs.length);
  checkDuplicates(inputs.map(({ id }) => id.trim().toLowerCase()));
  const startedAt = account.now();
  const claims: Claims = new Map();
  const missing: string[] = [];
  const planned: PlannedWrite[] = [];
  for (const { id, idProperty, properties } of inputs) {
    if (idProperty !== undefined) checkUnique(account, idProperty);
    const contact = idProperty === undefined ? account.contact(id) : account.owner(idProperty, id);
    if (contact === undefined) missing.push(id);
    else planned.push(accepted(planWrite(account, contact, properties, claims)));
  }
  const results = planned.map((write) => writeAnswer(commit(account, write), write.sent));
  return batchAnswer(account, startedAt, results, missing.length === 0 ? [] : [missingError(missing)]);
}

function accepted(write: PlannedWrite | Problem): PlannedWrite {
  if (write instanceof Problem) throw write;
  return write;
}

/** Reads by record id or by a unique property. Unknown ones are told in a 207. */
export function readContacts(account: Account, body: unknown): BatchAnswer {
  const { inputs, properties, propertiesWithHistory, idProperty } = parsed(readSchema, body);
  checkSize(inputs.length);
  if (propertiesWithHistory.length > 0 && inputs.length > 50)
    throw invalid(
      'The maximum number of inputs supported in a batch request for property histories is 50. Please reduce the number of items and try again',
    );
  if (idProperty !== undefined) checkUnique(account, idProperty);
  const startedAt = account.now();
  const found = inputs.map(({ id }) => ({
    id,
    contact: idProperty === undefined ? account.contact(id) : account.owner(idProperty, id),
  }));
  const contacts = new Set(found.flatMap(({ contact }) => contact ?? []));
  const missing = found.filter(({ contact }) => contact === undefined).map(({ id }) => id);
  const errors = missing.length === 0 ? [] : [missingError(missing)];
  return batchAnswer(
    account,
    startedAt,
    [...contacts].map((contact) => readAnswer(contact, properties)),
    errors,
  );
}

function plan(account: Account, { id, idProperty = 'hs_object_id', properties }: WriteInput, claims: Claims) {
  checkUnique(account, idProperty);
  const contact: Contact | undefined = account.owner(idProperty, id);
  // Who is found by an additional address keeps the primary one.
  const write = planWrite(
    account,
    contact,
    contact === undefined ? { [idProperty]: id, ...properties } : properties,
    claims,
  );
  return write instanceof Problem ? write : { ...write, sent: [idProperty, ...Object.keys(properties)] };
}

function checkSize(inputs: number): void {
  if (inputs > batchLimit)
    throw invalid(
      `The maximum number of inputs supported in a batch request is ${String(batchLimit)}. Please reduce the number of items and try again`,
    );
}

function checkDuplicates(ids: readonly string[]): void {
  const duplicates = [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
  if (duplicates.length > 0)
    throw invalid(`Duplicate IDs found in batch input: [${duplicates.join(', ')}]. IDs must be unique`, {
      context: { ids: duplicates },
    });
}

function checkUnique(account: Account, property: string): void {
  if (!account.isUnique(property))
    throw invalid(
      `Unable to perform update/upsert by non-unique 0-1 property ${property} in portal ID ${String(account.portalId)}`,
    );
}

const recordError = ({ body }: Problem, traceId: string): unknown => ({
  status: 'error',
  category: body.category,
  message: body.message,
  context: { objectWriteTraceId: [traceId] },
});

const missingError = (ids: readonly string[]): unknown => ({
  status: 'error',
  category: 'OBJECT_NOT_FOUND',
  message: 'Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid.',
  context: { ids },
});

/** HubSpot promises no order; here it is never that of the inputs, so nobody relies on it. */
function batchAnswer(
  account: Account,
  startedAt: string,
  results: readonly ContactAnswer[],
  errors: readonly unknown[],
): BatchAnswer {
  const body = { status: 'COMPLETE', results: results.toReversed(), startedAt, completedAt: account.now() };
  return errors.length === 0
    ? { status: 200, body }
    : { status: 207, body: { ...body, numErrors: errors.length, errors } };
}

function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (!result.success) throw unreadable(z.prettifyError(result.error));
  return result.data;
}
