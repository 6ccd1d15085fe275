import type { Account } from '../account.js';
import type { Origin } from '../happening.js';
import { invalid } from '../problem.js';
import type { legalBases, SubscriptionStatus, SubscriptionType } from './subscription.js';

export type Reason =
  'REQUESTED_CHANGE_OCCURRED' | 'NO_STATUS_CHANGE' | 'RESUBSCRIBE_OCCURRED' | 'UNSUBSCRIBE_FROM_ALL_OCCURRED';
export type State = 'SUBSCRIBED' | 'UNSUBSCRIBED' | 'NOT_SPECIFIED';

export interface Basis {
  readonly legalBasis?: (typeof legalBases)[number] | undefined;
  readonly legalBasisExplanation?: string | undefined;
}

export interface Wish extends Basis {
  readonly email: string;
  readonly subscriptionId: string;
  readonly state: State;
  readonly source: string;
}

/** What one address has said about one type, as it counts. */
export interface Standing {
  readonly type: SubscriptionType;
  readonly state: State;
  readonly optedOutOfAll: boolean;
  readonly kept: SubscriptionStatus | undefined;
  readonly timestamp: string;
}

/** Who wants which e-mail. */
export class Consents {
  constructor(private readonly account: Account) {}

  /** @throws Problem 400 */
  type(subscriptionId: string): SubscriptionType {
    const type = this.account.data.subscriptionTypes.find(({ id }) => id === subscriptionId);
    if (type === undefined) throw invalid(`Subscription type with id ${subscriptionId} does not exist`);
    return type;
  }

  standings(email: string): Standing[] {
    return this.account.data.subscriptionTypes
      .filter(({ isActive }) => isActive)
      .map((type) => this.standing(email, type));
  }

  standing(email: string, type: SubscriptionType): Standing {
    const optOut = this.optOut(email);
    const kept = this.account.data.subscriptionStatuses.find(
      (status) => status.email === email && status.subscriptionId === type.id,
    );
    return {
      type,
      kept,
      state: optOut === undefined ? (kept?.status ?? 'NOT_SPECIFIED') : 'UNSUBSCRIBED',
      optedOutOfAll: optOut !== undefined,
      timestamp: optOut?.timestamp ?? kept?.timestamp ?? type.createdAt,
    };
  }

  optOut(email: string): { readonly email: string; readonly timestamp: string } | undefined {
    return this.account.data.optOuts.find((optOut) => optOut.email === email);
  }

  /** Does what it is asked, also against an earlier opt-out: whoever must not do that checks before. @throws Problem 400 */
  set(wish: Wish, origin: Origin): { reason: Reason; standing: Standing } {
    const { email, subscriptionId, state, source, legalBasis, legalBasisExplanation } = wish;
    const type = this.type(subscriptionId);
    this.#checkBasis(wish);
    const before = this.standing(email, type);
    const { data } = this.account;
    if (before.state === state) return { reason: 'NO_STATUS_CHANGE', standing: before };
    if (state === 'SUBSCRIBED') data.optOuts = data.optOuts.filter((optOut) => optOut.email !== email);
    data.subscriptionStatuses = data.subscriptionStatuses.filter(
      (status) => status.email !== email || status.subscriptionId !== type.id,
    );
    if (state !== 'NOT_SPECIFIED')
      data.subscriptionStatuses.push({
        email,
        subscriptionId: type.id,
        status: state,
        source,
        timestamp: this.account.now(),
        ...(legalBasis === undefined ? {} : { legalBasis }),
        ...(legalBasisExplanation === undefined ? {} : { legalBasisExplanation }),
      });
    if (before.optedOutOfAll && state === 'SUBSCRIBED') this.#tell(email, 'hs_email_optout', '', origin);
    this.#tell(email, `hs_email_optout_${type.id}`, state === 'UNSUBSCRIBED' ? 'true' : '', origin);
    const again = before.state === 'UNSUBSCRIBED' && state === 'SUBSCRIBED';
    return {
      reason: again ? 'RESUBSCRIBE_OCCURRED' : 'REQUESTED_CHANGE_OCCURRED',
      standing: this.standing(email, type),
    };
  }

  unsubscribeAll(email: string, origin: Origin): void {
    if (this.optOut(email) !== undefined) return;
    this.account.data.optOuts.push({ email, timestamp: this.account.now() });
    this.#tell(email, 'hs_email_optout', 'true', origin);
  }

  #checkBasis({ legalBasis, legalBasisExplanation, state }: Wish): void {
    const isComplete = legalBasis !== undefined && legalBasisExplanation !== undefined;
    if (this.account.behaviour.dataPrivacy && state === 'SUBSCRIBED' && !isComplete)
      throw invalid('legalBasis and legalBasisExplanation are required because data privacy settings are turned on.');
  }

  /** The contact's properties show it and remember when, so whoever listens to those hears of it. */
  #tell(email: string, property: string, value: string, origin: Origin): void {
    const contact = this.account.contactByEmail(email);
    if (contact === undefined) return;
    const { updatedAt } = this.account.contacts.update(contact, new Map([[property, value]]), origin);
    // A state that was put in may hold the opt-out without the contact's property: emptying that is news all the same.
    if ((contact.properties[property] ?? '') === value)
      this.account.tell({ kind: 'changed', type: 'contacts', id: contact.id, at: updatedAt, origin, property, value });
  }
}
