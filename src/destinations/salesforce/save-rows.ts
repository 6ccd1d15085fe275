import { DeliveryError } from '../delivery-error.js';
import type { SalesforceClient } from './client.js';
import { without, type OutgoingRow, type RowPlan } from './outgoing-row.js';
import { fieldsAtFault } from './remedy.js';
import type { Complaint } from './wire.js';

/** What became of one row, with the row as it was finally sent. */
export type SavedOutcome = { readonly row: OutgoingRow } & (
  | { readonly saved: { readonly id: string; readonly created: boolean } }
  | { readonly complaints: readonly Complaint[] }
  | { readonly failure: DeliveryError }
);

/**
 * Sends rows in one call. When Salesforce refuses the whole call because of its content, the bad field it names is taken
 * out of all rows, and where it names none the call is halved until the bad record stands alone.
 *
 * @returns one outcome per row
 * @throws DeliveryError when one reason stopped all of them
 */
export async function saveRows(
  client: SalesforceClient,
  object: string,
  plan: RowPlan,
  rows: readonly OutgoingRow[],
): Promise<readonly SavedOutcome[]> {
  if (rows.length === 0) return [];
  try {
    return await saveTogether(client, object, plan, rows);
  } catch (error) {
    if (!(error instanceof DeliveryError) || error.kind !== 'rejected') throw error;
    const mended = withoutNamedField(rows, error, plan);
    if (mended !== null) return saveRows(client, object, plan, mended);
    if (rows.length === 1) return rows.map((row) => ({ row, failure: error }));
    const middle = Math.ceil(rows.length / 2);
    const first = await saveOrFail(client, object, plan, rows.slice(0, middle));
    return [...first, ...(await saveOrFail(client, object, plan, rows.slice(middle)))];
  }
}

/** Like `saveRows`, for rows whose neighbours have been dealt with already: what stops them is their own outcome. */
export async function saveOrFail(
  ...[client, object, plan, rows]: Parameters<typeof saveRows>
): Promise<readonly SavedOutcome[]> {
  try {
    return await saveRows(client, object, plan, rows);
  } catch (error) {
    if (error instanceof DeliveryError) return rows.map((row) => ({ row, failure: error }));
    throw error;
  }
}

async function saveTogether(...[client, object, plan, rows]: Parameters<typeof saveRows>): Promise<SavedOutcome[]> {
  const { keyField } = plan;
  const answers = await client.upsert(
    object,
    keyField,
    rows.map(({ record, values }) => ({ ...values, [keyField]: record.key })),
  );
  // Salesforce promises one row per record, in order. Without that nobody can say which answer belongs to which record.
  const unclear = new DeliveryError(
    'transient',
    `Salesforce answered ${answers.length} rows for ${rows.length} records`,
    { code: 'RESULT_MISSING' },
  );
  return rows.map((row, index) => {
    const answer = answers.length === rows.length ? answers[index] : undefined;
    if (answer === undefined) return { row, failure: unclear };
    if (!answer.success) return { row, complaints: answer.errors };
    if (answer.id === undefined) return { row, failure: unclear };
    return { row, saved: { id: answer.id, created: answer.created } };
  });
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
