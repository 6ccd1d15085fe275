import type { Decision } from '../events/decision.js';
import type { EventKind, IncomingEvent } from '../events/incoming-event.js';
import type { HookReply, HookRequest } from './chat-platform.js';
import { shellParameters } from './read-request.js';

/** What can become of a request. */
export const requestOutcomes = {
  processed: { title: 'Processed', isAuthentic: true },
  empty: { title: 'Nothing in it to keep', isAuthentic: true },
  unreadable: { title: 'Could not be read', isAuthentic: true },
  rejected: { title: 'Kept as a dead letter', isAuthentic: true },
  unavailable: { title: 'Could not be kept; the caller was told', isAuthentic: true },
  late: { title: 'Answered in time, still being processed', isAuthentic: true },
  processed_late: { title: 'Answered in time, processed afterwards', isAuthentic: true },
  replayed: { title: 'Processed again by a person', isAuthentic: true },
  refused: { title: 'Not let in', isAuthentic: false },
} as const;
export type RequestOutcome = keyof typeof requestOutcomes;

/** What became of one event of a request. */
export interface SeenEvent {
  readonly kind: EventKind;
  readonly name: string;
  readonly channel: string | null;
  /** null: not known, or not processed. */
  readonly profileId: string | null;
  /** false: it repeated one that was there already. */
  readonly applied: boolean | null;
  readonly notes: readonly string[];
}

/** A request as the shell saw it. Holds what there is anyway; nothing is made of it before it is written. */
export interface SeenRequest {
  readonly source: string;
  readonly receivedAt: Date;
  readonly tookMs: number;
  readonly hook: HookRequest;
  /** The body as text, where it was read. */
  readonly raw: string | null;
  readonly outcome: RequestOutcome;
  readonly detail?: string;
  readonly events?: readonly IncomingEvent[];
  readonly decisions?: readonly Decision[];
  readonly reply?: HookReply;
}

/** One row of `source_requests`, its id aside. */
export interface RequestRow {
  readonly source: string;
  readonly receivedAt: Date;
  readonly outcome: RequestOutcome;
  readonly detail: string | null;
  readonly tookMs: number;
  readonly method: string;
  readonly remoteAddress: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly cut: boolean;
  readonly events: readonly SeenEvent[];
  readonly profileId: string | null;
  readonly status: number | null;
  readonly answer: unknown;
  readonly leftOut: readonly string[];
}

const longestBody = 256 * 1024;
/** Strangers may send what they like, but not fill the table with it. */
const longestStrangersBody = 4 * 1024;
const longestAnswer = 64 * 1024;
const hidden = '•••';

/** Headers that never hold a secret; of the others only the name is kept. */
const plainHeaders: ReadonlySet<string> = new Set([
  'accept', 'content-encoding', 'content-length', 'content-type', 'host', 'idempotency-key', 'sentry-trace', 'user-agent',
  'x-forwarded-for', 'x-request-id',
]); // prettier-ignore

/** What still has to be processed is kept whole, however long it is. */
function longestOf(outcome: RequestOutcome): number {
  if (outcome === 'late') return Number.POSITIVE_INFINITY;
  return requestOutcomes[outcome].isAuthentic ? longestBody : longestStrangersBody;
}

export function rowOf(seen: SeenRequest): RequestRow {
  const { hook, raw, reply } = seen;
  const longest = longestOf(seen.outcome);
  const body = raw ?? hook.body.subarray(0, longestBody + 4).toString('utf8');
  const answer = reply === undefined ? '' : JSON.stringify(reply.body);
  return {
    source: seen.source,
    receivedAt: seen.receivedAt,
    outcome: seen.outcome,
    detail: seen.detail ?? null,
    tookMs: Math.round(seen.tookMs),
    method: hook.method,
    remoteAddress: hook.remoteAddress,
    query: texts(publicQuery(hook.query)),
    headers: hiddenHeaders(hook.headers),
    body: body.slice(0, longest),
    cut: body.length > longest,
    events: (seen.events ?? []).map((event, at) => seenEvent(event, seen.decisions?.[at])),
    profileId: seen.decisions?.at(-1)?.profileId ?? null,
    status: reply?.status ?? null,
    answer: answer.length > longestAnswer ? null : (reply?.body ?? null),
    leftOut: reply?.leftOut ?? [],
  };
}

/** The query without what only proves who calls. */
export function publicQuery(query: HookRequest['query']): HookRequest['query'] {
  for (const name of shellParameters)
    if (query[name] !== undefined)
      return Object.fromEntries(Object.entries(query).filter(([each]) => !shellParameters.has(each)));
  return query;
}

function seenEvent({ kind, name, channel, notes }: IncomingEvent, decision: Decision | undefined): SeenEvent {
  return { kind, name, channel, notes, profileId: decision?.profileId ?? null, applied: decision?.applied ?? null };
}

function hiddenHeaders(headers: HookRequest['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts(headers)).map(([name, value]) => [name, plainHeaders.has(name) ? value : hidden]),
  );
}

function texts(values: HookRequest['query']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Fields whose value is better not shown, in JSON and in forms. */
const secretField =
  /("[^"\\]*(?:secret|token|password|passwd|api[-_ ]?key|authorization)[^"\\]*"\s*:\s*)("(?:[^"\\]|\\.)*"?|[\d.]+)/gi;
const secretParameter = /((?:^|&)[^=&]*(?:secret|token|password|passwd|api[-_+ ]?key|authorization)[^=&]*=)[^&]*/gi;

const secretName = /secret|token|password|passwd|api[-_ ]?key|authorization/i;

/** A query as people may see it. */
export function shownQuery(query: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, secretName.test(name) ? hidden : value]),
  );
}

/** A body as people may see it. */
export function shownBody(body: string): string {
  return body.trimStart().startsWith('{') || body.trimStart().startsWith('[')
    ? body.replace(secretField, `$1"${hidden}"`)
    : body.replace(secretParameter, `$1${hidden}`);
}
