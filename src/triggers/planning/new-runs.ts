import { v7 as uuidv7 } from 'uuid';
import { durationMs } from '../../segments/duration.js';
import { isDrawn, randomDraw } from '../../segments/random-draw.js';
import type { ActiveTrigger } from '../active-trigger.js';
import type { FoundCause } from './causes.js';
import type { RunContext } from './run-context.js';

/** A run to be planned, if nothing forbids it. */
export interface NewRun {
  readonly id: string;
  readonly trigger: string;
  readonly version: number;
  readonly profileId: string;
  readonly cause: string;
  readonly causedAt: Date;
  readonly eventId: string | null;
  readonly context: RunContext;
  readonly status: 'planned' | 'held_out';
  readonly step: string;
  /** Only if the person has had no run of the trigger since then; null: whatever was before. */
  readonly noneSince: Date | null;
  /** Only if none is under way. */
  readonly unlessInside: boolean;
}

const ever = new Date(0);

/** The runs that causes lead to; of a trigger that a person may be in only once at a time, or once in a while, the first. */
export function newRuns(causes: readonly FoundCause[], now: Date): NewRun[] {
  const taken = new Set<string>();
  return causes.flatMap(({ trigger, ...cause }): NewRun[] => {
    const { definition, key, version, program } = trigger;
    const noneSince = noneSinceOf(trigger, now);
    const unlessInside = definition.whileInside !== 'parallel';
    if (noneSince !== null || unlessInside) {
      const person = `${key}/${cause.profileId}`;
      if (taken.has(person)) return [];
      taken.add(person);
    }
    return [
      {
        ...cause,
        id: uuidv7(),
        trigger: key,
        version,
        status: isHeldOut(trigger, cause.profileId) ? 'held_out' : 'planned',
        step: program.start,
        noneSince,
        unlessInside,
      },
    ];
  });
}

function noneSinceOf({ definition: { reEntry } }: ActiveTrigger, now: Date): Date | null {
  if (reEntry === 'always') return null;
  return reEntry === 'once' ? ever : new Date(now.getTime() - durationMs(reEntry.after) + 1);
}

/** Always the same people for a trigger, whatever its version. */
export const isHeldOut = (
  { key, definition: { holdout } }: Pick<ActiveTrigger, 'key' | 'definition'>,
  profileId: string,
): boolean => holdout > 0 && isDrawn(randomDraw(holdout, `holdout/${key}`), profileId);
