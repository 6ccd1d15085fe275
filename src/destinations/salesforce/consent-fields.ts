import { z } from 'zod';
import type { Json, OutgoingRecord } from '../destination.js';

/** Salesforce's own "Email Opt Out" box of Contact and Lead. */
export const emailOptOutField = 'HasOptedOutOfEmail';

const memo = z.object({ optedOutOfEmail: z.boolean() });

/**
 * A withdrawal ticks the box, once. Nothing here ever unticks it: the box may have been ticked in Salesforce, and an
 * opt-in at a chatbot is no proof against that.
 */
export const withdrawsEmail = ({ consents }: OutgoingRecord): boolean => consents.email?.status === 'revoked';

/** Did an earlier write tick the box for the withdrawal that still stands? */
export const hasTickedBox = ({ known }: OutgoingRecord): boolean =>
  known !== null && memo.safeParse(known.memo).data?.optedOutOfEmail === true;

/** What to remember about a delivered record. @param ticked the box is ticked at Salesforce, by this write or an earlier one */
export const memoOf = (record: OutgoingRecord, ticked: boolean): Json => ({
  optedOutOfEmail: withdrawsEmail(record) && ticked,
});
