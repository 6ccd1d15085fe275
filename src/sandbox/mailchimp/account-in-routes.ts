import type { AccountState } from './account.js';
import type { Audience } from './audience.js';
import type { Campaign } from './marketing-state.js';
import { problems } from './problem.js';

export type AccountFacts = Omit<AccountState, 'audiences'>;

/** What the routes see of the account. */
export interface Account {
  /** All but the audiences, to be changed in place. */
  readonly facts: () => AccountFacts;
  /** Now, as the API writes it. */
  readonly now: () => string;
  readonly nextId: () => number;
  /** For the webhooks that tell of campaigns. */
  readonly campaignChanged: (campaign: Campaign) => void;
  /** @throws Problem 404 */
  readonly audience: (id: string) => Audience;
  readonly audiences: () => readonly Audience[];
}

export interface InList {
  Params: { list: string };
}
export interface InMember {
  Params: { list: string; member: string };
}

/** The member a route names. @throws Problem 404 */
export function found(account: Account, params: InMember['Params']) {
  const audience = account.audience(params.list);
  const member = audience.find(params.member);
  if (!member) throw problems.notFound();
  return { audience, member };
}
