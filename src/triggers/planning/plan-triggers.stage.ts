import { Injectable } from '@nestjs/common';
import type { Batch, BatchEvent, BatchProfile, Stage } from '../../events/batch.js';
import { Metrics } from '../../observability/metrics.service.js';
import { RecheckWaker } from '../../segments/recheck-waker.service.js';
import type { ActiveTrigger } from '../active-trigger.js';
import { isPersonal, zoneAttributes } from '../time/person-zone.js';
import { TriggerDirectory } from '../trigger-directory.service.js';
import type { TriggerSet } from '../trigger-set.js';
import { TriggerWaker } from '../trigger-waker.service.js';
import { causesFor, type FoundCause } from './causes.js';
import { type DateRow, dateRowOf } from './date-rows.js';
import { newRuns } from './new-runs.js';
import { newsOf } from './news.js';
import { mergeRuns, planRuns, takeDueDates, type TakenOut, takeOut, wakeWatching, writeDates } from './plan-writes.js';

/** One person of the batch with their new events. */
interface Person {
  readonly held: BatchProfile;
  readonly events: readonly BatchEvent[];
}

/**
 * Plans a run for each cause, takes people out of triggers whose segment they left, and wakes the runs under way that look at what is new.
 * What the runs then do is decided by the runner, after the commit; all that follows from the event is durable by then.
 */
@Injectable()
export class PlanTriggersStage implements Stage {
  readonly name = 'plan triggers';

  constructor(
    private readonly directory: TriggerDirectory,
    private readonly waker: TriggerWaker,
    private readonly recheckWaker: RecheckWaker,
    private readonly metrics: Metrics,
  ) {}

  async run(batch: Batch): Promise<void> {
    if (batch.merges.length > 0) await mergeRuns(batch);
    const set = this.directory.current;
    if (set.current.size === 0 && set.watched.size === 0) return;
    const people = peopleIn(batch);
    const dates = await this.#dueDates(batch, people, set);
    const causes = [...people.flatMap(({ held, events }) => causesFor(held, events, set, batch.now)), ...dates.causes];
    const runs = newRuns(causes, batch.now);
    await takeOut(batch, [...leaving(people, set), ...restarting(causes)]);
    const planned = await planRuns(batch, runs);
    const woken = await wakeWatching(batch, watchedNews(people, set));
    const rows = [...dates.next, ...changedDates(people, set, batch.now, this.directory.timeZone)];
    await writeDates(batch, rows);
    batch.afterCommit(() => {
      for (const { trigger, status } of planned) this.metrics.triggerRun(trigger, status);
      if (planned.length + woken > 0) this.waker.wake(batch.now.getTime());
      const soonest = Math.min(...rows.map(({ dueAt }) => dueAt?.getTime() ?? Infinity));
      if (Number.isFinite(soonest)) this.recheckWaker.wake(soonest);
    });
  }

  /** Dates that have come near are told by the clock, like every answer that time changes. */
  async #dueDates(batch: Batch, people: readonly Person[], set: TriggerSet) {
    const clocked = people.filter(({ events }) => events.some(({ incoming }) => incoming.kind === 'clock'));
    const found: { causes: FoundCause[]; next: DateRow[] } = { causes: [], next: [] };
    if (set.byDate.length === 0 || clocked.length === 0) return found;
    const byId = new Map(clocked.map(({ held }) => [held.profile.id, held]));
    for (const { trigger: key, profileId, value, dueAt } of await takeDueDates(batch, [...byId.keys()])) {
      const trigger = set.current.get(key);
      const held = byId.get(profileId);
      if (trigger === undefined || held === undefined) continue;
      const { when } = trigger.definition;
      if (!('date' in when) || held.profile.attributes[when.date] !== value) continue;
      found.causes.push(dateCause(trigger, profileId, when.date, value, dueAt, when.yearly));
      const next = dateRowOf(trigger, held.profile, dueAt.getTime() + 1, this.directory.timeZone);
      if (when.yearly && next !== null) found.next.push(next);
    }
    return found;
  }
}

/** Not those who were merged into others. */
function peopleIn(batch: Batch): Person[] {
  const losers = new Set(batch.merges.map(({ loser }) => loser));
  const events = Map.groupBy(
    batch.events.filter(({ repeated, profileId }) => !repeated && profileId !== ''),
    ({ profileId }) => profileId,
  );
  return [...batch.profiles.values()].flatMap((held) =>
    losers.has(held.profile.id) ? [] : [{ held, events: events.get(held.profile.id) ?? [] }],
  );
}

function leaving(people: readonly Person[], { endingWith }: TriggerSet): TakenOut[] {
  return people.flatMap(({ held }) =>
    held.segmentChanges
      .filter(({ entered }) => !entered)
      .flatMap(({ segment }) =>
        (endingWith.get(segment) ?? []).map(({ key, version }) => ({
          trigger: key,
          version,
          profileId: held.profile.id,
          code: 'LEFT_SEGMENT' as const,
          reason: `the person left the segment ${segment}`,
        })),
      ),
  );
}

const restarting = (causes: readonly FoundCause[]): TakenOut[] =>
  causes
    .filter(({ trigger }) => trigger.definition.whileInside === 'restart')
    .map(({ trigger, profileId }) => ({
      trigger: trigger.key,
      version: null,
      profileId,
      code: 'RESTARTED',
      reason: 'it was caused again, and begins anew',
    }));

const watchedNews = (people: readonly Person[], { watched }: TriggerSet) =>
  people.flatMap(({ held, events }) =>
    held.isNew
      ? []
      : newsOf(held, events).flatMap((watch) => (watched.has(watch) ? [{ profileId: held.profile.id, watch }] : [])),
  );

/** What a person tells too late for a date counts as long as it would still be useful. */
function changedDates(people: readonly Person[], set: TriggerSet, now: Date, installation: string): DateRow[] {
  return set.byDate.flatMap((trigger) => {
    const { when, timeZone } = trigger.definition;
    if (!('date' in when)) return [];
    return people.flatMap(({ held }) => {
      const { isNew, everythingChanged, changedAttributes } = held;
      const isMoved = isPersonal(timeZone) && [...zoneAttributes].some((key) => changedAttributes.has(key));
      if (!isNew && !everythingChanged && !changedAttributes.has(when.date) && !isMoved) return [];
      return dateRowOf(trigger, held.profile, now.getTime() - trigger.usefulForMs, installation) ?? [];
    });
  });
}

const dateCause = (
  trigger: ActiveTrigger,
  profileId: string,
  attribute: string,
  value: string,
  dueAt: Date,
  yearly: boolean,
): FoundCause => ({
  trigger,
  profileId,
  cause: `date/${value}${yearly ? `/${String(dueAt.getUTCFullYear())}` : ''}`,
  causedAt: dueAt,
  eventId: null,
  context: { event: null, segment: null, about: { attribute, value } },
});
