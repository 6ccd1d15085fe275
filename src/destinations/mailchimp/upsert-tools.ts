import type { AudienceClient } from './audience-client.js';
import type { FieldCatalogs } from './field-catalog.js';
import type { MailchimpOptions } from './mapping-options.js';
import type { MemberCalls } from './member-calls.js';
import type { OptOuts } from './opt-outs.js';
import type { SegmentChanges } from './segment-changes.js';
import type { MailchimpSettings } from './settings.js';
import type { Turns } from './turns.js';
import type { Withdrawals } from './withdrawals.js';

/** What a connection lends to each upsert. */
export interface UpsertTools {
  readonly settings: MailchimpSettings;
  readonly client: MemberCalls;
  readonly audience: AudienceClient;
  readonly fields: FieldCatalogs;
  readonly optOuts: OptOuts;
  readonly withdrawals: Withdrawals;
  readonly segments: SegmentChanges;
  readonly statusOfGrant: (optIn: MailchimpOptions['optIn']) => Promise<'subscribed' | 'pending'>;
  readonly now: () => Date;
  /** For batches of known members: a look at the opt-outs, and the batch. */
  readonly updates: Turns;
  /** May known members stand in a batch's rows, which carry a status? Only when it is carried out at once. */
  readonly membersInRows: boolean;
  readonly batchSize: number;
  readonly parallelCalls: number;
}
