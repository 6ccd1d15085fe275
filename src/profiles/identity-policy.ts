import type { IdentityKind } from './identity.js';

/**
 * How many identifiers of one kind a person can have before we stop believing that it is one person: an address that a
 * shop's tablet fills in for every visitor must not make one profile out of all of them.
 */
export const mostPerProfile = {
  email: 5,
  phone: 5,
  subscriber: 20,
  record: 20,
} as const satisfies Record<IdentityKind, number>;

/** May identities, so many per kind, all belong to one person? */
export function fitsOnePerson(counts: Readonly<Partial<Record<IdentityKind, number>>>): boolean {
  return (Object.keys(mostPerProfile) as IdentityKind[]).every((kind) => (counts[kind] ?? 0) <= mostPerProfile[kind]);
}
