import { z } from 'zod';
import { DeliveryError } from '../delivery-error.js';
import type { ErasedRecord, EraseResult } from '../destination.js';
import type { SalesforceClient } from './client.js';
import { inCollections, removeRows, updateRows } from './collections.js';
import { individualField } from './individuals.js';
import { personKinds } from './person-kind.js';
import { queriesByKey } from './soql-text.js';
import { complaintError } from './to-delivery-error.js';
import type { SavedRow } from './wire.js';
import type { Tools } from './write-plan.js';

export const erasure =
  'Deletes the contact, lead or person account, and the converted leads it came from, and marks its Individual as to be forgotten. Salesforce keeps deleted records in its recycle bin for 15 days unless an admin empties it. What other records say about the person (cases, e-mails, files) stays and has to be looked through by the org.';

/** It is not there any more, which is what was wanted. */
const goneAlready: ReadonlySet<string> = new Set(['ENTITY_IS_DELETED', 'INVALID_CROSS_REFERENCE_KEY', 'NOT_FOUND']);

export async function eraseRecords(tools: Tools, records: readonly ErasedRecord[]): Promise<readonly EraseResult[]> {
  const { client } = tools;
  const ids = records.map(({ remoteId }) => remoteId);
  await forgetIndividuals(tools, ids);
  const leads = await convertedLeads(tools, ids);
  const [rows, leadRows] = [await removeRows(client, ids), await removeRows(client, [...leads.keys()])];
  const refusalOfLead = new Map([...leads.values()].map((contact, index) => [contact, refusalIn(leadRows[index])]));
  return records.map(({ profileId, remoteId }, index): EraseResult => {
    const refusal = refusalIn(rows[index]) ?? refusalOfLead.get(remoteId) ?? null;
    if (refusal !== null) return { profileId, status: 'failed', error: refusal };
    return { profileId, status: 'erased', already: rows[index]?.success !== true };
  });
}

function refusalIn(row: SavedRow | undefined): DeliveryError | null {
  const complaint = row?.errors[0];
  if (row?.success === true || (complaint !== undefined && goneAlready.has(complaint.code))) return null;
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

/** Other systems of the org that honour the Individual learn it from there. Where the org has none, nothing is marked. */
async function forgetIndividuals({ client, schemas }: Tools, ids: readonly string[]): Promise<void> {
  const individual = await schemas.find('Individual');
  if (individual?.fields.get('ShouldForget')?.updateable !== true) return;
  const found = new Set<string>();
  for (const kind of Object.values(personKinds)) {
    const some = ids.filter((id) => id.startsWith(kind.idPrefix));
    const field = individualField[kind.id];
    const schema = some.length === 0 ? null : await schemas.find(kind.sobject);
    if (schema?.fields.has(field) !== true) continue;
    for (const soql of queriesByKey(kind.sobject, ['Id', field], 'Id', some))
      for (const row of await client.query(soql)) {
        const id = linked.parse(row[field]);
        if (id !== null && id !== undefined) found.add(id);
      }
  }
  await mark(client, [...found]);
}

const mark = (client: SalesforceClient, ids: readonly string[]): Promise<readonly SavedRow[]> =>
  inCollections(ids, (some) =>
    updateRows(
      client,
      'Individual',
      some.map((id) => ({ id, ShouldForget: true })),
    ),
  );
