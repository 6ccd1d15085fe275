import type { RecordResult } from '../destination.js';
import type { Account } from './account.js';
import { addressesOf, updateContacts } from './api/contacts.js';
import { BatchDelivery } from './batch-delivery.js';
import type { ContactWrite } from './contact-write.js';
import type { Contradictions } from './contradictions.js';
import { withoutRepeats } from './without-repeats.js';

const idOf = ({ record: { known, key } }: ContactWrite): string => known?.remoteId ?? key;

/** Gives contacts their new key, found by their ids. */
export const moveContacts = (
  account: Account,
  keyField: string,
  writes: readonly ContactWrite[],
  contradictions: Contradictions,
): Promise<RecordResult[]> =>
  updateById(account, keyField, writes, contradictions, ({ properties, record }) => ({
    ...properties,
    [keyField]: record.key,
  }));

/** Writes to contacts that have the address, but are not found by it: it is an additional one of theirs, and the primary one stays. */
export async function updateOwners(
  account: Account,
  writes: readonly ContactWrite[],
  contradictions: Contradictions,
): Promise<RecordResult[]> {
  const results: RecordResult[] = [];
  for (const batch of withoutRepeats(writes, idOf))
    results.push(...(await updateById(account, 'email', batch, contradictions, ({ properties }) => properties)));
  return results;
}

function updateById(
  { client }: Account,
  keyField: string,
  writes: readonly ContactWrite[],
  contradictions: Contradictions,
  propertiesOf: (write: ContactWrite) => ContactWrite['properties'],
): Promise<RecordResult[]> {
  const delivery = new BatchDelivery({
    keyField,
    idOf,
    send: (batch) =>
      updateContacts(
        client,
        batch.map((write) => ({
          remoteId: idOf(write),
          traceId: write.record.profileId,
          properties: propertiesOf(write),
        })),
      ),
    addressesOf: (contactId) => addressesOf(client, contactId),
    onContradiction: (write, dropped) => contradictions.add(write, dropped),
  });
  return delivery.run(writes);
}

const astrayCodes = new Set(['OBJECT_NOT_FOUND', 'CONFLICT', 'UNIQUE_VALUE_TAKEN']);

/** The contact is gone, or another one has the new key already: that one is the person's contact from now on. */
export const isAstray = (result: RecordResult | undefined): boolean =>
  result?.status === 'failed' && result.error.kind === 'rejected' && astrayCodes.has(result.error.details.code ?? '');
