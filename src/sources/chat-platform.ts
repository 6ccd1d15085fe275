import type { z } from 'zod';
import type { IncomingEvent } from '../events/incoming-event.js';
import type { RenderedContent } from '../personalization/rendered-content.js';
import type { Decision } from '../events/decision.js';
import type { Proof } from './proof.js';

/** A request as it came off the wire. Header names are lower-case. */
export interface HookRequest {
  readonly method: 'GET' | 'POST';
  /** What stands behind the source's key in the address, without the slash: `whatsapp`; '': nothing. */
  readonly pathSuffix: string;
  /** Who called: the connection's other end, or whom a trusted proxy names. */
  readonly remoteAddress: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** What came once. */
  readonly query: Readonly<Record<string, string | undefined>>;
  /** The query as it stands in the address, for who has to see what came twice. */
  readonly queryText: string;
  /** The body's bytes, unpacked where they came compressed. */
  readonly body: Buffer;
}

export interface HookReply {
  readonly status: number;
  /** Serialised as JSON. */
  readonly body: unknown;
  /** What the platform's limits left no room for, in a sentence each. */
  readonly leftOut?: readonly string[];
}

/** The source a request belongs to, as far as a platform may know it. */
export interface SourceContext<Settings> {
  /** Unique name of the source; part of every subscriber identity's namespace. */
  readonly key: string;
  readonly settings: Settings;
}

/** What an answer answers. */
export interface Exchange {
  readonly request: HookRequest;
  /** The event that the decision is about; null: the request held none. */
  readonly event: IncomingEvent | null;
  /** What the source's content template says to this person; null: there is none for this moment. */
  readonly content: RenderedContent | null;
}

/** Thrown by `parse`: the body is not what the platform sends. `message` says what, where, and what to do about it. */
export class UnreadableBodyError extends Error {
  override readonly name = 'UnreadableBodyError';
}

/**
 * One chatbot platform. Pure: no network and no clock, so every quirk of a platform is a unit test.
 * Nothing outside its folder knows its field names.
 */
export interface ChatPlatform<Settings = unknown> {
  readonly id: string;
  readonly title: string;
  readonly settings: z.ZodType<Settings>;
  /** How long the platform waits for our answer. */
  readonly replyDeadlineMs: number;
  /** What the request offers as proof of who sent it, for the shell to verify. */
  presentedProof(request: HookRequest, source: SourceContext<Settings>): Proof;
  /** @throws UnreadableBodyError */
  parse(request: HookRequest, source: SourceContext<Settings>): readonly IncomingEvent[];
  /** The answer in the platform's own format. */
  reply(decision: Decision, source: SourceContext<Settings>, exchange: Exchange): HookReply;
  /** A valid answer that says nothing, for when the deadline is near and the event is still being processed. */
  neutralReply(source: SourceContext<Settings>, request: HookRequest): HookReply;
  /**
   * The answer to content that cannot be used, on platforms that would send it again otherwise; null: a problem with 400 or 422.
   * Left out: always a problem.
   */
  refusalReply?(detail: string, request: HookRequest): HookReply | null;
}
