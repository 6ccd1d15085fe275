import { Injectable } from '@nestjs/common';
import type { Batch, Stage } from '../events/batch.js';
import type { Profile } from '../profiles/profile.js';

/** Sorted once for as long as nothing changes: whoever is in a hundred segments writes more often than they change. */
const sorted = new WeakMap<Profile['segments'], readonly string[]>();

function keysOf(segments: Profile['segments']): readonly string[] {
  const known = sorted.get(segments);
  if (known !== undefined) return known;
  const keys = Object.keys(segments).sort();
  sorted.set(segments, keys);
  return keys;
}

/** What each caller gets back: the profile as it is now, also for an event that was a repetition. */
@Injectable()
export class DecideStage implements Stage {
  readonly name = 'decide';

  run(batch: Batch): Promise<void> {
    for (const event of batch.events) {
      const profile = batch.profiles.get(event.profileId)?.profile;
      if (profile === undefined) continue;
      event.decision = {
        profileId: profile.id,
        profileVersion: profile.version,
        applied: !event.repeated,
        attributes: profile.attributes,
        tags: profile.tags,
        consents: profile.consents,
        segments: keysOf(profile.segments),
      };
    }
    return Promise.resolve();
  }
}
