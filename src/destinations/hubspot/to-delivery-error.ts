import { z } from 'zod';
import { DeliveryError, type FailureKind } from '../delivery-error.js';
import { type ErrorAnswer, readErrorAnswer } from './error-answer.js';
import { untilMidnightMs } from './midnight.js';

/** Which records an error is about, as far as HubSpot says. */
export interface Concerned {
  /** Their trace ids and keys. */
  readonly named: readonly string[];
  /** Somebody else writes to one of them at this very moment. */
  readonly isLock: boolean;
  /** The contact that has the e-mail address already. */
  readonly ownerId: string | null;
}

/** An answer of HubSpot that is an error, with the records it names, so that a culprit can be looked for. */
export class HubspotError extends DeliveryError {
  constructor(
    kind: FailureKind,
    message: string,
    details: { readonly code: string; readonly field?: string; readonly retryAfterMs?: number },
    readonly concerned: Concerned,
  ) {
    super(kind, message, details);
  }
}

/** What the error table needs to know about the call that failed. */
export interface FailedCall {
  /** May the call be made again when it may have worked already? */
  readonly repeatable: boolean;
  readonly timedOut: boolean;
  readonly now: Date;
  /** The account's, for the end of its daily limit. */
  readonly timeZone: string | undefined;
  /** Never part of a message, even if HubSpot repeats it. */
  readonly secrets: readonly string[];
}

interface Verdict {
  /** `unsure`: the work may have been done; `transient` for a repeatable call, else `unknown`. */
  readonly kind: FailureKind | 'unsure';
  /** When HubSpot does not say. */
  readonly retryAfterMs?: number;
}

const minuteMs = 60_000;
const needsPerson: Verdict = { kind: 'unauthorized' };
const needsChange: Verdict = { kind: 'misconfigured' };
const refused: Verdict = { kind: 'rejected' };
const notReached: Verdict = { kind: 'transient' };
const perhapsDone: Verdict = { kind: 'unsure' };

/** @see https://developers.hubspot.com/docs/api-reference/error-handling */
const verdicts: Readonly<Record<number, Verdict>> = {
  400: refused,
  401: needsPerson,
  403: needsChange, // Let in, but a scope, a permission or a paid feature is missing.
  404: refused,
  405: needsPerson, // Like a 404 without HubSpot's own words, see `isStrange`.
  408: perhapsDone,
  409: refused,
  423: { kind: 'throttled', retryAfterMs: 2_000 }, // The record is locked by heavy writing.
  477: { kind: 'throttled', retryAfterMs: 10 * minuteMs }, // The account is moving between data centres.
  503: notReached,
  521: notReached,
  522: notReached, // This one, 525 and 526 can last; the circuit breaker then shows it to a person.
  523: notReached,
  525: notReached,
  526: notReached,
  530: needsPerson, // A malformed token.
};

const policies = { DAILY: 60 * minuteMs, SECONDLY: 1_000, TEN_SECONDLY_ROLLING: 10_000 } as const;
type Policy = keyof typeof policies;

/** Network errors after which it is certain that nothing was sent. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'CERT_HAS_EXPIRED',
]);

const exceptionSchema = z.object({
  code: z.number(),
  body: z.unknown(),
  headers: z.record(z.string(), z.string()).catch({}).default({}),
});
const networkErrorSchema = z.object({ code: z.string() });

/** Anything the SDK throws, as a `DeliveryError`. Keeps neither the SDK's error nor a header: they could hold secrets. */
export function toDeliveryError(thrown: unknown, call: FailedCall): DeliveryError {
  if (thrown instanceof DeliveryError) return thrown;
  if (call.timedOut)
    return new DeliveryError(settled('unsure', call), 'HubSpot did not answer in time', { code: 'TIMEOUT' });
  const exception = exceptionSchema.safeParse(thrown);
  if (exception.success) return fromAnswer(exception.data, call);
  const network = networkErrorSchema.safeParse(thrown);
  if (network.success) {
    const kind = neverSent.has(network.data.code) ? 'transient' : settled('unsure', call);
    return new DeliveryError(kind, `HubSpot could not be reached: ${network.data.code}`, { code: network.data.code });
  }
  const reason = thrown instanceof z.ZodError ? z.prettifyError(thrown) : String(thrown);
  return new DeliveryError(settled('unsure', call), clean(`HubSpot's answer was not understood: ${reason}`, call), {
    code: 'UNREADABLE_ANSWER',
  });
}

/** One error of a 207: it concerns a record, whatever else it says. */
export function toRecordError(error: unknown, call: Pick<FailedCall, 'secrets'>): HubspotError {
  const answer = readErrorAnswer(error);
  return new HubspotError(
    'rejected',
    words(answer, 207, call),
    { code: codeOf(answer, 207), ...fieldOf(answer) },
    concernedBy(answer, 207),
  );
}

function fromAnswer({ code: status, body, headers }: z.infer<typeof exceptionSchema>, call: FailedCall): HubspotError {
  const answer = readErrorAnswer(body);
  const { kind, retryAfterMs } = status === 429 ? throttled(answer, call) : verdictOn(status, answer);
  const waitMs = retryAfterHeaderMs(headers) ?? retryAfterMs;
  const details = {
    code: codeOf(answer, status),
    ...fieldOf(answer),
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  };
  return new HubspotError(settled(kind, call), words(answer, status, call), details, concernedBy(answer, status));
}

const concernedBy = ({ named, ownerId }: ErrorAnswer, status: number): Concerned => ({
  named,
  isLock: status === 423,
  ownerId,
});

function verdictOn(status: number, answer: ErrorAnswer): Verdict {
  if (answer.oauthError !== null || (status === 404 && isStrange(answer))) return needsPerson;
  return verdicts[status] ?? (status >= 500 ? perhapsDone : refused);
}

/** Not HubSpot's own words: the base URL leads elsewhere. */
const isStrange = ({ category, message }: ErrorAnswer): boolean => category === null && message === null;

/** By the policy's name; old answers and those of search have only a text. */
function throttled({ policyName, message }: ErrorAnswer, { now, timeZone }: FailedCall): Verdict {
  const policy = isPolicy(policyName) ? policyName : policyInText(message ?? '');
  if (policy === 'DAILY' && timeZone !== undefined)
    return { kind: 'throttled', retryAfterMs: untilMidnightMs(now, timeZone) };
  return { kind: 'throttled', retryAfterMs: policies[policy] };
}

const isPolicy = (name: string | null): name is Policy => name !== null && Object.hasOwn(policies, name);

function policyInText(message: string): Policy {
  if (/daily/i.test(message)) return 'DAILY';
  return /(?<!ten_)secondly/i.test(message) ? 'SECONDLY' : 'TEN_SECONDLY_ROLLING';
}

const settled = (kind: Verdict['kind'], { repeatable }: FailedCall): FailureKind =>
  kind !== 'unsure' ? kind : repeatable ? 'transient' : 'unknown';

function retryAfterHeaderMs(headers: Readonly<Record<string, string>>): number | undefined {
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined;
}

const codeOf = ({ faults, subCategory, category, policyName, oauthError }: ErrorAnswer, status: number): string =>
  faults.find(({ code }) => code !== null)?.code ??
  subCategory ??
  category ??
  policyName ??
  oauthError ??
  `HTTP_${String(status)}`;

function fieldOf({ faults }: ErrorAnswer): { readonly field?: string } {
  const field = faults.find((fault) => fault.field !== null)?.field ?? null;
  return field === null ? {} : { field };
}

function words(
  { faults, message, missingScopes }: ErrorAnswer,
  status: number,
  call: Pick<FailedCall, 'secrets'>,
): string {
  const said = faults.length > 0 ? faults.map((fault) => fault.message).join('; ') : (message ?? '');
  const scopes = missingScopes.length > 0 ? ` Missing scopes, one of: ${missingScopes.join(', ')}` : '';
  return clean(said === '' ? `HubSpot answered ${String(status)}` : `${said}${scopes}`, call);
}

const clean = (message: string, { secrets }: Pick<FailedCall, 'secrets'>): string =>
  secrets.filter(Boolean).reduce((text, secret) => text.replaceAll(secret, '***'), message);
