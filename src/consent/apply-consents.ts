import { type Consent, type Consents, type ConsentStatus, type Purpose, purposes } from './consent.js';

/** A person's decision, as an event reports it. */
export interface ConsentDecision {
  readonly purpose: Purpose;
  readonly status: Exclude<ConsentStatus, 'unknown'>;
  /** The field that says it and its words, for example `optin_email: true`. */
  readonly evidence: string;
  /** The stored field that says it and repeats it; null: said once. */
  readonly field: string | null;
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
 * What a field of a source merely repeats does not undo what was decided elsewhere since: a tick stored at a chat platform comes with
 * every message, also after the person has unsubscribed at the CRM, or in words to the same bot. Nor does it make a contrary decision from
 * elsewhere look old that arrives late. A repeated decision keeps its first proof (the moment somebody agreed does not move) and notes when
 * it was confirmed.
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
    const voice = voiceOf(update.source, decision);
    const statements = { ...present?.statements, [voice]: decision.status };
    const candidate: Consent = {
      status: decision.status,
      at,
      source: update.source,
      statements,
      event: update.eventId,
    };
    const isStored = decision.field !== null;
    if (present?.status === decision.status) {
      const isRepetition = isStored && present.statements?.[voice] === decision.status;
      next = {
        ...next,
        [decision.purpose]: {
          ...present,
          ...(at > latest(present) && { statements, confirmedAt: at }),
          ...(!isRepetition && at > decided(present) && { decidedAt: at }),
        },
      };
      continue;
    }
    // Of a field that says so itself, a repetition is a statement of its own, and an older one of the same field is none any more.
    const isOwn = isStored && present?.statements?.[voice] === present?.status;
    if (present !== undefined && !supersedes(candidate, present, isOwn ? latest : decided)) {
      // Too late to count, but said: the field says nothing new when it says so again.
      const isHeard = present.statements?.[voice] !== undefined;
      if (!isHeard) next = { ...next, [decision.purpose]: { ...present, statements } };
      continue;
    }
    // What was said once, in this event, is a decision each time: only a stored field repeats itself.
    if (isStored && present !== undefined && isOldNews(update.source, decision.status, present, voice)) {
      next = { ...next, [decision.purpose]: { ...present, statements } };
      continue;
    }
    next = { ...next, [decision.purpose]: candidate };
    changes.push({ ...decision, previous: present?.status ?? 'unknown' });
  }
  return { consents: next, changes };
}

/**
 * Whether nobody changed their mind: the field says what it has said before, and something else has decided otherwise since then; or it is
 * heard for the first time after a withdrawal at its own source, where it may have stood all along.
 */
function isOldNews(source: string, status: ConsentStatus, present: Consent, voice: string): boolean {
  const before = present.statements?.[voice];
  return before === undefined ? present.status === 'revoked' && present.source === source : before === status;
}

/** Who says it: a field of a source. A stored tick and a word for this one event are two, though the same bot sends both. */
const voiceOf = (source: string, { field }: ConsentDecision): string =>
  field === null ? source : `${source}/${field}`;

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
  // At one source the fields are the same ones, so what they repeat is what they say.
  const when = a.source === b.source ? latest : decided;
  if (a.status !== b.status || when(a) !== when(b)) return supersedes(b, a, when) ? b : a;
  return a.at === b.at ? (a.event <= b.event ? a : b) : a.at < b.at ? a : b;
}

function supersedes(candidate: Consent, present: Consent, when: (consent: Consent) => string): boolean {
  const [mine, theirs] = [when(candidate), when(present)];
  return mine === theirs ? candidate.status === 'revoked' : mine > theirs;
}

/** When it was last said, be it by a stored field that repeats itself. */
const latest = (consent: Consent): string => consent.confirmedAt ?? consent.at;
/** When the person last said so. */
const decided = (consent: Consent): string => consent.decidedAt ?? consent.at;
