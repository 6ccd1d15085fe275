import type { OutgoingRecord } from '../destination.js';

/** Salesforce's own "Email Opt Out" box of Contact and Lead. */
export const emailOptOutField = 'HasOptedOutOfEmail';

/**
 * A withdrawal ticks the box, once. Nothing here ever unticks it: the box may have been ticked in Salesforce, and an
 * opt-in at a chatbot is no proof against that.
 */
export const withdrawsEmail = ({ consents }: OutgoingRecord): boolean => consents.email?.status === 'revoked';
