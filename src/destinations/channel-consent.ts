import type { Purpose } from '../consent/consent.js';
import type { ActionRequest, ActionWithheld } from './action.js';

/** Channels of a chat platform on which nobody is written to without a consent of its own; elsewhere the person has begun to talk to us. */
const consentFor: Readonly<Record<string, Purpose | undefined>> = { whatsapp: 'whatsapp', sms: 'sms', email: 'email' };

/** Why an action that writes to a person on a channel must not be performed now; null: it may. */
export function withheldOn(channel: string | undefined, { runId, subject }: ActionRequest): ActionWithheld | null {
  const purpose = channel === undefined ? undefined : consentFor[channel];
  if (purpose === undefined) return null;
  const status = subject?.consents[purpose]?.status ?? 'unknown';
  if (status === 'granted') return null;
  return { runId, status: 'withheld', code: 'NO_CONSENT', message: `consent for ${purpose} is ${status}` };
}
