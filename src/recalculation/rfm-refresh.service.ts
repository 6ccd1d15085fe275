import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { type Now, NOW } from '../database/environment.js';
import type { IncomingEvent } from '../events/incoming-event.js';
import { Pipeline } from '../pipeline/pipeline.service.js';
import { rfmEvent } from '../scoring/apply-rfm.js';
import { type RfmChange, RfmRuns } from '../scoring/rfm-runs.repository.js';
import { ScoreDirectory } from '../scoring/score-directory.service.js';
import { isForLater } from './for-later.js';

const atOnce = 500;

/** Puts all customers into fifths when it is time, and brings what has changed into their profiles. */
@Injectable()
export class RfmRefresh {
  #stopping = false;

  constructor(
    private readonly directory: ScoreDirectory,
    private readonly runs: RfmRuns,
    private readonly pipeline: Pipeline,
    @Inject(NOW) private readonly now: Now,
  ) {}

  onModuleDestroy(): void {
    this.#stopping = true;
  }

  async run(): Promise<void> {
    for (const rfm of this.directory.rfm) {
      await this.runs.refresh(rfm, this.now());
      await this.#tell(rfm.key);
    }
  }

  /** Also what a process that died has left. @throws PipelineUnavailableError, OverloadedError: the next sweep goes on */
  async #tell(score: string): Promise<void> {
    while (!this.#stopping) {
      const changes = await this.runs.changes(score, atOnce);
      if (changes.length === 0) return;
      const results = await Promise.allSettled(
        changes.map((change) => this.pipeline.submit({ source: 'clock', raw: '', incoming: eventOf(score, change) })),
      );
      // Who is gone has no profile to tell, and what was refused is a dead letter: only what can be tried again stays.
      await this.runs.settle(
        score,
        changes.filter((_change, index) => !isLate(results[index])),
      );
      const late = results.find(isLate);
      if (late?.status === 'rejected') throw late.reason;
    }
  }
}

const isLate = (result: PromiseSettledResult<unknown> | undefined): boolean =>
  result?.status === 'rejected' && isForLater(result.reason);

const eventOf = (
  score: string,
  { profile_id: profileId, recency, frequency, monetary, anew }: RfmChange,
): IncomingEvent => ({
  kind: 'clock',
  name: rfmEvent,
  occurredAt: null,
  dedupe: { key: `rfm/${score}/${profileId}/${uuidv7()}`, windowMs: 1_000 },
  profileId,
  channel: null,
  identities: [],
  attributes: [],
  tagsAdded: [],
  tagsRemoved: [],
  consents: [],
  text: null,
  properties: { score, recency, frequency, monetary, anew },
  notes: [],
});
