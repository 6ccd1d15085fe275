import { contactHistoryStream } from './contact-history-stream.js';
import { contactsStream } from './contacts-stream.js';
import { dealsStream } from './deals-stream.js';
import { emailActivityStream } from './email-activity-stream.js';
import { engagementsStream } from './engagements-stream.js';
import { formSubmissionsStream } from './forms-stream.js';
import { listsStream } from './lists-stream.js';
import type { HubspotStream } from './stream.js';
import { ticketsStream } from './tickets-stream.js';

export { derives } from './derived.js';

/** All that can be read of what happened at HubSpot. */
export const hubspotStreams: readonly HubspotStream[] = [
  contactsStream,
  contactHistoryStream,
  dealsStream,
  ticketsStream,
  engagementsStream,
  emailActivityStream,
  formSubmissionsStream,
  listsStream,
];
