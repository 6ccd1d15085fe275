import type { DeliveredRecord } from '../destination.js';
import type { UpsertedContact } from './api/contacts.js';
import type { ContactWrite } from './contact-write.js';
import { keptStage } from './lifecycle-stage.js';
import { toMemo } from './memo.js';

/** What became of a record that HubSpot took. */
export function toDelivered(
  keyField: string,
  { record, properties, dropped }: ContactWrite,
  contact: UpsertedContact,
): DeliveredRecord {
  return {
    profileId: record.profileId,
    status: 'delivered',
    remoteId: contact.id,
    created: record.known !== null && contact.isNew,
    memo: toMemo(keyField, record),
    dropped: [...dropped, ...keptStage(properties.lifecyclestage, contact.properties.lifecyclestage)],
  };
}
