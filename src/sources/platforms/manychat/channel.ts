import { isNoValue } from '../../../profiles/no-value.js';
import type { JsonObject } from '../../read-json.js';

/** Fields that only a contact of that channel has. A unified contact has several, so they do not tell this event's channel. */
const signs = {
  whatsapp: ['whatsapp_phone', 'whatsapp_bsuid', 'whatsapp_username'],
  instagram: ['ig_id', 'ig_username', 'ig_last_interaction'],
  tiktok: ['tt_user_id', 'tt_username'],
} as const;

/** Messenger's ids are 16 or 17 digits; those of the other channels are about 10. */
const messengerId = /^\d{15,}$/;

/** The channel, where the contact's fields leave no doubt; null: none or several. */
export function inferChannel(contact: JsonObject, contactId: string | null): string | null {
  const found = Object.entries(signs)
    .filter(([, names]) => names.some((name) => !isNoValue(contact[name])))
    .map(([channel]) => channel);
  if (contactId !== null && messengerId.test(contactId)) found.push('messenger');
  return found.length === 1 ? (found[0] ?? null) : null;
}
