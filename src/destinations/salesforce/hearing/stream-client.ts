import { StreamingExtension, Streaming } from 'jsforce/lib/api/streaming.js';
import { Connection } from 'jsforce/lib/core.js';
import { z } from 'zod';
import type { Token } from '../session.js';

/** What we use of the CometD client inside jsforce, which has no types of its own. */
interface CometClient {
  subscribe(channel: string, listener: (message: unknown) => void): PromiseLike<void>;
  disconnect(): void;
}

export interface StreamOptions {
  readonly token: Token;
  readonly apiVersion: string;
  /** Channels with the last event heard; -1: only what comes from now on. */
  readonly channels: ReadonlyMap<string, number>;
  readonly heard: (channel: string, message: unknown) => void;
  /** The org does not know the token any more; nothing is heard from then on. */
  readonly signedOut: () => void;
}

/**
 * Subscribes to channels of the org. Its token is fixed when it is made, so another token needs another client.
 * @returns how to end it
 * @throws Error what the org says against one of the channels
 */
export async function openStream({
  token,
  apiVersion,
  channels,
  heard,
  signedOut,
}: StreamOptions): Promise<() => void> {
  const { accessToken, instanceUrl } = token;
  const connection = new Connection({ accessToken, instanceUrl, version: apiVersion });
  const replays = [...channels].map(([channel, replayId]) => new StreamingExtension.Replay(channel, replayId));
  let tellEnd: (error: Error) => void = () => undefined;
  const ended = new Promise<never>((_resolve, reject) => (tellEnd = reject));
  ended.catch(() => undefined); // whoever still subscribes hears of it
  const guard = new StreamingExtension.AuthFailure(() => {
    tellEnd(new Error('401::Authentication invalid'));
    signedOut();
  });
  const client = z
    .custom<CometClient>((made) => typeof made === 'object' && made !== null && 'subscribe' in made)
    .parse(new Streaming(connection).createClient([guard, ...replays]));
  try {
    for (const channel of channels.keys())
      await Promise.race([client.subscribe(channel, (message) => heard(channel, message)), ended]);
  } catch (error) {
    client.disconnect();
    throw error;
  }
  return () => client.disconnect();
}
