import type ApiClient from '@mailchimp/mailchimp_marketing/src/ApiClient.js';
import type { z } from 'zod';
import { DeliveryError } from '../delivery-error.js';
import type { ConnectionContext } from '../destination.js';
import { AccountAccess } from './account-access.js';
import type { MailchimpSettings } from './settings.js';
import { toDeliveryError } from './to-delivery-error.js';

/** The biggest page a listing gives. */
export const pageSize = 1_000;

/** One request, as the gate and the delivery log know it. */
export interface ApiCall {
  readonly operation: string;
  readonly records?: number;
  /** Left out: yes, as most of our writes are keyed by the address. */
  readonly repeatable?: boolean;
}

type Send = (sdk: ApiClient, listId: string) => Promise<unknown>;

/** The way of every request of a connection: through the gate, with everything thrown as a `DeliveryError`. */
export class MailchimpApi {
  readonly listId: string;
  readonly #access: AccountAccess;

  constructor(
    settings: MailchimpSettings,
    private readonly context: ConnectionContext,
    timeoutMs: number,
  ) {
    this.listId = settings.audienceId;
    this.#access = new AccountAccess(settings, context, timeoutMs);
  }

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
  async run({ operation, records, repeatable = true }: ApiCall, send: Send): Promise<unknown> {
    const sdk = await this.#access.client();
    const call = { operation, repeatable, ...(records === undefined ? {} : { records }) };
    return this.context.call(call, async () => {
      try {
        return await send(sdk, this.listId);
      } catch (error) {
        throw toDeliveryError(error, repeatable);
      }
    });
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
