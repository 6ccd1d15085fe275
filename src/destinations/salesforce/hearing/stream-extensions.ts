import { z } from 'zod';

/** What the org says against a channel, or against listening at all. */
export class StreamRefusedError extends Error {
  override readonly name = 'StreamRefusedError';
  constructor(
    message: string,
    /** null: none of the channels is meant. */
    readonly channel: string | null,
  ) {
    super(message);
  }
}

/** A message of the Bayeux protocol, as faye hands it to its extensions, which may add to it. */
const bayeuxMessage = z.looseObject({
  channel: z.string(),
  successful: z.boolean().optional(),
  error: z.string().optional(),
  subscription: z.union([z.string(), z.array(z.string())]).optional(),
  advice: z.looseObject({ reconnect: z.string().optional() }).optional(),
  ext: z.looseObject({ sfdc: z.looseObject({ failureReason: z.string().optional() }).optional() }).optional(),
});
type Bayeux = z.infer<typeof bayeuxMessage>;
type Pass = (message: unknown) => void;

interface StreamEvents {
  /** The org has let us in. */
  readonly opened: () => void;
  /** @param opened whether the org had let us in before */
  readonly signedOut: (opened: boolean) => void;
  readonly refused: (refusal: StreamRefusedError) => void;
}

/**
 * Hears every refusal. faye repeats a refused handshake for ever and does not tell when a subscription that it makes again, after a lost
 * connection, is refused: from then on nothing would be heard, and nobody would know.
 */
export class StreamGuard {
  #opened = false;
  #isClosed = false;

  constructor(private readonly tell: StreamEvents) {}

  /** From now on nothing comes in, and nothing goes out. */
  close(): void {
    this.#isClosed = true;
  }

  incoming(message: unknown, pass: Pass): void {
    if (this.#isClosed) return;
    const parsed = bayeuxMessage.safeParse(message);
    const ending = parsed.success ? this.#endingOf(parsed.data) : null;
    if (ending === null) pass(message);
    else ending();
  }

  outgoing(message: unknown, pass: Pass): void {
    if (!this.#isClosed) pass(message);
  }

  /** null: all is well, or faye mends it by another handshake. */
  #endingOf({ channel, successful, error, subscription, advice, ext }: Bayeux): (() => void) | null {
    if (successful === true && channel === '/meta/subscribe' && !this.#opened) {
      this.#opened = true;
      this.tell.opened();
    }
    if (successful !== false || !channel.startsWith('/meta/')) return null;
    const reason = ext?.sfdc?.failureReason ?? error ?? 'no reason given';
    if (reason.startsWith('401::')) return () => this.tell.signedOut(this.#opened);
    const isMended = advice?.reconnect === 'handshake' || (channel === '/meta/connect' && advice?.reconnect !== 'none');
    if (isMended && channel !== '/meta/handshake') return null;
    const [refused = null] = [subscription ?? []].flat();
    return () => this.tell.refused(new StreamRefusedError(reason, refused));
  }
}

/**
 * Asks for each channel from where it was. jsforce's own extension knows one channel and overwrites what another one has asked for, so of
 * several channels only one would go on from where it was.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_streaming.meta/api_streaming/using_streaming_api_durability.htm
 */
export class Replaying {
  readonly #places: Map<string, number>;

  constructor(places: ReadonlyMap<string, number>) {
    this.#places = new Map(places);
  }

  incoming(message: unknown, pass: Pass): void {
    const { success, data } = event.safeParse(message);
    if (success && this.#places.has(data.channel)) this.#places.set(data.channel, data.data.event.replayId);
    pass(message);
  }

  outgoing(message: unknown, pass: Pass): void {
    const { success, data } = bayeuxMessage.safeParse(message);
    const [channel] = success && data.channel === '/meta/subscribe' ? [data.subscription ?? []].flat() : [];
    const place = channel === undefined ? undefined : this.#places.get(channel);
    if (!success || channel === undefined || place === undefined) pass(message);
    else pass({ ...data, ext: { ...data.ext, replay: { [channel]: place } } });
  }
}

const event = z.object({
  channel: z.string(),
  data: z.object({ event: z.object({ replayId: z.number() }) }),
});
