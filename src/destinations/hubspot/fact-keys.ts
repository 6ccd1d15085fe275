import { hash } from 'node:crypto';

/**
 * The key of one change of one property: the same whether a webhook or a pull tells it, so that it counts once. The value is part of it, as
 * a digest, because a workflow may set a property twice within a millisecond.
 */
export const changeKey = (contactId: string, property: string, at: Date, value: string): string =>
  `change:${contactId}:${property}:${String(at.getTime())}:${hash('sha256', value, 'base64url').slice(0, 12)}`;

/** The same of an opt-out from all e-mail. */
export const optOutKey = (contactId: string, at: Date): string => `optout:${contactId}:${String(at.getTime())}`;

/** HubSpot's words for it. */
export const optOutEvidence = 'HubSpot: hs_email_optout is true';
