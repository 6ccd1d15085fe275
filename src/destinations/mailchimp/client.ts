import { createHash } from 'node:crypto';
import ApiClient from '@mailchimp/mailchimp_marketing/src/ApiClient.js';
import type { z } from 'zod';
import { DeliveryError } from '../delivery-error.js';
import type { CallDescription, ConnectionContext } from '../destination.js';
import {
  audienceAnswer,
  batchAnswer,
  memberAnswer,
  membersAnswer,
  mergeFieldsAnswer,
  type Audience,
  type BatchAnswer,
  type Member,
  type MemberStatus,
  type MergeField,
} from './answers.js';
import { apiRoot, type MailchimpSettings } from './settings.js';
import { toDeliveryError } from './to-delivery-error.js';

/** The biggest page a listing gives. */
export const pageSize = 1_000;

/** A merge value on the wire; `''` clears any type. */
export type MergeValue = string | number;

export interface MemberWrite {
  readonly email_address?: string;
  readonly status?: MemberStatus;
  readonly status_if_new?: MemberStatus;
  readonly merge_fields?: Readonly<Record<string, MergeValue>>;
  readonly tags?: readonly string[];
  readonly timestamp_signup?: string;
  readonly timestamp_opt?: string;
}
/** There is no `status_if_new` in a batch: a row's status reaches existing members too. */
export type BatchRow = Omit<MemberWrite, 'status_if_new'> & {
  readonly email_address: string;
  readonly status: MemberStatus;
};

export interface MembersPage {
  readonly members: readonly { readonly email_address: string; readonly last_changed: string }[];
  readonly total_items: number;
}

/** Mailchimp's name for a member in a path: md5 of the lower-cased address. */
export function subscriberHash(email: string): string {
  return createHash('md5').update(email.trim().toLowerCase()).digest('hex');
}

/**
 * One audience of one account. The only file that knows the SDK: a client of its own per connection (the SDK's default one is
 * shared by the whole process), every request through the gate, everything thrown as a `DeliveryError`.
 */
export class MailchimpClient {
  readonly #lists: ApiClient['lists'];
  readonly #listId: string;

  constructor(
    settings: MailchimpSettings,
    private readonly context: ConnectionContext,
    timeoutMs: number,
  ) {
    const client = new ApiClient();
    client.basePath = apiRoot(settings);
    client.setConfig({ apiKey: settings.apiKey });
    client.timeout = timeoutMs;
    this.#lists = client.lists;
    this.#listId = settings.audienceId;
  }

  /** @throws DeliveryError `unauthorized` when the account has no such audience */
  async audience(): Promise<Audience> {
    const fields = ['id', 'name', 'double_optin', 'marketing_permissions'];
    return this.#ofAudience(
      this.#send('lists.get', () => this.#lists.getList(this.#listId, { fields }), audienceAnswer),
    );
  }

  async mergeFields(): Promise<readonly MergeField[]> {
    const send = () => this.#lists.getListMergeFields(this.#listId, { count: pageSize });
    const { merge_fields } = await this.#ofAudience(this.#send('lists.mergeFields', send, mergeFieldsAnswer));
    return merge_fields;
  }

  /** Members with a status, longest unchanged first; `since` counts by Mailchimp's `last_changed`. */
  async membersChanged(status: MemberStatus, since: Date | null, offset: number): Promise<MembersPage> {
    const options = {
      status,
      ...(since === null ? {} : { since_last_changed: since.toISOString() }),
      sort_field: 'last_changed',
      sort_dir: 'ASC',
      count: pageSize,
      offset,
      fields: ['members.email_address', 'members.last_changed', 'total_items'],
    };
    const send = () => this.#lists.getListMembersInfo(this.#listId, options);
    return this.#ofAudience(this.#send(`members.list.${status}`, send, membersAnswer));
  }

  /** Up to 500 rows. Existing members (not archived ones) answer `ERROR_CONTACT_EXISTS` unless `updateExisting`. */
  async batch(rows: readonly BatchRow[], updateExisting: boolean): Promise<BatchAnswer> {
    const body = { members: rows, update_existing: updateExisting };
    const options = { skip_merge_validation: true, skip_duplicate_check: true };
    const send = () => this.#lists.batchListMembers(this.#listId, body, options);
    const operation = updateExisting ? 'members.batchUpdate' : 'members.batchCreate';
    return this.#ofAudience(this.#send(operation, send, batchAnswer, rows.length));
  }

  /** @returns null when nobody has the address */
  async member(email: string): Promise<Member | null> {
    const send = () => this.#lists.getListMember(this.#listId, subscriberHash(email));
    return orAbsent(this.#send('members.get', send, memberAnswer));
  }

  /** Creates with `status_if_new`, or updates without touching the status. */
  async put(email: string, write: MemberWrite): Promise<Member> {
    const send = () => this.#lists.setListMember(this.#listId, subscriberHash(email), write, skipValidation);
    return this.#send('members.put', send, memberAnswer, 1);
  }

  /** Changes an existing member and nothing else. @returns null when nobody has the address */
  async patch(email: string, write: MemberWrite): Promise<Member | null> {
    const send = () => this.#lists.updateListMember(this.#listId, subscriberHash(email), write, skipValidation);
    return orAbsent(this.#send('members.patch', send, memberAnswer, 1));
  }

  /** Only the named tags change. A body of any other shape would be answered 204 as well, and do nothing. */
  async tags(email: string, add: readonly string[], remove: readonly string[]): Promise<void> {
    const tags = [
      ...add.map((name) => ({ name, status: 'active' })),
      ...remove.map((name) => ({ name, status: 'inactive' })),
    ];
    const send = () => this.#lists.updateListMemberTags(this.#listId, subscriberHash(email), { tags });
    await this.#call('members.tags', send, 1);
  }

  async #send<T>(operation: string, send: () => Promise<unknown>, answer: z.ZodType<T>, records?: number): Promise<T> {
    const parsed = answer.safeParse(await this.#call(operation, send, records));
    if (parsed.success) return parsed.data;
    // An empty or foreign 2xx (a proxy's page) proves nothing; repeating a keyed write does no harm.
    throw new DeliveryError('transient', `Mailchimp's answer to ${operation} cannot be read`, {
      code: 'unreadable_answer',
    });
  }

  /** All our writes are keyed by the address, so every call may be made again. */
  async #call(operation: string, send: () => Promise<unknown>, records?: number): Promise<unknown> {
    const call: CallDescription = { operation, repeatable: true, ...(records === undefined ? {} : { records }) };
    return this.context.call(call, async () => {
      try {
        return await send();
      } catch (error) {
        throw toDeliveryError(error);
      }
    });
  }

  /** A 404 here means the audience itself: a person has to correct the settings. */
  async #ofAudience<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      const message = `There is no audience ${this.#listId} in this Mailchimp account`;
      throw new DeliveryError('unauthorized', message, { code: 'audience_not_found' });
    }
  }
}

const skipValidation = { skip_merge_validation: true };

async function orAbsent<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

function isNotFound(error: unknown): boolean {
  return (
    error instanceof DeliveryError && (error.details.code === 'Resource Not Found' || error.details.code === '404')
  );
}
