import type { StreamEvent } from './event-bus.js';

/** One message of the Bayeux protocol. */
export type CometMessage = Readonly<Record<string, unknown>>;

/** What a subscriber gets of an event. */
const delivered = (channel: string, { schema, payload, replayId }: StreamEvent): CometMessage => ({
  channel,
  data: { schema, payload, event: { replayId } },
});

/** One subscriber: its channels, what waits for it, and its open poll. */
export class CometClient {
  readonly #channels = new Set<string>();
  readonly #waiting: CometMessage[] = [];
  #wake: (() => void) | null = null;
  #hasPolled = false;

  constructor(
    readonly id: string,
    private readonly timeoutMs: number,
  ) {}

  /** @param kept the events to hear again, oldest first */
  subscribe(channel: string, kept: readonly StreamEvent[]): void {
    this.#channels.add(channel);
    for (const event of kept) this.offer(event, channel);
  }

  unsubscribe(channel: string): void {
    this.#channels.delete(channel);
  }

  /** Takes an event if one of the client's channels carries it. */
  offer(event: StreamEvent, only?: string): void {
    for (const channel of only === undefined ? this.#channels : [only])
      if (carries(channel, event)) this.#waiting.push(delivered(channel, event));
    if (this.#waiting.length > 0) this.wake();
  }

  /** Answers the open poll at once. */
  wake(): void {
    this.#wake?.();
  }

  /**
   * What waits for the client. When nothing does and the poll may wait: as soon as something comes, or the time is over. The first poll
   * never waits.
   */
  async poll(mayWait: boolean): Promise<readonly CometMessage[]> {
    this.wake();
    if (this.#waiting.length === 0 && this.#hasPolled && mayWait) await this.#something();
    this.#hasPolled = true;
    return this.#waiting.splice(0);
  }

  #something(): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        if (this.#wake === end) this.#wake = null;
        resolve();
      };
      const timer = setTimeout(end, this.timeoutMs);
      this.#wake = end;
    });
  }
}

/** `/data/ChangeEvents` carries the changes of every object. */
export const carries = (channel: string, event: StreamEvent): boolean =>
  channel === event.channel || (channel === '/data/ChangeEvents' && event.channel.startsWith('/data/'));
