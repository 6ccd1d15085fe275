import { Injectable } from '@nestjs/common';
import type { Batch, Stage } from '../events/batch.js';

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
        segments: Object.keys(profile.segments).sort(),
      };
    }
    return Promise.resolve();
  }
}
