import { Inject, Injectable } from '@nestjs/common';
import { type Now, NOW } from '../../database/environment.js';
import { durationMs } from '../../segments/duration.js';
import { Profiles } from '../../profiles/profiles.repository.js';
import type { ActiveTrigger } from '../active-trigger.js';
import type { Trigger } from '../definition/trigger.js';
import type { RunContext } from '../planning/run-context.js';
import { TriggerDirectory } from '../trigger-directory.service.js';
import type { TriggerSet } from '../trigger-set.js';
import { type PastCause, PastCausesFinder } from './past-causes.service.js';
import { type Simulation, Simulator } from './simulate.service.js';

/** What a trigger would have done lately. */
export interface Backtest {
  readonly days: number;
  /** Causes there were, and how many of them (the latest) were looked at. */
  readonly causes: number;
  readonly lookedAt: number;
  /** Causes that the trigger's own rules on coming again leave out. */
  readonly left: number;
  /** How the runs would have ended, or stand now, and why. */
  readonly outcomes: readonly { readonly status: string; readonly code: string | null; readonly runs: number }[];
  /** What would have been done. */
  readonly actions: readonly {
    readonly step: string;
    readonly outcome: string;
    readonly code: string | null;
    readonly times: number;
  }[];
  readonly sample: readonly Simulation[];
}

const dayMs = 24 * 3_600_000;
const mostCauses = 500;
const sampleSize = 20;
/** As far into the future as a dry run looks. */
const horizonMs = 400 * dayMs;

/** Says what a trigger would do, without doing anything. */
@Injectable()
export class DryRun {
  constructor(
    private readonly directory: TriggerDirectory,
    private readonly profiles: Profiles,
    private readonly causes: PastCausesFinder,
    private readonly simulator: Simulator,
    @Inject(NOW) private readonly now: Now,
  ) {}

  /** For one person, as if it were caused now. null: there is no such profile. */
  async forProfile(
    key: string,
    definition: Trigger,
    profileId: string,
    context: RunContext,
  ): Promise<Simulation | null> {
    const { trigger, set } = this.directory.trial(key, key, definition);
    const profile = (await this.profiles.findMany([profileId])).get(profileId);
    if (profile === undefined) return null;
    const at = this.now();
    const cause = { profileId, at, eventId: null, context };
    return this.simulator.run(trigger, profile, cause, this.#surroundings(set), new Date(at.getTime() + horizonMs));
  }

  /** For everything that would have caused it in the last days. null: what would have to be known is not kept. */
  async backtest(key: string, definition: Trigger, days: number): Promise<Backtest | null> {
    const { trigger, set } = this.directory.trial(key, key, definition);
    const now = this.now();
    const found = await this.causes.find(trigger, new Date(now.getTime() - days * dayMs), now, mostCauses);
    if (found === null) return null;
    const profiles = await this.profiles.findMany([...new Set(found.causes.map(({ profileId }) => profileId))]);
    const simulations: Simulation[] = [];
    const lately = new Map<string, Simulation>();
    let left = 0;
    for (const cause of found.causes) {
      const profile = profiles.get(cause.profileId);
      if (profile === undefined) continue;
      if (!mayComeAgain(trigger, cause, lately.get(profile.id))) {
        left += 1;
        continue;
      }
      const simulation = await this.simulator.run(trigger, profile, cause, this.#surroundings(set), now);
      lately.set(profile.id, simulation);
      simulations.push(simulation);
    }
    return {
      days,
      causes: found.total,
      lookedAt: found.causes.length,
      left,
      outcomes: countBy(simulations, ({ status, code }) => ({ status, code })).map(({ count: runs, ...rest }) => ({
        ...rest,
        runs,
      })),
      actions: countBy(
        simulations.flatMap(({ steps }) => steps.filter(({ outcome }) => shown.has(outcome))),
        ({ step, outcome, code }) => ({ step, outcome, code }),
      ).map(({ count: times, ...rest }) => ({ ...rest, times })),
      sample: simulations.slice(-sampleSize),
    };
  }

  #surroundings(set: TriggerSet) {
    return { set, policy: this.directory.policy, timeZone: this.directory.timeZone };
  }
}

const shown: ReadonlySet<string> = new Set(['would do', 'withheld', 'held back', 'held back for a while']);

function mayComeAgain(
  { definition: { reEntry, whileInside } }: ActiveTrigger,
  { at }: PastCause,
  before: Simulation | undefined,
): boolean {
  if (before === undefined) return true;
  if (reEntry === 'once') return false;
  if (reEntry !== 'always' && at.getTime() - before.causedAt.getTime() < durationMs(reEntry.after)) return false;
  const isInside = before.status === 'waiting' || before.status === 'acting' || before.until > at;
  return whileInside !== 'ignore' || !isInside;
}

function countBy<Item, Key extends object>(
  items: readonly Item[],
  keyOf: (item: Item) => Key,
): (Key & { readonly count: number })[] {
  const counts = new Map<string, { readonly key: Key; count: number }>();
  for (const item of items) {
    const key = keyOf(item);
    const name = JSON.stringify(key);
    const known = counts.get(name);
    if (known === undefined) counts.set(name, { key, count: 1 });
    else known.count += 1;
  }
  return [...counts.values()]
    .map(({ key, count }) => ({ ...key, count }))
    .sort((one, other) => other.count - one.count);
}
