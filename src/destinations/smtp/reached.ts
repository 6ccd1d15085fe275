import { z } from 'zod';
import type { ConnectionMemory } from '../destination.js';

const memoryName = 'smtp.reached';
const memorySchema = z.record(z.string(), z.array(z.string())).catch({});
/** Runs that wait for a second attempt, or for a person; the oldest are forgotten. */
const mostRuns = 200;

/**
 * Whom a mail to several colleagues has reached while the server refused others, so that the next attempt writes to those alone. Only
 * mails that went half-way are kept.
 */
export class Reached {
  constructor(private readonly memory: ConnectionMemory) {}

  async by(runId: string): Promise<readonly string[]> {
    return (await this.#all()).get(runId) ?? [];
  }

  async note(runId: string, addresses: readonly string[]): Promise<void> {
    const all = await this.#all();
    all.delete(runId);
    await this.#keep([...all, [runId, addresses] as const].slice(-mostRuns));
  }

  async forget(runId: string): Promise<void> {
    const all = await this.#all();
    if (all.delete(runId)) await this.#keep([...all]);
  }

  async #all(): Promise<Map<string, readonly string[]>> {
    return new Map(Object.entries(memorySchema.parse(await this.memory.get(memoryName))));
  }

  #keep(entries: readonly (readonly [string, readonly string[]])[]): Promise<void> {
    return this.memory.set(
      memoryName,
      entries.length === 0 ? null : Object.fromEntries(entries.map(([runId, addresses]) => [runId, [...addresses]])),
    );
  }
}
