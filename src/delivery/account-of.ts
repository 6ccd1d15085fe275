import { hash } from 'node:crypto';
import type { ConnectedDestination } from '../mapping/mapping-directory.service.js';
import { wantsAuthorization } from './authorizations.service.js';

/**
 * Whose limits a destination's calls count against: two destinations with the same key, for example two audiences of one account, share
 * them. Of the key only a part of its hash is in the name.
 */
export function accountOf(connected: ConnectedDestination): string {
  const { destination, provider, settings } = connected;
  const own = `${provider.id}/${destination}`;
  if (wantsAuthorization(connected) !== null || typeof settings !== 'object' || settings === null) return own;
  const secrets = Object.entries(settings).filter(
    // What proves calls to us says nothing of the account we call.
    ([name, value]) =>
      provider.secrets.includes(name) && !/^webhook/i.test(name) && value !== undefined && value !== null,
  );
  if (secrets.length === 0) return own;
  return `${provider.id}#${hash('sha256', JSON.stringify(secrets.toSorted()), 'hex').slice(0, 24)}`;
}
