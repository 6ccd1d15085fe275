import type { ActiveDestination } from '../mapping/mapping-directory.service.js';
import type { Mapping } from '../mapping/mapping.js';
import type { Profile } from '../profiles/profile.js';
import type { ContactsAt, Profiles } from '../profiles/profiles.repository.js';

/**
 * Of those who have withdrawn a consent that the provider's records depend on, how else they may be known there: a withdrawal is about the
 * person, so it reaches every address of theirs, and records that we have not written.
 */
export async function contactsOfWithdrawn(
  profiles: Pick<Profiles, 'contactsAt'>,
  { destination, provider }: Pick<ActiveDestination, 'destination' | 'provider'>,
  { object }: Pick<Mapping, 'object'>,
  people: Iterable<Profile>,
): Promise<Map<string, ContactsAt>> {
  const purposes = provider.consents ?? [];
  const withdrawn = [...people].filter(({ consents }) =>
    purposes.some((purpose) => consents[purpose]?.status === 'revoked'),
  );
  if (withdrawn.length === 0) return new Map();
  const found = await profiles.contactsAt(
    withdrawn.map(({ id }) => id),
    `${destination}/${object}`,
  );
  return new Map(withdrawn.map(({ id }) => [id, found.get(id) ?? { emails: [], isThere: false }]));
}
