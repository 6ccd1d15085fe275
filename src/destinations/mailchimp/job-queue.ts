import { DeliveryError } from '../delivery-error.js';
import type { ApiCall, Carry, JobForm, Send } from './api.js';
import type { BulkJobs, JobAnswer } from './bulk-job.js';
import { toDeliveryError } from './to-delivery-error.js';

interface Waiting {
  readonly call: ApiCall;
  readonly form: JobForm;
  readonly send: Send;
  readonly done: (answer: unknown) => void;
  readonly failed: (error: unknown) => void;
}

/** Fewer calls than this are not worth a job. */
const fewestForJob = 20;

/**
 * Carries what is asked for at the same time as one job. So an upsert of very many records needs a handful of requests, however many of
 * its contacts have to be written one by one.
 */
export class JobQueue {
  #waiting: Waiting[] = [];

  constructor(
    private readonly jobs: BulkJobs,
    private readonly direct: Carry,
    private readonly listId: string,
  ) {}

  readonly carry: Carry = (call, send) => {
    const { job: form } = call;
    if (form === undefined) return this.direct(call, send);
    return new Promise((done, failed) => {
      // Whoever asks in the same turn, and right after it, comes along.
      if (this.#waiting.length === 0) this.#leaveWhenAllAreThere(0);
      this.#waiting.push({ call, form, send, done, failed });
    });
  };

  #leaveWhenAllAreThere(known: number): void {
    setImmediate(() => {
      const { length } = this.#waiting;
      if (length > known) this.#leaveWhenAllAreThere(length);
      else void this.#leave(this.#waiting.splice(0));
    });
  }

  async #leave(waiting: readonly Waiting[]): Promise<void> {
    const rows = waiting.reduce((sum, { call }) => sum + (call.records ?? 1), 0);
    if (rows < fewestForJob) {
      for (const { call, send, done, failed } of waiting) this.direct(call, send).then(done, failed);
      return;
    }
    try {
      const answers = await this.jobs.run(waiting.map(({ form }) => this.#operation(form)));
      for (const [index, { call, done, failed }] of waiting.entries()) {
        const answer = answers[index] ?? null;
        const error = errorOf(call, answer);
        if (error === null) done(answer?.body);
        else failed(error);
      }
    } catch (error) {
      for (const { failed } of waiting) failed(error);
    }
  }

  #operation({ method, path, params, body }: JobForm) {
    return {
      method,
      path: `/lists/${this.listId}${path}`,
      ...(params === undefined ? {} : { params }),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
  }
}

/** A finished job says nothing of its calls: each has a status of its own. */
function errorOf({ operation }: ApiCall, answer: JobAnswer | null): DeliveryError | null {
  if (answer === null)
    return new DeliveryError('transient', `Mailchimp's bulk job has no result for ${operation}`, {
      code: 'no_result',
      recordOnly: true,
    });
  const { status, body } = answer;
  return status < 400 ? null : toDeliveryError({ status, response: { body } });
}
