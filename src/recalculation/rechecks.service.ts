import { Inject, Injectable, Logger } from '@nestjs/common';
import { type Now, NOW } from '../database/environment.js';
import type { IncomingEvent } from '../events/incoming-event.js';
import { Pipeline } from '../pipeline/pipeline.service.js';
import { Scores } from '../scoring/scores.service.js';
import { type Recheck, SegmentRechecks } from '../segments/segment-rechecks.repository.js';
import { RecheckWaker } from '../segments/recheck-waker.service.js';

const atOnce = 1_000;

/** Fires what is due by the clock: each recheck is an event that takes the one way in. */
@Injectable()
export class Rechecks {
  readonly #log = new Logger(Rechecks.name);
  #running: Promise<void> | null = null;

  constructor(
    private readonly rechecks: SegmentRechecks,
    private readonly scores: Scores,
    private readonly waker: RecheckWaker,
    private readonly pipeline: Pipeline,
    @Inject(NOW) private readonly now: Now,
  ) {}

  /** Everything that is due, in order of its time. Two processes may do the same: the second event is a repetition. */
  run(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    for (;;) {
      const due = await this.#due();
      if (due.length === 0) break;
      const results = await Promise.allSettled(
        due.map((recheck) => this.pipeline.submit({ source: 'clock', raw: '', incoming: clockEvent(recheck) })),
      );
      const applied = results.filter((result) => result.status === 'fulfilled' && result.value.applied).length;
      if (applied === 0) {
        // Another process is at them, or PostgreSQL is away: asking again at once would only spin.
        this.#log.warn({ due: due.length }, 'rechecks could not be applied and are tried again by the next sweep');
        return;
      }
      if (due.length < atOnce) break;
    }
    await this.planNext();
  }

  /** Of segments and scores, each profile once, in order of time. */
  async #due(): Promise<Recheck[]> {
    const now = this.now();
    const found = await Promise.all([this.rechecks.due(now, atOnce), this.scores.due(now, atOnce)]);
    const earliest = new Map<string, Recheck>();
    for (const recheck of found.flat().sort((left, right) => left.dueAt.getTime() - right.dueAt.getTime()))
      if (!earliest.has(recheck.profileId)) earliest.set(recheck.profileId, recheck);
    return [...earliest.values()].slice(0, atOnce);
  }

  /** Part of every sweep. */
  async planNext(): Promise<void> {
    const found = await Promise.all([this.rechecks.nextDue(), this.scores.nextDue()]);
    const next = found.filter((at) => at !== null).map((at) => at.getTime());
    if (next.length > 0) this.waker.wake(Math.min(...next));
  }
}

const clockEvent = ({ profileId, dueAt }: Recheck): IncomingEvent => ({
  kind: 'clock',
  name: 'recheck',
  occurredAt: dueAt,
  dedupe: { key: `recheck/${profileId}/${dueAt.toISOString()}`, windowMs: 10_000 },
  profileId,
  channel: null,
  identities: [],
  attributes: [],
  tagsAdded: [],
  tagsRemoved: [],
  consents: [],
  text: null,
  properties: {},
  notes: [],
});
