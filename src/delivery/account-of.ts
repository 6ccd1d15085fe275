import { hash } from 'node:crypto';
import type { ConnectedDestination } from '../mapping/mapping-directory.service.js';
import type { Grant } from '../destinations/authorization.js';
import { wantsAuthorization } from './authorizations.service.js';

/**
 * Whose limits a destination's calls count against: two destinations with the same key, for example two audiences of one account, share
 * them. Of the key only a part of its hash is in the name.
 */
export function accountOf(connected: ConnectedDestination): string {
  const { provider, settings } = connected;
  const own = ownLimits(connected);
  if (wantsAuthorization(connected) !== null || typeof settings !== 'object' || settings === null) return own;
  const secrets = Object.entries(settings).filter(
    // What proves calls to us says nothing of the account we call.
    ([name, value]) =>
      provider.secrets.includes(name) && !/^webhook/i.test(name) && value !== undefined && value !== null,
  );
  if (secrets.length === 0) return own;
  return shared('#', provider.id, JSON.stringify(secrets.toSorted()));
}

/** The same where a person has connected the account. @param details what the provider said then; null: nobody has connected it yet */
export function grantedAccountOf(connected: ConnectedDestination, details: Grant['details'] | null): string {
  const wanted = wantsAuthorization(connected);
  const name = details === null ? null : (wanted?.authorization.limitedAs?.(wanted.settings, details) ?? null);
  return name === null ? ownLimits(connected) : shared('@', connected.provider.id, name);
}

const ownLimits = ({ destination, provider }: ConnectedDestination): string => `${provider.id}/${destination}`;
const shared = (by: '#' | '@', provider: string, name: string): string =>
  `${provider}${by}${hash('sha256', name, 'hex').slice(0, 24)}`;
