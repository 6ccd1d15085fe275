import type { Consent } from '../../consent/consent.js';
import type { MemberStatus } from './answers.js';
import { complianceState, forgottenEmail } from './to-delivery-error.js';

/** A decision of the person about e-mail; null: none is known. */
export type Decision = (Consent & { readonly status: 'granted' | 'revoked' }) | null;

export type Step = 'create' | 'update' | 'subscribe' | 'withhold';
type Rule = Step | 'subscribe_if_newer';

/**
 * What a grant may do to an address, by what Mailchimp holds of it. An opt-out or an archiving there is only undone by a
 * grant that is newer; a bounced address never by us. `transactional` is not an opt-out: nobody ever asked there.
 */
const withGrant = {
  absent: 'create',
  subscribed: 'update',
  pending: 'update',
  transactional: 'subscribe',
  unsubscribed: 'subscribe_if_newer',
  archived: 'subscribe_if_newer',
  cleaned: 'withhold',
} as const satisfies Record<MemberStatus | 'absent', Rule>;

/** The same without any decision, where the settings keep such people as transactional contacts. */
const withoutDecision = {
  absent: 'create',
  subscribed: 'update',
  pending: 'update',
  transactional: 'update',
  unsubscribed: 'withhold',
  archived: 'withhold',
  cleaned: 'withhold',
} as const satisfies Record<MemberStatus | 'absent', Rule>;

export function nextStep(granted: boolean, found: MemberStatus | 'absent', grantIsNewer: boolean): Step {
  const rule: Rule = granted ? withGrant[found] : withoutDecision[found];
  if (rule !== 'subscribe_if_newer') return rule;
  return grantIsNewer ? 'subscribe' : 'withhold';
}

/**
 * How a member we wrote before is written again while there is no newer decision. Only `subscribed` may stand in a batch's
 * row: the batch writes the status as well, and any other one would undo what the person did at Mailchimp in the meantime.
 */
export const laneOfKnown = {
  subscribed: 'batch',
  pending: 'alone',
  transactional: 'alone',
  unsubscribed: 'look',
  cleaned: 'look',
  archived: 'look',
} as const satisfies Record<MemberStatus, 'batch' | 'alone' | 'look'>;

export interface Reason {
  /** Machine-readable, part of the delivery's outcome. */
  readonly code: string;
  readonly message: string;
}

export const noConsent: Reason = {
  code: 'no_email_consent',
  message: 'The person has not agreed to e-mail, so nothing is sent to Mailchimp',
};

/** Why a member in this state is left alone. */
export const reasons = {
  unsubscribed: {
    code: 'unsubscribed_at_mailchimp',
    message:
      'The contact was unsubscribed at Mailchimp after the consent we know of; only a newer consent changes that',
  },
  archived: {
    code: 'archived_at_mailchimp',
    message: 'The contact was archived at Mailchimp after the consent we know of; only a newer consent brings it back',
  },
  cleaned: {
    code: 'bounced_at_mailchimp',
    message: 'Mail to this address bounced, so Mailchimp does not send to it any more',
  },
  complaint: {
    code: 'reported_as_spam',
    message: 'The person reported our mail as spam at an earlier address; only a newer consent changes that',
  },
  forgotten: {
    code: 'forgotten_at_mailchimp',
    message:
      'The person was deleted for good at Mailchimp under an earlier address; only a newer consent makes a new contact',
  },
} as const satisfies Partial<Record<MemberStatus | 'complaint' | 'forgotten', Reason>>;

/** Refusals that are Mailchimp's rules at work and no fault of the record: nothing to repair, nothing to repeat. */
export const refusals: Readonly<Record<string, string>> = {
  [complianceState]: 'compliance_state',
  [forgottenEmail]: 'forgotten_at_mailchimp',
};
