import type { Profile } from '../../profiles/profile.js';
import { fetchAggregates, type FoundAggregates } from '../../segments/event-aggregates.js';
import type { RuleSubject } from '../../segments/subject.js';
import type { Outlook } from '../../segments/time-test.js';
import type { ActiveTrigger, AskedRule } from '../active-trigger.js';
import { channelOf } from '../catalog.js';
import type { ContactPolicy } from '../definition/contact-policy.js';
import { allowanceOf, type Touch } from '../policy/allowance.js';
import type { ActionFinding, RunFacts } from '../journey/run-facts.js';
import { zoneFor, zoneOfPerson } from '../time/person-zone.js';
import type { TriggerSet } from '../trigger-set.js';
import type { ClaimedRun } from './claimed-runs.js';
import { type EventQuestion, firstEvents } from './first-events.js';
import type { SqlQuery } from './sql-query.js';

/** A run together with its trigger's version and its person. */
export interface RunCase {
  readonly run: Pick<ClaimedRun, 'id' | 'profileId' | 'causedAt' | 'eventId' | 'step' | 'stepAt' | 'actionRun'>;
  readonly trigger: ActiveTrigger;
  readonly profile: Profile;
}

/** What was found out about some runs at a moment, in a handful of statements. */
export interface Gathered {
  readonly nowMs: number;
  readonly aggregates: FoundAggregates;
  readonly events: ReadonlyMap<string, number>;
  readonly actions: ReadonlyMap<string, ActionFinding>;
  /** By profile; grows as orders are given. */
  readonly touches: ReadonlyMap<string, Touch[]>;
}

/** What holds for everybody. */
export interface Surroundings {
  readonly set: Pick<TriggerSet, 'queries' | 'catalog'>;
  readonly policy: ContactPolicy;
  /** The installation's zone. */
  readonly timeZone: string;
}

const awaited = (id: string): string => `${id}/awaited`;
const exitOf = (id: string, index: number): string => `${id}/exit/${String(index)}`;

/** Which events have happened, and what event queries find, for all of these runs at once. */
export async function gatherEvents(
  query: SqlQuery,
  cases: readonly RunCase[],
  { queries }: Surroundings['set'],
  now: Date,
): Promise<Pick<Gathered, 'aggregates' | 'events'>> {
  const needed = new Map<string, Set<number>>();
  for (const { trigger, profile } of cases) {
    if (trigger.slots.length === 0) continue;
    const slots = needed.get(profile.id) ?? new Set<number>();
    for (const slot of trigger.slots) slots.add(slot);
    needed.set(profile.id, slots);
  }
  const [aggregates, events] = [
    await fetchAggregates({ now, query: ({ text }, values) => query(text, values) }, { queries }, needed),
    await firstEvents(query, cases.flatMap(questionsOf), now.getTime()),
  ];
  return { aggregates, events };
}

function questionsOf({ run, trigger }: RunCase): EventQuestion[] {
  const about = { profileId: run.profileId, except: run.eventId };
  const step = trigger.program.steps.get(run.step);
  const questions = trigger.exits.flatMap((exit, index): EventQuestion[] =>
    'event' in exit
      ? [{ id: exitOf(run.id, index), ...about, sinceMs: run.causedAt.getTime(), events: exit.event }]
      : [],
  );
  if (step?.kind === 'await' && 'event' in step.until)
    questions.push({
      id: awaited(run.id),
      ...about,
      sinceMs: run.stepAt.getTime(),
      events: canonicalOf(trigger, run.step),
    });
  return questions;
}

function canonicalOf(trigger: ActiveTrigger, step: string): EventQuestion['events'] {
  const found = trigger.awaited.get(step);
  if (found === undefined) throw new Error(`step ${step} of ${trigger.key} waits for no event`);
  return found;
}

/** All that the next steps of one run depend on. */
export function factsOf({ run, trigger, profile }: RunCase, gathered: Gathered, surroundings: Surroundings): RunFacts {
  const { nowMs, aggregates, events, actions } = gathered;
  const subject: RuleSubject = { profile, aggregates: aggregates.of(profile.id) };
  const answer = (rule: AskedRule | undefined): Outlook => rule?.compiled.outlook(subject, nowMs) ?? -Infinity;
  const { definition } = trigger;
  return {
    nowMs,
    profileId: profile.id,
    attributes: profile.attributes,
    zone: zoneFor(definition.timeZone, profile.attributes, surroundings.timeZone),
    condition: trigger.condition === null ? null : answer(trigger.condition),
    answer: (rule) => answer(trigger.rules[rule]),
    exits: trigger.exits.map((exit, index) => ({
      text: exit.text,
      outlook: 'rule' in exit ? answer(exit.rule) : events.has(exitOf(run.id, index)) ? Infinity : -Infinity,
    })),
    isRevoked: (purpose) => profile.consents[purpose]?.status === 'revoked',
    awaitedAtMs: events.get(awaited(run.id)) ?? null,
    action: run.actionRun === null ? null : (actions.get(run.actionRun) ?? null),
    allowed: (order) => {
      const channel = channelOf(order, surroundings.set.catalog);
      if (channel === null) return { atMs: nowMs, code: null, reason: null };
      const zone = zoneOfPerson(profile.attributes, surroundings.timeZone);
      const touches = gathered.touches.get(profile.id) ?? [];
      return allowanceOf({ nowMs, channel, zone, touches, policy: surroundings.policy, trigger: definition });
    },
  };
}
