import type { DeliveredRecord, DroppedField } from '../destination.js';
import type { UpsertedContact } from './client.js';
import type { ContactWrite } from './contact-write.js';
import { toMemo } from './held-key.js';

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

/** HubSpot answers 200 to an earlier lifecycle stage and keeps the later one. */
function keptStage(sent: string | undefined, held: string | null | undefined): DroppedField[] {
  if (sent === undefined || sent === '' || held === undefined || held === sent) return [];
  return [
    {
      field: 'lifecyclestage',
      code: 'LIFECYCLE_STAGE_KEPT',
      message: `HubSpot kept "${held ?? ''}": a lifecycle stage does not go back to "${sent}"`,
    },
  ];
}
