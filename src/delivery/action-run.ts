import type { Consents, Purpose } from '../consent/consent.js';
import { type ActionDeclaration, type ActionNature, actionNatures } from '../destinations/action.js';
import type { Json } from '../destinations/json.js';

/** Where a run stands. The ones without a due time are ends. */
export const actionRunStatuses = [
  'planned', // waits for its time, or for the sync of what caused it
  'sending', // the call was begun
  'done',
  'withheld', // forbidden by a rule: consent, opted out there, not delivered there
  'failed', // needs a person: a dead letter
  'unknown', // the call got no answer, and nobody can say whether it happened: needs a person
  'cancelled',
  'too_late', // its time had passed before it could be done
] as const;
export type ActionRunStatus = (typeof actionRunStatuses)[number];

/** A run this process works on now. */
export interface ClaimedRun {
  readonly id: string;
  readonly action: string;
  /** Who asked for it: `person/<who>` or `trigger/<key>`. */
  readonly origin: string;
  readonly profileId: string | null;
  readonly input: Json;
  readonly wantedVersion: number | null;
  readonly usefulUntil: Date | null;
  readonly attempts: number;
  readonly firstFailedAt: Date | null;
  readonly plannedAt: Date;
  /** An earlier call was begun and its outcome is not known. */
  readonly sentAt: Date | null;
}

/** What is known of the person a run is about, at the moment of acting. */
export interface RunSubject {
  readonly consents: Consents;
  /** The destination holds the person. */
  readonly isDelivered: boolean;
  /** How the last attempt to deliver the person ended; null: there was none. */
  readonly sync: { readonly deliveredVersion: number; readonly outcome: string; readonly reason: string | null } | null;
}

/** What to do with a run now. */
export type RunStep =
  | { readonly step: 'perform' }
  | { readonly step: 'look_up' }
  | {
      readonly step: 'end';
      readonly status: Extract<ActionRunStatus, 'withheld' | 'failed' | 'unknown' | 'cancelled' | 'too_late'>;
      readonly code: string;
      readonly reason: string;
    };

const end = (
  status: Extract<RunStep, { step: 'end' }>['status'],
  code: string,
  reason: string,
): Extract<RunStep, { step: 'end' }> => ({ step: 'end', status, code, reason });

/**
 * Decides what a run whose time has come may do. The order matters: what has perhaps happened already is settled before anything else,
 * and consent is looked at last, in the moment of acting.
 */
export function nextStep(
  run: ClaimedRun,
  action: ActionDeclaration | undefined,
  subject: RunSubject | null,
  now: Date,
): RunStep {
  if (action === undefined) return end('failed', 'UNKNOWN_ACTION', `the destination has no action "${run.action}"`);
  if (run.sentAt !== null) {
    const again = afterSilence(action.nature);
    if (again !== null) return again;
  }
  if (run.usefulUntil !== null && run.usefulUntil < now)
    return end('too_late', 'TOO_LATE', `it was useful until ${run.usefulUntil.toISOString()}`);
  if (run.profileId !== null && subject === null)
    return end('cancelled', 'PROFILE_GONE', 'the profile is not there any more');
  const refusal = refusedThere(run, subject) ?? (action.subject === 'record' ? notDelivered(subject) : null);
  if (refusal !== null) return refusal;
  return withoutConsent(action.consent, subject) ?? { step: 'perform' };
}

/** A call was begun, and no answer is known. null: it may simply be repeated. */
function afterSilence(nature: ActionNature): RunStep | null {
  const { repeat, lookUp } = actionNatures[nature];
  if (repeat) return null;
  if (lookUp) return { step: 'look_up' };
  return end(
    'unknown',
    'OUTCOME_UNKNOWN',
    'the call got no answer, and the provider cannot be asked whether it was done',
  );
}

/** Nothing is done on the ground of data that the destination does not want. */
function refusedThere({ wantedVersion }: ClaimedRun, subject: RunSubject | null): RunStep | null {
  const sync = subject?.sync ?? null;
  if (sync?.outcome !== 'rejected' || sync.deliveredVersion >= (wantedVersion ?? 0)) return null;
  const words = sync.reason ?? 'no reason given';
  return end('failed', 'SYNC_REJECTED', `the destination refused the data that caused it: ${words}`);
}

function notDelivered(subject: RunSubject | null): RunStep | null {
  if (subject?.isDelivered === true) return null;
  const words = subject?.sync?.reason ?? 'nothing was sent';
  return end('withheld', 'NOT_DELIVERED', `the person is not at the destination: ${words}`);
}

function withoutConsent(purpose: Purpose | null, subject: RunSubject | null): RunStep | null {
  if (purpose === null || subject === null) return null;
  const status = subject.consents[purpose]?.status ?? 'unknown';
  return status === 'granted' ? null : end('withheld', 'NO_CONSENT', `consent for ${purpose} is ${status}`);
}
