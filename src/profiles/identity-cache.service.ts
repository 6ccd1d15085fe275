import { Injectable } from '@nestjs/common';
import type { Identity } from './identity.js';
import { identityKey } from './resolve-identities.js';

/** About 20 MB; the people who talk at the same time are far fewer. */
const most = 100_000;

/**
 * Whose identities are these, as this process last saw it committed. An identity leaves its profile only when that profile is merged
 * away or erased, and whoever locks the profile sees that: so an outdated entry is always noticed, then forgotten.
 */
@Injectable()
export class IdentityCache {
  readonly #owners = new Map<string, string>();

  ownerOf(key: string): string | undefined {
    return this.#owners.get(key);
  }

  /** Only what is committed. */
  remember(owners: Iterable<readonly [key: string, profileId: string]>): void {
    for (const [key, profileId] of owners) this.#owners.set(key, profileId);
    if (this.#owners.size <= most) return;
    for (const key of this.#owners.keys()) {
      if (this.#owners.size <= most * 0.9) return;
      this.#owners.delete(key); // a Map keeps the order of insertion: the oldest first
    }
  }

  forget(identities: Iterable<Identity>): void {
    for (const identity of identities) this.#owners.delete(identityKey(identity));
  }
}
