import { DeliveryError } from '../delivery-error.js';
import type { SalesforceClient } from './client.js';
import { createRows, updateRows, upsertRows, type WireRecord } from './collections.js';
import { hasMoved } from './memo.js';
import { without, type OutgoingRow } from './outgoing-row.js';
import { fieldsAtFault } from './remedy.js';
import { writesByKey, type RowPlan } from './row-plan.js';
import type { Complaint, SavedRow } from './wire.js';

/** What became of one row, with the row as it was finally sent. */
export type SavedOutcome = { readonly row: OutgoingRow } & (
  | { readonly saved: { readonly id: string; readonly created: boolean } }
  | { readonly complaints: readonly Complaint[] }
  | { readonly failure: DeliveryError }
);

/** How a row reaches its record: Salesforce finds or makes it by our key, we know its id, or it is new and has no key of its own. */
type Way = 'by_key' | 'by_id' | 'as_new';

const ways: readonly Way[] = ['by_id', 'by_key', 'as_new'];

const wayOf = ({ place }: OutgoingRow, plan: RowPlan): Way =>
  place.id !== null ? 'by_id' : writesByKey(plan) ? 'by_key' : 'as_new';

type Send = (client: SalesforceClient, plan: RowPlan, rows: readonly OutgoingRow[]) => Promise<readonly SavedRow[]>;

const senders = {
  by_key: (client, plan, rows) =>
    upsertRows(
      client,
      plan.kind.sobject,
      plan.keyField.name,
      rows.map(({ record, values }) => ({ ...values, [plan.keyField.name]: record.key })),
    ),
  by_id: (client, plan, rows) =>
    updateRows(
      client,
      plan.kind.sobject,
      rows.map((row) => ({ id: row.place.id, ...row.values, ...newKeyOf(row, plan) })),
    ),
  as_new: (client, plan, rows) =>
    createRows(
      client,
      plan.kind.sobject,
      rows.map(({ record, values }) => ({ ...values, [plan.keyField.name]: record.key })),
    ),
} as const satisfies Record<Way, Send>;

/** What people typed as an address or a number stays as they typed it, unless ours has changed. */
export const newKeyOf = ({ record }: OutgoingRow, plan: RowPlan): WireRecord =>
  writesByKey(plan) || hasMoved(record) ? { [plan.keyField.name]: record.key } : {};

/**
 * Sends rows of one kind of person in as few calls as there are ways to reach them. When Salesforce refuses a whole call because of
 * its content, the bad field it names is taken out of all rows, and where it names none the call is halved until the bad record
 * stands alone.
 *
 * @returns one outcome per row
 * @throws DeliveryError when one reason stopped all of them
 */
export async function saveRows(
  client: SalesforceClient,
  plan: RowPlan,
  rows: readonly OutgoingRow[],
): Promise<readonly SavedOutcome[]> {
  const groups = ways.flatMap((way) =>
    chunksOf(
      rows.filter((row) => wayOf(row, plan) === way),
      client.settings.recordsPerCall,
    ),
  );
  const outcomes: SavedOutcome[] = [];
  for (const [index, group] of groups.entries())
    outcomes.push(...(await (index === 0 ? saveWay : saveOrFail)(client, plan, group)));
  return outcomes;
}

function chunksOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

async function saveWay(
  client: SalesforceClient,
  plan: RowPlan,
  rows: readonly OutgoingRow[],
): Promise<readonly SavedOutcome[]> {
  try {
    return await saveTogether(client, plan, rows);
  } catch (error) {
    if (!(error instanceof DeliveryError) || error.kind !== 'rejected') throw error;
    const mended = withoutNamedField(rows, error, plan);
    if (mended !== null) return saveWay(client, plan, mended);
    if (rows.length === 1) return rows.map((row) => ({ row, failure: error }));
    const middle = Math.ceil(rows.length / 2);
    const first = await saveOrFail(client, plan, rows.slice(0, middle));
    return [...first, ...(await saveOrFail(client, plan, rows.slice(middle)))];
  }
}

/** Like `saveRows`, for rows whose neighbours have been dealt with already: what stops them is their own outcome. */
export async function saveOrFail(
  ...[client, plan, rows]: Parameters<typeof saveRows>
): Promise<readonly SavedOutcome[]> {
  try {
    return await saveRows(client, plan, rows);
  } catch (error) {
    if (error instanceof DeliveryError) return rows.map((row) => ({ row, failure: error }));
    throw error;
  }
}

async function saveTogether(...[client, plan, rows]: Parameters<typeof saveRows>): Promise<readonly SavedOutcome[]> {
  const [first] = rows;
  if (first === undefined) return [];
  try {
    const answers = await senders[wayOf(first, plan)](client, plan, rows);
    return rows.map((row, index) => outcomeOf(row, answers[index]));
  } catch (error) {
    if (!(error instanceof DeliveryError) || error.details.code !== 'RESULT_MISSING') throw error;
    return rows.map((row) => ({ row, failure: error }));
  }
}

function outcomeOf(row: OutgoingRow, answer: SavedRow | undefined): SavedOutcome {
  if (answer?.success === false) return { row, complaints: answer.errors };
  const id = answer?.id ?? row.place.id;
  if (answer === undefined || id === null)
    return { row, failure: new DeliveryError('transient', 'Salesforce named no record', { code: 'RESULT_MISSING' }) };
  return { row, saved: { id, created: answer.created } };
}

function withoutNamedField(
  rows: readonly OutgoingRow[],
  { message, details }: DeliveryError,
  { schema }: RowPlan,
): readonly OutgoingRow[] | null {
  const { code = '', field } = details;
  const complaint = { code, message, fields: field === undefined ? [] : [field], duplicates: [] };
  if (code !== 'INVALID_FIELD' && code !== 'INVALID_FIELD_FOR_INSERT_UPDATE') return null;
  const faulty = rows.map((row) => fieldsAtFault(complaint, row.values, schema));
  if (faulty.every((fields) => fields.length === 0)) return null;
  return rows.map((row, index) => without(row, faulty[index] ?? [], complaint));
}
