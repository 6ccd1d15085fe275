import { Streaming } from 'jsforce/lib/api/streaming.js';
import { Connection } from 'jsforce/lib/core.js';
import { z } from 'zod';
import { DeliveryError } from '../../delivery-error.js';
import type { Token } from '../session.js';
import { Replaying, StreamGuard, type StreamRefusedError } from './stream-extensions.js';

/** What we use of faye, the CometD client inside jsforce, which has no types of its own. */
interface CometClient {
  subscribe(channel: string, listener: (message: unknown) => void): void;
  on(event: 'transport:down' | 'transport:up', listener: () => void): void;
  disconnect(): void;
  /** jsforce reaches into it as well. Without it nothing sends, and nothing is sent again. */
  readonly _dispatcher: { close(): void };
}
const cometClient = z.custom<CometClient>((made) => typeof made === 'object' && made !== null && '_dispatcher' in made);

export interface StreamMessage {
  readonly channel: string;
  readonly data: unknown;
}

export interface StreamOptions {
  readonly token: Token;
  readonly apiVersion: string;
  /** Channels with the last event heard; -1: only what comes from now on. */
  readonly channels: ReadonlyMap<string, number>;
  /** The org has let us in. */
  readonly opened: () => void;
  /** Told in order, with what has come meanwhile; the next ones wait until it is done, and are not told if it fails. */
  readonly heard: (messages: readonly StreamMessage[]) => Promise<void>;
  /** faye goes on trying for ever and tells nobody: unreachable for this long, the stream ends instead. */
  readonly patienceMs?: number;
}

/** `signed_out`: the org does not know the token any more; `opened` says whether it had let us in before. */
export type StreamEnd = { readonly kind: 'stopped' } | { readonly kind: 'signed_out'; readonly opened: boolean };

/** Enough for one commit; a mass change in the org brings thousands of events within seconds. */
const mostAtOnce = 200;

/**
 * Listens to channels of the org until the signal. A lost connection is made again, and what was missed meanwhile is replayed. The token is
 * fixed when the stream is made, so another token needs another stream. When this returns or throws, nothing is told any more.
 *
 * @throws StreamRefusedError what the org says against one of the channels, or against listening at all
 * @throws DeliveryError `transient` when the org cannot be reached
 * @throws unknown whatever `heard` throws
 */
export async function listenTo(options: StreamOptions, signal: AbortSignal): Promise<StreamEnd> {
  if (signal.aborted) return { kind: 'stopped' };
  const { token, apiVersion, channels, patienceMs = 60_000 } = options;
  const ended = Promise.withResolvers<StreamEnd>();
  const stop = (): void => ended.resolve({ kind: 'stopped' });
  signal.addEventListener('abort', stop, { once: true });
  const guard = new StreamGuard({
    opened: options.opened,
    signedOut: (opened) => ended.resolve({ kind: 'signed_out', opened }),
    refused: (refusal: StreamRefusedError) => ended.reject(refusal),
  });
  const { accessToken, instanceUrl } = token;
  const connection = new Connection({ accessToken, instanceUrl, version: apiVersion });
  const client = cometClient.parse(new Streaming(connection).createClient([guard, new Replaying(channels)]));
  const patience = new Patience(patienceMs, () => ended.reject(unreachable()));
  client.on('transport:down', () => patience.begin());
  client.on('transport:up', () => patience.end());
  const told = new InOrder(options.heard, (failure) => ended.reject(failure));
  try {
    for (const channel of channels.keys()) client.subscribe(channel, (data) => told.add({ channel, data }));
    return await ended.promise;
  } finally {
    signal.removeEventListener('abort', stop);
    patience.end();
    client.disconnect();
    guard.close();
    client._dispatcher.close();
    await told.close();
  }
}

const unreachable = (): DeliveryError =>
  new DeliveryError('transient', 'Salesforce cannot be reached to hear of changes', { code: 'NO_ANSWER' });

/** Runs out unless it is ended before. */
class Patience {
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly ms: number,
    private readonly ranOut: () => void,
  ) {}

  begin(): void {
    this.#timer ??= setTimeout(this.ranOut, this.ms);
  }

  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

/** Hands on what comes, one lot after the other; after a failure nothing more, or the failed lot would be passed over. */
class InOrder {
  #waiting: StreamMessage[] = [];
  #isClosed = false;
  #isBusy = false;
  #work = Promise.resolve();

  constructor(
    private readonly heard: StreamOptions['heard'],
    private readonly failed: (failure: unknown) => void,
  ) {}

  add(message: StreamMessage): void {
    if (this.#isClosed) return;
    this.#waiting.push(message);
    if (!this.#isBusy) this.#work = this.#handOn();
  }

  /** Lets what has begun come to its end. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#waiting = [];
    await this.#work;
  }

  async #handOn(): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting.length > 0)
      try {
        await this.heard(this.#waiting.splice(0, mostAtOnce));
      } catch (failure) {
        this.#isClosed = true;
        this.#waiting = [];
        this.failed(failure);
      }
    this.#isBusy = false;
  }
}
