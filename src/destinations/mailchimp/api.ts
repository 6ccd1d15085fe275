import type ApiClient from '@mailchimp/mailchimp_marketing/src/ApiClient.js';
import type { z } from 'zod';
import { DeliveryError } from '../delivery-error.js';
import type { ConnectionContext } from '../destination.js';
import { AccountAccess } from './account-access.js';
import type { MailchimpSettings } from './settings.js';
import { toDeliveryError } from './to-delivery-error.js';

/** The biggest page a listing gives. */
export const pageSize = 1_000;

/** The same call as part of a bulk job: `path` is below the audience's, and `body` is sent as JSON in a string. */
export interface JobForm {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly path: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** One request, as the gate and the delivery log know it. */
export interface ApiCall {
  readonly operation: string;
  readonly records?: number;
  /** Left out: yes, as most of our writes are keyed by the address. */
  readonly repeatable?: boolean;
  /** Left out: it is never part of a job. */
  readonly job?: JobForm;
}

export type Send = (sdk: ApiClient, listId: string) => Promise<unknown>;

/** Brings one call to Mailchimp and its answer back. @throws DeliveryError only */
export type Carry = (call: ApiCall, send: Send) => Promise<unknown>;

/** Through the gate, one request per call. */
export function directly(settings: MailchimpSettings, context: ConnectionContext, timeoutMs: number): Carry {
  const access = new AccountAccess(settings, context, timeoutMs);
  return async ({ operation, records, repeatable = true }, send) => {
    const sdk = await access.client();
    const call = { operation, repeatable, ...(records === undefined ? {} : { records }) };
    return context.call(call, async () => {
      try {
        return await send(sdk, settings.audienceId);
      } catch (error) {
        throw toDeliveryError(error, repeatable);
      }
    });
  };
}

/** What is common to all calls about one audience: reading the answer, and what a 404 means. */
export class MailchimpApi {
  constructor(
    readonly listId: string,
    private readonly carry: Carry,
  ) {}

  /** @throws DeliveryError also for an answer that is not what it should be: an empty 2xx proves nothing */
  async read<T>(call: ApiCall, send: Send, answer: z.ZodType<T>): Promise<T> {
    const parsed = answer.safeParse(await this.run(call, send));
    if (parsed.success) return parsed.data;
    const kind = call.repeatable === false ? 'unknown' : 'transient';
    throw new DeliveryError(kind, `Mailchimp's answer to ${call.operation} cannot be read`, {
      code: 'unreadable_answer',
    });
  }

  /** For calls whose answer says nothing. */
  run(call: ApiCall, send: Send): Promise<unknown> {
    return this.carry(call, send);
  }

  /** As `read`; a 404 means the audience itself, so a person has to correct the settings. */
  async ofAudience<T>(call: ApiCall, send: Send, answer: z.ZodType<T>): Promise<T> {
    try {
      return await this.read(call, send, answer);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      const message = `There is no audience ${this.listId} in this Mailchimp account`;
      throw new DeliveryError('unauthorized', message, { code: 'audience_not_found' });
    }
  }

  /** As `read`; null when there is no such thing. */
  async ifThere<T>(call: ApiCall, send: Send, answer: z.ZodType<T>): Promise<T | null> {
    return orAbsent(this.read(call, send, answer));
  }

  /** Every item of a listing, page by page. */
  async everything<T>(readPage: (offset: number) => Promise<readonly T[]>, size = pageSize): Promise<readonly T[]> {
    const all: T[] = [];
    for (;;) {
      const page = await readPage(all.length);
      all.push(...page);
      if (page.length < size) return all;
    }
  }
}

export async function orAbsent<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

export function isNotFound(error: unknown): boolean {
  return (
    error instanceof DeliveryError && (error.details.code === 'Resource Not Found' || error.details.code === '404')
  );
}
