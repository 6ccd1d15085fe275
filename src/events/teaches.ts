import type { EventKind } from './incoming-event.js';

/** Kinds that teach a profile something. What a bot or an agent wrote, and test traffic, is kept and changes nothing. */
export const teaches = {
  contact_snapshot: true,
  message_in: true,
  message_out: false,
  business_event: true,
  lifecycle: true,
  crm_record: true,
  crm_activity: true,
  edit: true,
  clock: false,
  test: false,
} as const satisfies Record<EventKind, boolean>;
