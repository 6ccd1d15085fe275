import { z } from 'zod';
import { DeliveryError } from '../../delivery-error.js';
import type { SalesforceClient } from '../client.js';
import { abort, settled, stateOf } from './ingest-job.js';

const memoryName = 'bulk-jobs';
const jobIds = z.array(z.string()).catch([]);

/**
 * Which bulk jobs are under way, remembered across processes. A job whose process has died still writes what was true when it was
 * started; nothing newer may be written before it has come to its end, or the older version would win.
 */
export class OpenJobs {
  readonly #ours = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly client: SalesforceClient) {}

  async begun(id: string): Promise<void> {
    this.#ours.add(id);
    await this.#change((ids) => [...ids, id]);
  }

  async ended(id: string): Promise<void> {
    this.#ours.delete(id);
    await this.#change((ids) => ids.filter((one) => one !== id));
  }

  /** We do not wait for it any more: whoever writes next has to. */
  abandoned(id: string): void {
    this.#ours.delete(id);
  }

  /** Ends the jobs that nobody waits for. To be called before anything is written. @throws DeliveryError when one does not end */
  async settleOrphans(): Promise<void> {
    const orphans = (await this.#read()).filter((id) => !this.#ours.has(id));
    for (const id of orphans) {
      await this.#settle(id);
      await this.ended(id);
    }
  }

  async #settle(id: string): Promise<void> {
    try {
      const { state } = await stateOf(this.client, id);
      if (state === 'JobComplete' || state === 'Failed' || state === 'Aborted') return;
      await abort(this.client, id).catch(ignoreRefusal); // it may have finished between the two calls
      await settled(this.client, id);
    } catch (error) {
      if (isGone(error)) return;
      throw error;
    }
  }

  async #read(): Promise<readonly string[]> {
    return jobIds.parse((await this.client.context.memory.get(memoryName)) ?? []);
  }

  /** One change after the other, or one of two would be lost. */
  #change(change: (ids: readonly string[]) => readonly string[]): Promise<void> {
    const changed = this.#last.then(async () => {
      const ids = change(await this.#read());
      await this.client.context.memory.set(memoryName, ids.length === 0 ? null : [...ids]);
    });
    this.#last = changed.catch(() => undefined);
    return changed;
  }
}

const isGone = (error: unknown): boolean =>
  error instanceof DeliveryError && (error.details.code === 'NOT_FOUND' || error.details.code === 'INVALIDJOB');

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof DeliveryError) || error.kind !== 'rejected') throw error;
}
