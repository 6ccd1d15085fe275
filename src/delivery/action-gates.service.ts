import { Injectable } from '@nestjs/common';
import type { ActionDeclaration } from '../destinations/action.js';
import type { Profile } from '../profiles/profile.js';
import type { RunOutcome } from './action-outcome.js';
import type { ActionRunStatus, ClaimedRun } from './action-run.js';
import type { Write } from './action-runs.repository.js';

/** A run that delivery is about to perform, with the person as they are now. */
export interface Candidate {
  readonly run: ClaimedRun;
  readonly action: ActionDeclaration;
  readonly profile: Profile | null;
}

/** What its planner says of a run in the moment of acting. */
export type Admission =
  | { readonly admit: 'now' }
  | { readonly admit: 'later'; readonly at: Date; readonly code: string; readonly reason: string }
  | {
      readonly admit: 'never';
      readonly status: Extract<ActionRunStatus, 'withheld' | 'cancelled' | 'too_late'>;
      readonly code: string;
      readonly reason: string;
    };

/**
 * Whoever plans action runs has the last word before they are performed, and hears what came of them. Delivery knows no planner: each
 * registers its gate for the origins of its runs.
 */
export interface ActionGate {
  /** Which runs it speaks for: those whose `origin` begins so. */
  readonly origin: string;
  /** By the run's id; one that is left out is admitted. */
  admit(candidates: readonly Candidate[], now: Date): Promise<ReadonlyMap<string, Admission>>;
  /** Called inside the transaction that writes the outcomes: what it writes stands or falls with them. */
  settled(write: Write, outcomes: readonly RunOutcome[], now: Date): Promise<void>;
  /** Called once that transaction is committed. */
  committed(): void;
}

/** The gates of this process, by the origins they speak for. */
@Injectable()
export class ActionGates {
  readonly #gates: ActionGate[] = [];

  register(gate: ActionGate): void {
    this.#gates.push(gate);
  }

  async admit(candidates: readonly Candidate[], now: Date): Promise<ReadonlyMap<string, Admission>> {
    const found = new Map<string, Admission>();
    for (const gate of this.#gates) {
      const own = candidates.filter(({ run }) => run.origin.startsWith(gate.origin));
      if (own.length === 0) continue;
      for (const [id, admission] of await gate.admit(own, now)) found.set(id, admission);
    }
    return found;
  }

  async settled(write: Write, outcomes: readonly RunOutcome[], now: Date): Promise<void> {
    for (const gate of this.#gates) {
      const own = outcomes.filter(({ origin }) => origin.startsWith(gate.origin));
      if (own.length > 0) await gate.settled(write, own, now);
    }
  }

  committed(): void {
    for (const gate of this.#gates) gate.committed();
  }
}
