import { Injectable } from '@nestjs/common';
import type { Batch, BatchEvent, BatchProfile, Stage } from '../events/batch.js';
import { readInto } from '../mapping/mapping.js';
import { MappingDirectory } from '../mapping/mapping-directory.service.js';
import { ownValue } from '../profiles/own-value.js';
import { sameValue } from '../profiles/profile.js';

/**
 * Notices where a destination has to be told again, although nothing changed here: it has told something else than the profile says after
 * all (an older value than ours, one that does not count there, a yes that was taken back since), or the person has said a "no" again and
 * may have signed up there in between.
 */
@Injectable()
export class ContradictionsStage implements Stage {
  readonly name = 'contradictions';

  constructor(private readonly mappings: MappingDirectory) {}

  run(batch: Batch): Promise<void> {
    for (const event of batch.events) {
      const destination = event.incoming.held?.destination;
      const held = batch.profiles.get(event.profileId);
      if (event.repeated || held === undefined) continue;
      for (const again of this.#withdrawnAgain(event, held)) (held.contradicted ??= new Set()).add(again);
      if (destination === undefined) continue;
      if (this.#differs(destination, event, held)) (held.contradicted ??= new Set()).add(destination);
    }
    return Promise.resolve();
  }

  /** Not the one that has just told it. */
  #withdrawnAgain({ incoming, occurredAt }: BatchEvent, { profile, changedPurposes }: BatchProfile): readonly string[] {
    const again = incoming.consents.flatMap(({ purpose, status }) => {
      const kept = profile.consents[purpose];
      const isAgain = status === 'revoked' && kept?.status === 'revoked' && kept.decidedAt === occurredAt.toISOString();
      return isAgain && !changedPurposes.has(purpose) ? [purpose] : [];
    });
    if (again.length === 0) return [];
    return this.mappings
      .interested()
      .map(({ destination }) => destination)
      .filter((destination) => {
        const read = this.mappings.find(destination)?.provider.consents;
        return destination !== incoming.held?.destination && again.some((purpose) => read?.includes(purpose));
      });
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
