import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { DeliveryError } from '../delivery-error.js';
import type { ConnectionMemory } from '../destination.js';
import type { JobForm, MailchimpApi } from './api.js';
import { readJobResults } from './job-results.js';

/** One call of a job, as `/batches` takes it: `body` is JSON in a string, and the path is without the version. */
export type JobOperation = Omit<JobForm, 'body'> & { readonly body?: string };

/** What became of one call; `body` is null when Mailchimp gave none. */
export interface JobAnswer {
  readonly status: number;
  readonly body: unknown;
}

const jobAnswer = z.object({ id: z.string(), status: z.string(), response_body_url: z.string().default('') });
const jobsAnswer = z.object({ batches: z.array(jobAnswer) });
const underWay = z.object({ id: z.string().nullable() });

const memoryName = 'bulk.job';
const firstPauseMs = 100;
const longestPauseMs = 30_000;
const longestJobMs = 60 * 60_000;

/**
 * Mailchimp's `/batches`: very many calls in one request, carried out by Mailchimp in its own time. While a job of ours is under way,
 * nothing else may write, or older values could win over newer ones; so its id is kept where the next process finds it.
 *
 * @see https://mailchimp.com/developer/marketing/guides/run-async-requests-batch-endpoint/
 */
export class BulkJobs {
  constructor(
    private readonly api: MailchimpApi,
    private readonly memory: ConnectionMemory,
  ) {}

  /**
   * @returns an answer per operation, in the same order; null where the archive has none
   * @throws DeliveryError when the job could not be started, or its outcome not be read
   */
  async run(operations: readonly JobOperation[]): Promise<readonly (JobAnswer | null)[]> {
    const body = { operations: operations.map((one, index) => ({ ...one, operation_id: String(index) })) };
    await this.memory.set(memoryName, { id: null });
    const call = { operation: 'batches.start', records: operations.length };
    const { id } = await this.api.read(call, (sdk) => sdk.batches.start(body), jobAnswer);
    await this.memory.set(memoryName, { id });
    const url = await this.#finished(id);
    const answers = await readJobResults(this.api, url);
    await this.memory.set(memoryName, null);
    return operations.map((_operation, index) => answers.get(String(index)) ?? null);
  }

  /** Waits for a job that an earlier process, or a call that got no answer, has left under way. */
  async settleEarlier(): Promise<void> {
    const left = underWay.safeParse(await this.memory.get(memoryName)).data;
    if (left === undefined) return;
    for (const id of left.id === null ? await this.#unfinished() : [left.id]) await this.#finished(id);
    await this.memory.set(memoryName, null);
  }

  /** @returns the address of the results */
  async #finished(id: string): Promise<string> {
    let pauseMs = firstPauseMs;
    for (let waitedMs = 0; waitedMs < longestJobMs; waitedMs += pauseMs) {
      await pause(pauseMs);
      const job = await this.api.ifThere({ operation: 'batches.status' }, (sdk) => sdk.batches.status(id), jobAnswer);
      // Stopped by somebody: what it did is done, and what it did not is still due.
      if (job === null) return '';
      if (job.status === 'finished') return job.response_body_url;
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    }
    throw new DeliveryError('transient', `Mailchimp has not finished the bulk job ${id} yet`, {
      code: 'job_under_way',
    });
  }

  async #unfinished(): Promise<readonly string[]> {
    const call = { operation: 'batches.list' };
    const { batches } = await this.api.read(call, (sdk) => sdk.batches.list({ count: 500 }), jobsAnswer);
    return batches.filter(({ status }) => status !== 'finished').map(({ id }) => id);
  }
}
