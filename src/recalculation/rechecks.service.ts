import { Inject, Injectable, Logger } from '@nestjs/common';
import { type Now, NOW } from '../database/environment.js';
import type { Decision } from '../events/decision.js';
import type { IncomingEvent } from '../events/incoming-event.js';
import { EventRejectedError } from '../pipeline/pipeline-errors.js';
import { Pipeline } from '../pipeline/pipeline.service.js';
import { Scores } from '../scoring/scores.service.js';
import { type Recheck, SegmentRechecks } from '../segments/segment-rechecks.repository.js';
import { RecheckWaker } from '../segments/recheck-waker.service.js';
import { TriggerDates } from '../triggers/trigger-dates.repository.js';
import { TriggerRounds } from '../triggers/trigger-rounds.repository.js';
import { isForLater } from './for-later.js';

const atOnce = 1_000;
/** Recounts between two looks at what is due by the clock, which is not to wait for them longer than a moment. */
const recountsAtOnce = 250;
/** What the pipeline has refused is a dead letter; it is tried again, but not every few seconds. */
const afterRefusalMs = 15 * 60 * 1_000;

/** Fires what is due by the clock: each recheck is an event that takes the one way in. */
@Injectable()
export class Rechecks {
  readonly #log = new Logger(Rechecks.name);
  #running: Promise<void> | null = null;

  constructor(
    private readonly rechecks: SegmentRechecks,
    private readonly scores: Scores,
    private readonly dates: TriggerDates,
    private readonly rounds: TriggerRounds,
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
      if (!(await this.#settle(due, results))) return;
    }
    await this.planNext();
  }

  /** Sees to it that whatever was due is not due again at once. @returns false: nothing can be done now, the next sweep tries again */
  async #settle(due: readonly Recheck[], results: readonly PromiseSettledResult<Decision>[]): Promise<boolean> {
    const idsOf = (is: (result: PromiseSettledResult<Decision>) => boolean): string[] =>
      due.flatMap(({ profileId }, index) => {
        const result = results[index];
        return result !== undefined && is(result) ? profileId : [];
      });
    const refused = idsOf((result) => result.status === 'rejected' && result.reason instanceof EventRejectedError);
    const open = idsOf((result) => result.status === 'rejected' || !result.value.applied);
    const gone = open.length === 0 ? 0 : await this.rechecks.forgetGone(open);
    const useless = await this.scores.forgetUseless(due.map(({ profileId }) => profileId));
    if (refused.length > 0) {
      const until = new Date(this.now().getTime() + afterRefusalMs);
      await Promise.all([this.rechecks, this.scores, this.dates].map((kind) => kind.postpone(refused, until)));
    }
    if (results.some((result) => result.status === 'rejected' && isForLater(result.reason))) return false;
    // Otherwise another process is at them: asking again at once would only spin.
    const isMoving = open.length < due.length || gone + useless + refused.length > 0;
    if (!isMoving) this.#log.debug({ due: due.length }, 'somebody else is at what is due');
    return isMoving;
  }

  /** Of segments, scores and dates, each profile once, in order of time; where there is room, those that are to be counted anew. */
  async #due(): Promise<Recheck[]> {
    const now = this.now();
    const found = await Promise.all([this.rechecks, this.scores, this.dates].map((kind) => kind.due(now, atOnce)));
    const earliest = new Map<string, Recheck>();
    for (const recheck of found.flat().sort((left, right) => left.dueAt.getTime() - right.dueAt.getTime()))
      if (!earliest.has(recheck.profileId)) earliest.set(recheck.profileId, recheck);
    const due = [...earliest.values()].slice(0, atOnce);
    if (due.length >= recountsAtOnce) return due;
    for (const profileId of await this.scores.toBeRecounted(recountsAtOnce))
      if (!earliest.has(profileId)) due.push({ profileId, dueAt: now });
    return due;
  }

  /** Part of every sweep. */
  async planNext(): Promise<void> {
    const kinds = [this.rechecks, this.scores, this.dates, this.rounds];
    const moments = await Promise.all(kinds.map((kind) => kind.nextDue()));
    const recounts = await this.scores.toBeRecounted(1);
    const next = [...moments, recounts.length > 0 ? this.now() : null].flatMap((at) => at?.getTime() ?? []);
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
