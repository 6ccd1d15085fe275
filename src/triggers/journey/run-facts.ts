import type { Purpose } from '../../consent/consent.js';
import type { ActionRunStatus } from '../../delivery/action-run.js';
import type { AttributeValue } from '../../profiles/attribute.js';
import type { Outlook } from '../../segments/time-test.js';
import type { Order, Program } from './program.js';
import type { EndStatus, RunStatus } from './run-status.js';

/** Where a run stands, as it is remembered. */
export interface Standing {
  readonly status: RunStatus;
  readonly step: string;
  /** When the step began or was due, ms since 1970: waits are counted from here, and how late an action is. */
  readonly stepAtMs: number;
}

/** What is the same for all runs of a trigger's version. */
export interface TriggerPlan {
  readonly key: string;
  readonly program: Program;
  readonly usefulForMs: number;
  readonly consentsOf: (order: Order) => readonly Purpose[];
}

/** What has become of the action that a run waits for. */
export interface ActionFinding {
  readonly status: ActionRunStatus;
  readonly code: string | null;
  readonly reason: string | null;
  /** null: it is still under way. */
  readonly finishedAtMs: number | null;
}

/** All that a run's next steps depend on, found out beforehand. */
export interface RunFacts {
  readonly nowMs: number;
  readonly profileId: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly zone: string;
  /** The trigger's `if`; null: it has none. */
  readonly condition: Outlook | null;
  /** One of the program's rules, by its number. */
  readonly answer: (rule: number) => Outlook;
  /** Each exit: when its rule changes, or whether its event has happened. */
  readonly exits: readonly { readonly outlook: Outlook; readonly text: string }[];
  readonly isRevoked: (purpose: Purpose) => boolean;
  /** When the event came that the present step waits for; null: it has not. */
  readonly awaitedAtMs: number | null;
  /** The action that is under way; null: none is. */
  readonly action: ActionFinding | null;
  /** The earliest moment at which the contact policy lets an order reach the person; never before now. */
  readonly allowed: (order: Order) => Allowance;
}

export interface Allowance {
  readonly atMs: number;
  readonly code: string | null;
  readonly reason: string | null;
}

/** A step that a run has left behind. */
export interface PassedStep {
  readonly step: string;
  readonly outcome: string;
  readonly code: string | null;
  readonly reason: string | null;
}

interface Said {
  readonly code: string | null;
  readonly reason: string | null;
}

/** What a run comes to now. */
export type Advance = Said & { readonly passed: readonly PassedStep[] } & (
    | {
        readonly status: 'waiting' | 'acting';
        readonly step: string;
        readonly stepAtMs: number;
        /** When to look at it again; null: something else will say so. */
        readonly dueAtMs: number | null;
        /** To be done now; null: nothing new. */
        readonly order: Order | null;
      }
    | { readonly status: EndStatus; readonly step: string | null; readonly stepAtMs: number }
  );
