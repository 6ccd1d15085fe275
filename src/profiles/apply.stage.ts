import { Injectable } from '@nestjs/common';
import type { Batch, Stage } from '../events/batch.js';
import { teaches } from '../events/teaches.js';
import { applyEvent } from './apply-event.js';

/** Applies attributes and tags to the profiles in memory, in order of arrival. */
@Injectable()
export class ApplyStage implements Stage {
  readonly name = 'apply';

  run(batch: Batch): Promise<void> {
    for (const event of batch.events) {
      const held = batch.profiles.get(event.profileId);
      if (event.repeated || held === undefined || event.incoming.kind === 'clock') continue;
      const { profile, changedAttributes, tagsChanged } = applyEvent(held.profile, {
        eventId: event.id,
        at: event.occurredAt,
        attributes: event.attributes,
        tagsAdded: teaches[event.incoming.kind] ? event.incoming.tagsAdded : [],
        tagsRemoved: teaches[event.incoming.kind] ? event.incoming.tagsRemoved : [],
      });
      held.profile = profile;
      held.touched = true;
      held.tagsChanged ||= tagsChanged;
      for (const key of changedAttributes) held.changedAttributes.add(key);
    }
    return Promise.resolve();
  }
}
