import type { z } from 'zod';
import type { IncomingEvent } from '../events/incoming-event.js';
import type { Decision } from './decision.js';

/** A request as it came off the wire. Header names are lower-case. */
export interface HookRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export interface HookReply {
  readonly status: number;
  /** Serialised as JSON. */
  readonly body: unknown;
}

/** The source a request belongs to, as far as a platform may know it. */
export interface SourceContext<Settings> {
  /** Unique name of the source; part of every subscriber identity's namespace. */
  readonly key: string;
  readonly settings: Settings;
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
  /** The secret that the request carries, for the caller to compare in constant time; null: it carries none. */
  presentedSecret(request: HookRequest, source: SourceContext<Settings>): string | null;
  /** @throws UnreadableBodyError */
  parse(request: HookRequest, source: SourceContext<Settings>): readonly IncomingEvent[];
  /** The answer in the platform's own format. */
  reply(decision: Decision, source: SourceContext<Settings>): HookReply;
}
