import { type Consent, type Consents, type ConsentStatus, type Purpose, purposes } from './consent.js';

/** A person's decision, as an event reports it. */
export interface ConsentDecision {
  readonly purpose: Purpose;
  readonly status: Exclude<ConsentStatus, 'unknown'>;
  readonly evidence: string;
}

export interface ConsentChange extends ConsentDecision {
  readonly previous: ConsentStatus;
}

export interface ConsentUpdate {
  readonly eventId: string;
  readonly source: string;
  readonly at: Date;
  readonly decisions: readonly ConsentDecision[];
}

/**
 * Applies what a person decided. The newest decision counts; of two at the same moment, the withdrawal does.
 * What a source merely repeats does not undo what was decided elsewhere since: a tick stored at a chat platform comes with every
 * message, also after the person has unsubscribed at the CRM. A repeated decision keeps its first proof (the moment somebody agreed does not move) and notes when it was confirmed.
 */
export function applyConsents(
  consents: Consents,
  update: ConsentUpdate,
): { consents: Consents; changes: ConsentChange[] } {
  let next = consents;
  const changes: ConsentChange[] = [];
  const at = update.at.toISOString();
  for (const decision of update.decisions) {
    const present = next[decision.purpose];
    const statements = { ...present?.statements, [update.source]: decision.status };
    const candidate: Consent = {
      status: decision.status,
      at,
      source: update.source,
      statements,
      event: update.eventId,
    };
    if (present?.status === decision.status) {
      if (at > latest(present)) next = { ...next, [decision.purpose]: { ...present, statements, confirmedAt: at } };
      continue;
    }
    // The source says what it has said before, and somebody else has decided otherwise since then: nobody changed their mind.
    const repeats = present?.statements?.[update.source] === decision.status && present.source !== update.source;
    if (repeats || !supersedes(candidate, present)) continue;
    next = { ...next, [decision.purpose]: candidate };
    changes.push({ ...decision, previous: present?.status ?? 'unknown' });
  }
  return { consents: next, changes };
}

/** Of two people that are one, for each purpose the newest decision. */
export function mergeConsents(left: Consents, right: Consents): Consents {
  const merged: Partial<Record<Purpose, Consent>> = {};
  for (const purpose of purposes) {
    const [a, b] = [left[purpose], right[purpose]];
    const kept = a === undefined || b === undefined ? (a ?? b) : stronger(a, b);
    if (kept !== undefined) merged[purpose] = withStatements(kept, a?.statements, b?.statements);
  }
  return merged;
}

function withStatements(kept: Consent, a: Consent['statements'], b: Consent['statements']): Consent {
  return a === undefined && b === undefined ? kept : { ...kept, statements: { ...a, ...b, ...kept.statements } };
}

/** The same decision at the same moment: the longer standing one, and then the event's id, so that both orders give the same. */
function stronger(a: Consent, b: Consent): Consent {
  if (a.status !== b.status || latest(a) !== latest(b)) return supersedes(b, a) ? b : a;
  return a.at === b.at ? (a.event <= b.event ? a : b) : a.at < b.at ? a : b;
}

function supersedes(candidate: Consent, present: Consent | undefined): boolean {
  if (present === undefined) return true;
  const [mine, theirs] = [latest(candidate), latest(present)];
  return mine === theirs ? candidate.status === 'revoked' : mine > theirs;
}

const latest = (consent: Consent): string => consent.confirmedAt ?? consent.at;
