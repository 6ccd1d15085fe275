import type { Consent } from '../../../consent/consent.js';
import { DeliveryError } from '../../delivery-error.js';
import type { DeliveredRecord, DroppedField, OutgoingRecord, RecordResult } from '../../destination.js';
import type { Account } from '../account.js';
import { setStatus, unsubscribeFromAll } from '../api/preferences.js';
import type { DeliveredWrite, FollowUp, FollowUpRequest } from '../follow-up.js';
import { readMemo, withMemo } from '../memo.js';
import { subscribe } from './subscribe.js';

/** A decision about e-mail that HubSpot is to hear. */
interface Decision {
  readonly email: string;
  readonly consent: Consent;
}

/**
 * Tells HubSpot's communication preferences what the person has decided about e-mail, once for each decision: a withdrawal always, unless
 * the mapping says otherwise; a consent only where the mapping asks for it, and never against a later opt-out.
 */
export const emailConsent: FollowUp = {
  concerns: (request, { write, result }) => decisionOf(request, write.record, result) !== null,
  async run(account, request, delivered) {
    const results: RecordResult[] = [];
    for (const one of delivered) results.push(await told(account, request, one));
    return results;
  },
};

function decisionOf(
  { keyField, options: { emailConsent: chosen } }: FollowUpRequest,
  record: OutgoingRecord,
  { memo }: DeliveredRecord,
): Decision | null {
  const { email: consent } = record.consents;
  const email = addressOf(keyField, record);
  if (consent === undefined || email === null) return null;
  const wanted = { granted: chosen.granted, revoked: chosen.withdrawn, unknown: 'nothing' }[consent.status];
  const last = readMemo(memo)?.consent;
  const isTold = last?.email === email && last.status === consent.status && last.at === consent.at;
  return wanted === 'nothing' || isTold ? null : { email, consent };
}

function addressOf(keyField: string, { key, fields }: OutgoingRecord): string | null {
  const value = keyField === 'email' ? key : fields.email?.value;
  return typeof value === 'string' && value.includes('@') ? value.trim().toLowerCase() : null;
}

/** HubSpot's refusal is reported with the record and tried again with its next news; a limit or an outage fails it. */
async function told(account: Account, request: FollowUpRequest, one: DeliveredWrite): Promise<RecordResult> {
  const { result } = one;
  const decision = decisionOf(request, one.write.record, result);
  if (decision === null) return result;
  try {
    const refusals = await tell(account, request, decision);
    const { email, consent } = decision;
    const memo = withMemo(result.memo, { consent: { email, status: consent.status, at: consent.at } });
    return { ...result, memo, dropped: [...result.dropped, ...refusals] };
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    if (error.kind === 'rejected' || error.details.code === 'MISSING_SCOPES')
      return { ...result, dropped: [...result.dropped, dropped('CONSENT_NOT_TOLD', error.message)] };
    return { profileId: result.profileId, status: 'failed', error };
  }
}

async function tell(
  account: Account,
  { options: { emailConsent: chosen } }: FollowUpRequest,
  { email, consent }: Decision,
): Promise<DroppedField[]> {
  if (consent.status === 'revoked' && chosen.withdrawn === 'unsubscribeFromAll') {
    await unsubscribeFromAll(account.client, email);
    return [];
  }
  const refusals: DroppedField[] = [];
  for (const meant of chosen.subscriptions) {
    const id = await account.directory.subscriptionId(meant);
    if (consent.status === 'revoked') {
      await setStatus(account.client, email, id, 'UNSUBSCRIBED', null);
      continue;
    }
    const explanation = `Consent given ${consent.at} (${consent.source})`;
    const basis = { legalBasis: chosen.legalBasis, legalBasisExplanation: explanation };
    const subscribed = await subscribe(account, email, id, consent, basis);
    if (subscribed.outcome === 'refused') refusals.push(dropped(subscribed.code.toUpperCase(), subscribed.message));
  }
  return refusals;
}

const dropped = (code: string, message: string): DroppedField => ({ field: 'subscription', code, message });
