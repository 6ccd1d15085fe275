import { DeliveryError } from '../delivery-error.js';
import type { ErasedRecord, EraseResult } from '../destination.js';
import type { Account } from './account.js';
import { contactsByKey } from './contact-key.js';
import { purgeContact, readContacts } from './api/contacts.js';

/** Shown before it is done. */
export const erasure =
  'HubSpot deletes the contact for good (GDPR delete), with everything on its timeline, and every other contact that has one of the person’s e-mail addresses. It cannot be undone, and HubSpot may refuse to create a contact with these addresses ever again.';

/** See `Connection.erase`. By record id: told an unknown address, HubSpot would block it for ever. */
export async function erase(account: Account, records: readonly ErasedRecord[]): Promise<EraseResult[]> {
  const others = await contactsWith(
    account,
    records.flatMap(({ emails }) => emails),
  );
  const results: EraseResult[] = [];
  for (const [place, record] of records.entries()) {
    const ids = [record.remoteId, ...record.emails.flatMap((email) => others.get(email.toLowerCase()) ?? [])];
    try {
      results.push(
        await eraseContacts(
          account,
          record.profileId,
          [...new Set(ids)].filter((id) => id !== ''),
        ),
      );
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      if (error.kind !== 'rejected' && results.length === 0) throw error;
      const left = error.kind === 'rejected' ? [record] : records.slice(place);
      results.push(...left.map(({ profileId }): EraseResult => ({ profileId, status: 'failed', error })));
      if (error.kind !== 'rejected') return results;
    }
  }
  return results;
}

const chunk = 100;

/** Ids of contacts by every address they answer to. */
async function contactsWith({ client }: Account, emails: readonly string[]): Promise<Map<string, string>> {
  const addresses = [...new Set(emails.map((email) => email.trim().toLowerCase()))].filter(Boolean);
  const found = new Map<string, string>();
  for (let at = 0; at < addresses.length; at += chunk) {
    const contacts = await readContacts(client, 'email', addresses.slice(at, at + chunk), [
      'email',
      'hs_additional_emails',
    ]);
    for (const [address, { id }] of contactsByKey('email', contacts)) found.set(address, id);
  }
  return found;
}

async function eraseContacts({ client }: Account, profileId: string, ids: readonly string[]): Promise<EraseResult> {
  let erased = 0;
  for (const id of ids)
    try {
      await purgeContact(client, id);
      erased += 1;
    } catch (error) {
      if (!(error instanceof DeliveryError) || error.details.code !== 'OBJECT_NOT_FOUND') throw error;
    }
  return { profileId, status: 'erased', already: erased === 0 };
}
