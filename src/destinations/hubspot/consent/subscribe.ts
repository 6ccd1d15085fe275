import type { Consent } from '../../../consent/consent.js';
import type { Account } from '../account.js';
import { type LegalBasis, optOutOfAll, setStatus, subscriptionStatuses } from '../api/preferences.js';

/** `already`: it was so before. `refused`: it must not be done, and why. */
export type Subscribed =
  | { readonly outcome: 'changed' | 'already' }
  | { readonly outcome: 'refused'; readonly code: string; readonly message: string };

const refused = (code: string, message: string): Subscribed => ({ outcome: 'refused', code, message });

/**
 * Subscribes an address, if the person has consented and has not opted out in HubSpot since. HubSpot itself would subscribe anybody again
 * without asking, so it is asked first: for this subscription and for "all e-mail".
 *
 * @throws DeliveryError
 */
export async function subscribe(
  { client }: Account,
  email: string,
  subscriptionId: string,
  consent: Consent | undefined,
  basis: LegalBasis,
): Promise<Subscribed> {
  if (consent?.status !== 'granted')
    return refused('no_email_consent', 'Nobody is subscribed in HubSpot without a consent to e-mail');
  const status = (await subscriptionStatuses(client, email)).find((one) => one.subscriptionId === subscriptionId);
  const consentedAt = new Date(consent.at);
  if (status?.status === 'UNSUBSCRIBED' && !isOlder(status.timestamp, consentedAt))
    return refused('opted_out_since', optedOut('this subscription', status.timestamp, consentedAt));
  const all = await optOutOfAll(client, email);
  if (all !== null && !isOlder(all.at, consentedAt))
    return refused('opted_out_since', optedOut('all e-mail', all.at, consentedAt));
  if (all === null && status?.status === 'SUBSCRIBED') return { outcome: 'already' };
  const changed = await setStatus(client, email, subscriptionId, 'SUBSCRIBED', basis);
  return { outcome: changed ? 'changed' : 'already' };
}

/** An opt-out without a time counts as new: in doubt nobody is subscribed. */
const isOlder = (optedOutAt: Date | null, consentedAt: Date): boolean =>
  optedOutAt !== null && optedOutAt < consentedAt;

const optedOut = (what: string, at: Date | null, consentedAt: Date): string =>
  `The person opted out of ${what} in HubSpot ${at === null ? '' : `on ${at.toISOString()} `}and has not consented again since (consent of ${consentedAt.toISOString()})`;
