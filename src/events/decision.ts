import type { Consents } from '../consent/consent.js';
import type { AttributeValue } from '../profiles/attribute.js';

/** What the webhook's caller gets back, before a platform has put it into its own format. */
export interface Decision {
  readonly profileId: string;
  readonly profileVersion: number;
  /** The event was new; false: this delivery repeated one we already had. */
  readonly applied: boolean;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly tags: readonly string[];
  readonly consents: Consents;
  /** Keys of the segments the person is in, sorted. */
  readonly segments: readonly string[];
}
