import { z } from 'zod';
import { DeliveryError } from '../delivery-error.js';
import type { ErasedRecord, EraseResult } from '../destination.js';
import type { SalesforceClient } from './client.js';
import { inCollections, removeRows, updateRows } from './collections.js';
import { vanishedCodes } from './error-table.js';
import { individualField } from './individuals.js';
import { personKinds } from './person-kind.js';
import { queriesByKey } from './soql-text.js';
import { complaintError } from './to-delivery-error.js';
import type { SavedRow } from './wire.js';
import type { Tools } from './write-plan.js';

export const erasure =
  'Deletes the contact, lead or person account, and the converted leads it came from, and marks its Individual as to be forgotten. Salesforce keeps deleted records in its recycle bin for 15 days unless an admin empties it. What other records say about the person (cases, e-mails, files) stays and has to be looked through by the org.';

/**
 * Deletes people, and what leads to them first: once a record is gone nobody could find its Individual or its leads any more, so what stops
 * one of those keeps the record for the next attempt.
 */
export async function eraseRecords(tools: Tools, records: readonly ErasedRecord[]): Promise<readonly EraseResult[]> {
  const { client } = tools;
  const ids = records.map(({ remoteId }) => remoteId);
  const refusals = new Map(await forgetIndividuals(tools, ids));
  const leads = await convertedLeads(tools, free(ids, refusals));
  const leadRows = await removeRows(client, [...leads.keys()]);
  for (const [index, contact] of [...leads.values()].entries()) note(refusals, contact, refusalIn(leadRows[index]));
  const open = free(ids, refusals);
  const rows = await removeRows(client, open);
  const rowOf = new Map(open.map((id, index) => [id, rows[index]]));
  for (const [id, row] of rowOf) note(refusals, id, refusalIn(row));
  return records.map(({ profileId, remoteId }): EraseResult => {
    const error = refusals.get(remoteId);
    if (error !== undefined) return { profileId, status: 'failed', error };
    return { profileId, status: 'erased', already: rowOf.get(remoteId)?.success !== true };
  });
}

type Refusals = ReadonlyMap<string, DeliveryError>;

const free = (ids: readonly string[], refusals: Refusals): readonly string[] => ids.filter((id) => !refusals.has(id));

function note(refusals: Map<string, DeliveryError>, id: string, refusal: DeliveryError | null): void {
  if (refusal !== null && !refusals.has(id)) refusals.set(id, refusal);
}

/** null: it is deleted, or was not there any more, which is what was wanted. */
function refusalIn(row: SavedRow | undefined): DeliveryError | null {
  const complaint = row?.errors[0];
  if (row?.success === true || (complaint !== undefined && vanishedCodes.has(complaint.code))) return null;
  if (complaint !== undefined) return complaintError(complaint, 200);
  return new DeliveryError('transient', 'Salesforce did not say whether it was deleted', {
    code: 'RESULT_MISSING',
    recordOnly: true,
  });
}

/** Leads that have become these contacts still hold who the person is, by id with the contact's. */
async function convertedLeads(
  { client, schemas }: Tools,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const leads = new Map<string, string>();
  const contacts = ids.filter((id) => id.startsWith(personKinds.Contact.idPrefix));
  const schema = contacts.length === 0 ? null : await schemas.find('Lead');
  if (schema?.fields.has('ConvertedContactId') !== true) return leads;
  for (const soql of queriesByKey('Lead', ['Id', 'ConvertedContactId'], 'ConvertedContactId', contacts))
    for (const row of await client.query(soql)) leads.set(String(row.Id), String(row.ConvertedContactId));
  return leads;
}

const linked = z.string().nullish();

/**
 * Other systems of the org that honour the Individual learn it from there. Where the org has none, nothing is marked.
 * @returns whose Individual could not be marked, and why
 */
async function forgetIndividuals({ client, schemas }: Tools, ids: readonly string[]): Promise<Refusals> {
  const individual = await schemas.find('Individual');
  const peopleOf = new Map<string, string[]>();
  if (individual?.fields.get('ShouldForget')?.updateable !== true) return new Map();
  for (const kind of Object.values(personKinds)) {
    const some = ids.filter((id) => id.startsWith(kind.idPrefix));
    const field = individualField[kind.id];
    const schema = some.length === 0 ? null : await schemas.find(kind.sobject);
    if (schema?.fields.has(field) !== true) continue;
    for (const soql of queriesByKey(kind.sobject, ['Id', field], 'Id', some))
      for (const row of await client.query(soql)) {
        const id = linked.parse(row[field]) ?? null;
        if (id !== null) peopleOf.set(id, [...(peopleOf.get(id) ?? []), String(row.Id)]);
      }
  }
  const marked = await mark(client, [...peopleOf.keys()]);
  const refusals = new Map<string, DeliveryError>();
  for (const [index, people] of [...peopleOf.values()].entries())
    for (const id of people) note(refusals, id, refusalIn(marked[index]));
  return refusals;
}

const mark = (client: SalesforceClient, ids: readonly string[]): Promise<readonly SavedRow[]> =>
  inCollections(ids, (some) =>
    updateRows(
      client,
      'Individual',
      some.map((id) => ({ id, ShouldForget: true })),
    ),
  );
