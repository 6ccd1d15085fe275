import { DeliveryError } from '../delivery-error.js';
import type { FailedRecord, OutgoingRecord } from '../destination.js';
import type { Account } from './account.js';
import { type Contact, readContacts } from './api/contacts.js';
import { contactsByKey } from './contact-key.js';
import type { ContactWrite } from './contact-write.js';

interface Sorted {
  /** To be created or updated by the key. */
  readonly byKey: readonly ContactWrite[];
  /** HubSpot has the person already, under the e-mail address and without our key: that contact gets it. */
  readonly adopted: readonly ContactWrite[];
  readonly refused: readonly FailedRecord[];
}

const emailOf = ({ record, properties }: ContactWrite): string | null =>
  record.known === null && (properties.email ?? '') !== '' ? (properties.email ?? '').trim().toLowerCase() : null;

/**
 * An address belongs to one contact only, so a new record with the address of a contact that HubSpot has from elsewhere would be refused,
 * and its batch with it. Whoever has none of our keys yet is therefore looked for by address first, all in one call.
 *
 * @throws DeliveryError
 */
export async function sortByOwner(
  { client }: Account,
  keyField: string,
  writes: readonly ContactWrite[],
): Promise<Sorted> {
  const emails = [...new Set(writes.flatMap((write) => emailOf(write) ?? []))];
  if (keyField === 'email' || emails.length === 0) return { byKey: writes, adopted: [], refused: [] };
  const contacts = await readContacts(client, 'email', emails, ['email', 'hs_additional_emails', keyField]);
  const owners = contactsByKey('email', contacts);
  const byKey: ContactWrite[] = [];
  const adopted: ContactWrite[] = [];
  const refused: FailedRecord[] = [];
  /** Keys given to contacts in this very batch. */
  const given = new Map<string, string>();
  for (const write of writes) {
    const owner = owners.get(emailOf(write) ?? '');
    const theirs = owner?.properties[keyField] ?? '';
    if (owner === undefined || theirs === write.record.key) byKey.push(write);
    else if (theirs === '' && !given.has(owner.id)) {
      given.set(owner.id, write.record.key);
      adopted.push({ ...write, record: withContact(write.record, owner) });
    } else refused.push(taken(write.record, keyField, owner, given.get(owner.id) ?? theirs));
  }
  return { byKey, adopted, refused };
}

/** As if we had known it all along, but for what to send: everything. */
const withContact = (record: OutgoingRecord, { id }: Contact): OutgoingRecord => ({
  ...record,
  known: { remoteId: id, memo: null },
});

const taken = (
  { profileId, fields }: OutgoingRecord,
  keyField: string,
  { id }: Contact,
  theirs: string,
): FailedRecord => ({
  profileId,
  status: 'failed',
  error: new DeliveryError(
    'rejected',
    `The e-mail address ${String(fields.email?.value ?? '')} belongs to HubSpot contact ${id}, which has another ${keyField} (${theirs})`,
    { code: 'CONFLICT', field: 'email' },
  ),
});
