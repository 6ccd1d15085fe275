import type { AttributeValue } from '../profiles/attribute.js';
import type { Identity } from '../profiles/identity.js';
import type { IncomingConsent } from './incoming-event.js';

/** What an event says, as stored; empty parts are left out. */
export interface EventData {
  readonly identities: readonly Identity[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly tagsAdded?: readonly string[];
  readonly tagsRemoved?: readonly string[];
  readonly consents?: readonly IncomingConsent[];
  readonly text?: string;
  readonly properties?: Readonly<Record<string, string | number | boolean>>;
  /** What was left out or changed on the way, in a sentence each. */
  readonly notes?: readonly string[];
}
