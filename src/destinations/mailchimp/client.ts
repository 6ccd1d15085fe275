import { createHash } from 'node:crypto';
import { DeliveryError } from '../delivery-error.js';
import {
  activityAnswer,
  batchAnswer,
  memberAnswer,
  memberTagsAnswer,
  membersAnswer,
  segmentChangeAnswer,
  type BatchAnswer,
  type Member,
  type MemberStatus,
} from './answers.js';
import { orAbsent, pageSize, type ApiCall, type MailchimpApi } from './api.js';

/** A merge value on the wire; `''` clears any type. */
export type MergeValue = string | number | Readonly<Record<string, string>>;

export interface MemberWrite {
  readonly email_address?: string;
  readonly status?: MemberStatus;
  readonly status_if_new?: MemberStatus;
  readonly merge_fields?: Readonly<Record<string, MergeValue>>;
  readonly interests?: Readonly<Record<string, boolean>>;
  readonly language?: string;
  readonly vip?: boolean;
  readonly marketing_permissions?: readonly {
    readonly marketing_permission_id: string;
    readonly enabled: boolean;
  }[];
  readonly tags?: readonly string[];
  readonly timestamp_signup?: string;
  readonly timestamp_opt?: string;
}
/** There is no `status_if_new` in a batch (a row's status reaches existing members too), and there are no permissions. */
export type BatchRow = Omit<MemberWrite, 'status_if_new' | 'marketing_permissions'> & {
  readonly email_address: string;
  readonly status: MemberStatus;
};

export interface MembersPage {
  readonly members: readonly { readonly email_address: string; readonly last_changed: string }[];
  readonly total_items: number;
}

/** Which tags of which member change, and whether automations that wait for a tag may start by it. */
export interface TagChange {
  readonly add: readonly string[];
  readonly remove: readonly string[];
  readonly startsAutomations: boolean;
}

/** Mailchimp's name for a member in a path: md5 of the lower-cased address. */
export function subscriberHash(email: string): string {
  return createHash('md5').update(email.trim().toLowerCase()).digest('hex');
}

/** The members of one audience: every call of ours that reads or writes them. */
export class MailchimpClient {
  constructor(private readonly api: MailchimpApi) {}

  /** Members with a status, longest unchanged first; `since` counts by Mailchimp's `last_changed`. */
  membersChanged(status: MemberStatus, since: Date | null, offset: number): Promise<MembersPage> {
    const options = {
      status,
      ...(since === null ? {} : { since_last_changed: since.toISOString() }),
      sort_field: 'last_changed',
      sort_dir: 'ASC',
      count: pageSize,
      offset,
      fields: ['members.email_address', 'members.last_changed', 'total_items'],
    };
    const call = { operation: `members.list.${status}` };
    return this.api.ofAudience(call, (sdk, list) => sdk.lists.getListMembersInfo(list, options), membersAnswer);
  }

  /** Up to 500 rows. Existing members (not archived ones) answer `ERROR_CONTACT_EXISTS` unless `updateExisting`. */
  batch(rows: readonly BatchRow[], updateExisting: boolean): Promise<BatchAnswer> {
    const body = { members: rows, update_existing: updateExisting };
    const options = { skip_merge_validation: true, skip_duplicate_check: true };
    const operation = updateExisting ? 'members.batchUpdate' : 'members.batchCreate';
    const params = { ...skipMerge, skip_duplicate_check: 'true' };
    return this.api.ofAudience(
      { operation, records: rows.length, job: { method: 'POST', path: '', params, body } },
      (sdk, list) => sdk.lists.batchListMembers(list, body, options),
      batchAnswer,
    );
  }

  /** @returns null when nobody has the address */
  member(email: string): Promise<Member | null> {
    const call: ApiCall = { operation: 'members.get', job: { method: 'GET', path: pathOf(email) } };
    return this.api.ifThere(call, (sdk, list) => sdk.lists.getListMember(list, subscriberHash(email)), memberAnswer);
  }

  /** Creates with `status_if_new`, or updates without touching the status. */
  put(email: string, write: MemberWrite): Promise<Member> {
    return this.api.read(
      {
        operation: 'members.put',
        records: 1,
        job: { method: 'PUT', path: pathOf(email), params: skipMerge, body: write },
      },
      (sdk, list) => sdk.lists.setListMember(list, subscriberHash(email), write, skipValidation),
      memberAnswer,
    );
  }

  /** Changes an existing member and nothing else. @returns null when nobody has the address */
  patch(email: string, write: MemberWrite): Promise<Member | null> {
    return this.api.ifThere(
      {
        operation: 'members.patch',
        records: 1,
        job: { method: 'PATCH', path: pathOf(email), params: skipMerge, body: write },
      },
      (sdk, list) => sdk.lists.updateListMember(list, subscriberHash(email), write, skipValidation),
      memberAnswer,
    );
  }

  /**
   * Only the named tags change. They are read back, because a body that Mailchimp does not understand is answered 204 as well.
   *
   * @throws DeliveryError `rejected` when nobody has the address, `transient` when the tags are not what was asked for
   */
  async tags(email: string, { add, remove, startsAutomations }: TagChange): Promise<void> {
    const tags = [
      ...add.map((name) => ({ name, status: 'active' })),
      ...remove.map((name) => ({ name, status: 'inactive' })),
    ];
    const body = { tags, ...(startsAutomations ? {} : { is_syncing: true }) };
    const job = { method: 'POST', path: `${pathOf(email)}/tags`, body } as const;
    const call: ApiCall = { operation: 'members.tags', records: 1, job };
    await this.api.run(call, (sdk, list) => sdk.lists.updateListMemberTags(list, subscriberHash(email), body));
    const held = new Set((await this.tagsOf(email)).map((name) => name.toLowerCase()));
    const isAsAsked =
      add.every((name) => held.has(name.toLowerCase())) && !remove.some((name) => held.has(name.toLowerCase()));
    if (!isAsAsked)
      throw new DeliveryError('transient', 'Mailchimp took the tags without keeping them', {
        code: 'tags_not_kept',
        recordOnly: true,
      });
  }

  /** All tags of a member; a member's own answer shows the first 50 only. */
  tagsOf(email: string): Promise<readonly string[]> {
    return this.api.everything(async (offset) => {
      const params = { count: String(pageSize), offset: String(offset) };
      const { tags } = await this.api.read(
        { operation: 'members.tags.list', job: { method: 'GET', path: `${pathOf(email)}/tags`, params } },
        (sdk, list) => sdk.lists.getListMemberTags(list, subscriberHash(email), { count: pageSize, offset }),
        memberTagsAnswer,
      );
      return tags.map(({ name }) => name);
    });
  }

  /** When the contact last reported a mail as spam: their status alone does not tell it from a bounce. null: never, as far as Mailchimp says. */
  async complainedAt(email: string): Promise<Date | null> {
    const send = this.api.ifThere(
      { operation: 'members.activity' },
      (sdk, list) => sdk.lists.getListMemberActivity(list, subscriberHash(email), { action: ['abuse'] }),
      activityAnswer,
    );
    const times = ((await send)?.activity ?? []).flatMap(({ action, timestamp }) =>
      action === 'abuse' ? Date.parse(timestamp) : [],
    );
    // A time that cannot be read is the latest there is.
    const last = Math.max(...times.map((at) => (Number.isNaN(at) ? Infinity : at)));
    return times.length === 0 ? null : new Date(Math.min(last, latestMs));
  }

  /** Up to 500 addresses each way. @returns what has really changed; addresses that are no members are left out */
  async changeSegment(id: number, add: readonly string[], remove: readonly string[]) {
    const body = { members_to_add: add, members_to_remove: remove };
    const { members_added, members_removed } = await this.api.read(
      { operation: 'segments.members', records: add.length + remove.length },
      (sdk, list) => sdk.lists.batchSegmentMembers(body, list, String(id)),
      segmentChangeAnswer,
    );
    return { added: addresses(members_added), removed: addresses(members_removed) };
  }

  /** @returns false when nobody has the address any more */
  async forget(email: string): Promise<boolean> {
    const call = { operation: 'members.deletePermanent', records: 1 };
    const forgotten = this.api.run(call, async (sdk, list) => {
      await sdk.lists.deleteListMemberPermanent(list, subscriberHash(email));
      return true;
    });
    return (await orAbsent(forgotten)) !== null;
  }
}

/** The last moment a date can hold. */
const latestMs = 8.64e15;

const skipValidation = { skip_merge_validation: true };
const skipMerge = { skip_merge_validation: 'true' };

const pathOf = (email: string): string => `/members/${subscriberHash(email)}`;

const addresses = (members: readonly { readonly email_address: string }[]): ReadonlySet<string> =>
  new Set(members.map(({ email_address }) => email_address.toLowerCase()));
