import { Injectable } from '@nestjs/common';
import type { Batch, BatchEvent, BatchProfile, Stage } from '../events/batch.js';
import { readInto } from '../mapping/mapping.js';
import { MappingDirectory } from '../mapping/mapping-directory.service.js';
import { ownValue } from '../profiles/own-value.js';
import { sameValue } from '../profiles/profile.js';

/**
 * Notices where a destination has told something else than the profile says after all: an older value than ours, one that does not count
 * there, or a yes that was taken back since. It has to be told again, although nothing changed here.
 */
@Injectable()
export class ContradictionsStage implements Stage {
  readonly name = 'contradictions';

  constructor(private readonly mappings: MappingDirectory) {}

  run(batch: Batch): Promise<void> {
    for (const event of batch.events) {
      const destination = event.incoming.held?.destination;
      const held = batch.profiles.get(event.profileId);
      if (event.repeated || destination === undefined || held === undefined) continue;
      if (this.#differs(destination, event, held)) (held.contradicted ??= new Set()).add(destination);
    }
    return Promise.resolve();
  }

  #differs(destination: string, { attributes, incoming }: BatchEvent, { profile }: BatchProfile): boolean {
    const fields = this.mappings.find(destination)?.mapping.fields ?? [];
    const written = new Set(fields.filter(({ direction }) => direction === 'both').map(readInto));
    return (
      attributes.some(({ key, value }) => written.has(key) && !sameValue(ownValue(profile.attributes, key), value)) ||
      incoming.consents.some(
        ({ purpose, status }) => status === 'granted' && profile.consents[purpose]?.status === 'revoked',
      )
    );
  }
}
