import { z } from 'zod';
import type { SandboxClock } from '../../emulator.js';

/** One event on one channel, as subscribers get it. */
export const streamEvent = z.strictObject({
  channel: z.string(),
  replayId: z.int(),
  at: z.iso.datetime(),
  schema: z.string(),
  payload: z.record(z.string(), z.unknown()),
});
export type StreamEvent = z.infer<typeof streamEvent>;

/** Salesforce keeps platform events and change events for three days. */
const keptMs = 72 * 3_600_000;
/** The sandbox keeps no more of them than this, so that its state stays small. */
const mostKept = 5_000;

/** The channels of an org: what was published, and who wants to know. */
export class EventBus {
  #events: StreamEvent[] = [];
  #nextReplayId = 1;
  readonly #listeners = new Set<(event: StreamEvent) => void>();

  constructor(private readonly clock: SandboxClock) {}

  load(events: readonly StreamEvent[]): void {
    this.#events = [...events];
    this.#nextReplayId = (events.at(-1)?.replayId ?? 0) + 1;
  }

  get lastReplayId(): number {
    return this.#nextReplayId - 1;
  }

  all(): readonly StreamEvent[] {
    const from = this.clock.now().getTime() - keptMs;
    if (this.#events.some(({ at }) => Date.parse(at) < from))
      this.#events = this.#events.filter(({ at }) => Date.parse(at) >= from);
    return this.#events;
  }

  publish(channel: string, schema: string, payload: Readonly<Record<string, unknown>>): StreamEvent {
    const event = { channel, replayId: this.#nextReplayId, at: this.clock.now().toISOString(), schema, payload };
    this.#nextReplayId += 1;
    this.#events.push(event);
    if (this.#events.length > mostKept * 1.1) this.#events = this.#events.slice(-mostKept);
    for (const listener of this.#listeners) listener(event);
    return event;
  }

  /** @returns ends it */
  listen(listener: (event: StreamEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
