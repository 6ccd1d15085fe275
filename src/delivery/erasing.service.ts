import { Inject, Injectable } from '@nestjs/common';
import { type Now, NOW } from '../database/environment.js';
import { asDeliveryError, DeliveryError } from '../destinations/delivery-error.js';
import type { EraseResult } from '../destinations/record.js';
import type { ActiveDestination } from '../mapping/mapping-directory.service.js';
import { Connections } from './connections.service.js';
import { erasureOutcome } from './erase-outcome.js';
import { type DueErasure, Erasures } from './erasures.repository.js';
import { verdictOf } from './verdict.js';

const atOnce = 100;

/** Brings erasures to a destination, before anything else is done there. */
@Injectable()
export class Erasing {
  constructor(
    private readonly erasures: Erasures,
    private readonly connections: Connections,
    @Inject(NOW) private readonly now: Now,
  ) {}

  /** @returns what the answers say of the destination, one per object; null where nothing was due */
  async pass(active: ActiveDestination): Promise<readonly (DeliveryError | null)[] | null> {
    const due = await this.erasures.due(active.destination, this.now(), atOnce);
    if (due.length === 0) return null;
    const verdicts: (DeliveryError | null)[] = [];
    for (const [object, group] of Map.groupBy(due, (erasure) => erasure.object)) {
      const results = await this.#erase(active, object, group);
      const now = this.now();
      const outcomes = group.map((erasure, index) => erasureOutcome(erasure, results[index], now, Math.random()));
      await this.erasures.settle(outcomes, now);
      verdicts.push(verdictOf(results.filter((result) => result !== undefined)));
    }
    return verdicts;
  }

  async #erase(
    active: ActiveDestination,
    object: string,
    due: readonly DueErasure[],
  ): Promise<(EraseResult | undefined)[]> {
    const records = due.map(({ record }) => record);
    try {
      const connection = this.connections.to(active);
      if (connection.erase === undefined)
        throw new DeliveryError(
          'rejected',
          `${active.provider.title} cannot forget people: somebody has to do it there`,
        );
      const results = new Map((await connection.erase(object, records)).map((result) => [result.profileId, result]));
      return records.map(({ profileId }) => results.get(profileId));
    } catch (thrown) {
      const error = asDeliveryError(thrown);
      return records.map(({ profileId }) => ({ profileId, status: 'failed', error }));
    }
  }
}
