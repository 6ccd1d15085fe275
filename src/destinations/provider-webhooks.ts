import type { RemoteFact } from './remote-fact.js';

/** A provider's call to us, as it came off the wire. Header names are lower-case. */
export interface ProviderHookRequest {
  readonly method: 'GET' | 'POST';
  /** As the provider called it: our public address, path and query included. Some signatures cover it. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  readonly receivedAt: Date;
}

export interface ProviderHookReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Why a call is not accepted: `unavailable` means that the provider should try again. */
export type HookRefusal = 'not_authentic' | 'unreadable' | 'unavailable';

/** Thrown by `read`: the body is not what the provider sends. `message` says what, where, and what to do about it. */
export class UnreadableHookError extends Error {
  override readonly name = 'UnreadableHookError';
}

/** How a provider calls us. Pure: no network and no clock, so every quirk is a unit test. */
export interface ProviderWebhooks<Settings = unknown> {
  /** What an admin has to do at the provider, step by step, with the address to enter as `{url}`. */
  readonly setup: string;
  /** null: it is the provider; otherwise the reason why not, for our log (the caller is not told). Compares in constant time. */
  verify(request: ProviderHookRequest, settings: Settings): string | null;
  /** @throws UnreadableHookError */
  read(request: ProviderHookRequest, settings: Settings): readonly RemoteFact[];
  /** What the provider wants to hear when everything is committed; also for calls without facts, such as its own validation. */
  accepted(request: ProviderHookRequest, settings: Settings): ProviderHookReply;
  refused(request: ProviderHookRequest, refusal: HookRefusal): ProviderHookReply;
}
