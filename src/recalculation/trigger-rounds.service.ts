import { InjectQueue } from '@nestjs/bull';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Queue } from 'bull';
import { v7 as uuidv7 } from 'uuid';
import { type Now, NOW } from '../database/environment.js';
import type { IncomingEvent } from '../events/incoming-event.js';
import { Pipeline } from '../pipeline/pipeline.service.js';
import { SegmentMembers } from '../segments/segment-members.repository.js';
import type { ActiveTrigger } from '../triggers/active-trigger.js';
import { roundEvent } from '../triggers/planning/causes.js';
import { nextOfSchedule } from '../triggers/time/wall-clock.js';
import { TriggerDates } from '../triggers/trigger-dates.repository.js';
import { TriggerDirectory } from '../triggers/trigger-directory.service.js';
import { type HeldRound, TriggerRounds, zoneOfRound } from '../triggers/trigger-rounds.repository.js';
import { isForLater } from './for-later.js';

const first = '00000000-0000-0000-0000-000000000000';
/** People who take the pipeline together; traffic joins their batches in between. */
const atOnce = 500;

/** A page of people that a round has dealt with; null: there is nobody left. */
type Page = { readonly last: string; readonly seen: number } | null;

/** Does what triggers do with many people at once: page by page, from where it stopped, each person by an event of the clock. */
@Injectable()
export class TriggerRoundRunner {
  readonly #log = new Logger(TriggerRoundRunner.name);
  #stopping = false;

  constructor(
    @InjectQueue('recalculation') private readonly queue: Queue,
    private readonly rounds: TriggerRounds,
    private readonly dates: TriggerDates,
    private readonly directory: TriggerDirectory,
    private readonly members: SegmentMembers,
    private readonly pipeline: Pipeline,
    @Inject(NOW) private readonly now: Now,
  ) {}

  onModuleDestroy(): void {
    this.#stopping = true;
  }

  /** Starts what is due; part of every sweep. */
  async wakeDue(): Promise<void> {
    const due = await this.rounds.due(this.now());
    if (due.length > 0) await this.queue.add('round', {}, { jobId: `round-${String(this.now().getTime())}` });
  }

  /** Everything that is due. */
  async run(): Promise<void> {
    for (const trigger of await this.rounds.due(this.now())) if (!this.#stopping) await this.#round(trigger);
  }

  async #round(key: string): Promise<void> {
    const worker = uuidv7();
    let held = await this.rounds.hold(key, worker, this.now());
    try {
      while (held !== null && !this.#stopping) {
        const trigger = this.directory.current.current.get(key);
        if (trigger?.version !== held.version) break; // this process has not read the new version yet
        const page = await this.#page(trigger, held);
        if (page === null) {
          await this.rounds.finish(key, worker, this.#next(trigger), this.now());
          return;
        }
        await this.rounds.progress(key, worker, page.last, page.seen);
        held = await this.rounds.hold(key, worker, this.now());
      }
      await this.rounds.letGo(key, worker, null);
    } catch (error) {
      this.#log.error({ err: error, trigger: key }, 'a round was interrupted and goes on with the next sweep');
      await this.rounds.letGo(key, worker, error instanceof Error ? error.message : String(error));
    }
  }

  /** A round that was missed while nobody was there is made up for once, however many were. */
  #next({ definition: { when, timeZone } }: ActiveTrigger): Date | null {
    if (!('schedule' in when)) return null;
    const zone = zoneOfRound(timeZone, this.directory.timeZone);
    return new Date(nextOfSchedule(when.schedule, zone, this.now().getTime()));
  }

  async #page(trigger: ActiveTrigger, { cursor, roundAt }: HeldRound): Promise<Page> {
    const { when } = trigger.definition;
    if ('date' in when)
      return this.dates.fillPage(trigger, cursor ?? first, atOnce, this.directory.timeZone, this.now());
    // Nobody wants to be told on Wednesday what was to be told on Monday.
    const isUseful = this.now().getTime() - roundAt.getTime() <= trigger.usefulForMs;
    if (!('schedule' in when) || !isUseful) return null;
    const ids = await this.members.idsAfter(when.segment, cursor ?? first, atOnce);
    const last = ids.at(-1);
    if (last === undefined) return null;
    const results = await Promise.allSettled(
      ids.map((id) => this.pipeline.submit({ source: 'clock', raw: '', incoming: eventOf(trigger.key, roundAt, id) })),
    );
    // Who was erased meanwhile is nobody's any more, and an event that failed is a dead letter: neither stops the others.
    for (const result of results) if (result.status === 'rejected' && isForLater(result.reason)) throw result.reason;
    return { last, seen: ids.length };
  }
}

const eventOf = (trigger: string, roundAt: Date, profileId: string): IncomingEvent => ({
  kind: 'clock',
  name: roundEvent,
  occurredAt: roundAt,
  dedupe: { key: `round/${trigger}/${roundAt.toISOString()}/${profileId}`, windowMs: 24 * 3_600_000 },
  profileId,
  channel: null,
  identities: [],
  attributes: [],
  tagsAdded: [],
  tagsRemoved: [],
  consents: [],
  text: null,
  properties: { trigger },
  notes: [],
});
