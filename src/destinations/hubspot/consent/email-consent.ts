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
  readonly consent: Consent;
  readonly at: string;
  /** Every address that it is about. */
  readonly emails: readonly string[];
  /** Those of which HubSpot has not heard it. */
  readonly untold: readonly string[];
}

/**
 * Tells HubSpot's communication preferences what the person has decided about e-mail, once for each decision: a withdrawal always, unless
 * the mapping says otherwise, and of every address of the person; a consent only where the mapping asks for it, and never against a later
 * opt-out.
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
  if (consent === undefined) return null;
  const isWithdrawn = consent.status === 'revoked';
  const emails = [...new Set([...addressOf(keyField, record), ...(isWithdrawn ? (record.emails ?? []) : [])])];
  const wanted = { granted: chosen.granted, revoked: chosen.withdrawn, unknown: 'nothing' }[consent.status];
  // A "no" that is said again counts anew: the person may have subscribed there in between.
  const at = isWithdrawn ? (consent.decidedAt ?? consent.at) : consent.at;
  const last = readMemo(memo)?.consent;
  const isSame = last?.status === consent.status && last.at === at;
  const told = new Set(isSame ? [last.email, ...(last.others ?? [])] : []);
  const untold = emails.filter((email) => !told.has(email));
  return wanted === 'nothing' || untold.length === 0 ? null : { consent, at, emails, untold };
}

/** One address, or none. */
function addressOf(keyField: string, { key, fields }: OutgoingRecord): string[] {
  const value = keyField === 'email' ? key : fields.email?.value;
  return typeof value === 'string' && value.includes('@') ? [value.trim().toLowerCase()] : [];
}

/** HubSpot's refusal is reported with the record and tried again with its next news; a limit or an outage fails it. */
async function told(account: Account, request: FollowUpRequest, one: DeliveredWrite): Promise<RecordResult> {
  const { result } = one;
  const decision = decisionOf(request, one.write.record, result);
  if (decision === null) return result;
  try {
    const refusals: DroppedField[] = [];
    for (const email of decision.untold) refusals.push(...(await tell(account, request, decision, email)));
    const { emails, consent, at } = decision;
    const [email = '', ...others] = emails;
    const memo = withMemo(result.memo, { consent: { email, others, status: consent.status, at } });
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
  { consent }: Decision,
  email: string,
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
