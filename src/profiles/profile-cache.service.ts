import { Injectable } from '@nestjs/common';
import type { Profile } from './profile.js';

/** A few dozen MB; the people who talk at the same time are far fewer. */
const most = 10_000;

interface Entry {
  readonly stamp: string;
  readonly profile: Profile;
}

/**
 * Profiles as this process last stored or read them, so that a conversation does not read the same row again with every message.
 * An entry counts only while its stamp is the locked row's (`xmin`: the transaction that wrote that row), whoever wrote it.
 */
@Injectable()
export class ProfileCache {
  readonly #entries = new Map<string, Entry>();

  find(id: string, stamp: string): Profile | undefined {
    const entry = this.#entries.get(id);
    return entry?.stamp === stamp ? entry.profile : undefined;
  }

  /** Only what is committed. */
  remember(profiles: Iterable<Profile>, stamp: string): void {
    for (const profile of profiles) {
      this.#entries.delete(profile.id); // to the end: the oldest go first
      this.#entries.set(profile.id, { stamp, profile });
    }
    for (const id of this.#entries.keys()) {
      if (this.#entries.size <= most) return;
      this.#entries.delete(id);
    }
  }
}
