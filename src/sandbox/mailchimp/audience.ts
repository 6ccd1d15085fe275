import { createHash } from 'node:crypto';
import {
  memberSchema,
  type AudienceState,
  type FeedItem,
  type Member,
  type MemberStatus,
  type WritableStatus,
} from './account.js';
import { newsOf, snapshot, type Detail, type News } from './member-news.js';
import { archived, withStatus, type Actor } from './member-status.js';
import { problems } from './problem.js';
import type { WebhookSource } from './webhook-state.js';

type Tag = AudienceState['tags'][number];

/** What an audience needs of the account around it. */
export interface Surroundings {
  /** Now, as the API writes it: `2026-11-22T08:15:00+00:00`. */
  readonly now: () => string;
  readonly nextId: () => number;
  readonly hasTooManySignups: (email: string) => boolean;
  /** Something happened that webhooks tell. */
  readonly tell: (audience: Audience, source: WebhookSource, news: readonly News[]) => void;
}

/** The path of a member: md5 of the lower-cased address. */
export function subscriberHash(email: string): string {
  return createHash('md5').update(email.trim().toLowerCase()).digest('hex');
}

/** One audience's contacts and tags in memory, found by hash, address or contact id. */
export class Audience {
  readonly #members = new Map<string, Member>();
  readonly #hashes = new Map<string, string>();
  readonly #tags = new Map<number, Tag>();
  readonly #tagIds = new Map<string, number>();
  readonly #forgotten: Set<string>;

  constructor(
    private readonly initial: AudienceState,
    private readonly around: Surroundings,
  ) {
    for (const member of initial.members) this.#keep(member);
    for (const tag of initial.tags) this.#keepTag(tag);
    this.#forgotten = new Set(initial.forgotten);
  }

  get settings(): Omit<AudienceState, 'members' | 'tags' | 'forgotten'> {
    return this.initial;
  }

  state(): AudienceState {
    return { ...this.initial, members: this.members(), tags: this.tags(), forgotten: [...this.#forgotten] };
  }

  members(): Member[] {
    return [...this.#members.values()];
  }

  tags(): Tag[] {
    return [...this.#tags.values()];
  }

  tagNamed(name: string): Tag | undefined {
    return this.#tags.get(this.#tagIds.get(name.toLowerCase()) ?? -1);
  }

  makeTag(name: string): Tag {
    return this.#keepTag({ id: this.around.nextId(), name, created_at: this.around.now() });
  }

  /** Nobody has it any more. */
  dropTag(id: number): void {
    this.#tagIds.delete(this.tagName(id).toLowerCase());
    this.#tags.delete(id);
    for (const member of this.#members.values()) member.tags = member.tags.filter((tag) => tag.id !== id);
  }

  count(status: MemberStatus): number {
    let count = 0;
    for (const member of this.#members.values()) if (member.status === status) count += 1;
    return count;
  }

  find(key: string): Member | undefined {
    if (key.includes('@')) return this.#members.get(subscriberHash(key));
    return this.#members.get(key) ?? this.#members.get(this.#hashes.get(key) ?? '');
  }

  /** @throws Problem when the address is invalid, fake, forgotten, or has signed up too often */
  create(email: string, status: WritableStatus): Member {
    this.#refuse(email);
    const id = this.around.nextId();
    const member = memberSchema.parse({
      email_address: email,
      status,
      unsubscribedBy: status === 'unsubscribed' ? 'api' : null,
      unique_email_id: createHash('md5').update(`unique:${email.toLowerCase()}`).digest('hex').slice(0, 10),
      contact_id: createHash('md5')
        .update(`contact:${String(id)}`)
        .digest('hex'),
      web_id: id,
      timestamp_opt: status === 'subscribed' ? this.around.now() : '',
      last_changed: this.around.now(),
    });
    this.#keep(member);
    return member;
  }

  /** @throws Problem `Member In Compliance State` */
  setStatus(member: Member, status: WritableStatus, actor: Actor = 'api'): void {
    const wasSubscribed = member.status === 'subscribed';
    Object.assign(member, withStatus(member.email_address, member, status, actor));
    if (status === 'subscribed' && !wasSubscribed) member.timestamp_opt = this.around.now();
    this.touch(member);
  }

  /**
   * Makes a change and tells the audience's webhooks what came of it.
   *
   * @param isNew the change has just made the member
   */
  changing(member: Member, source: WebhookSource, change: () => void, detail: Detail = {}, isNew = false): void {
    // A large load has nobody to tell: no need to look at every member twice.
    const before = this.initial.webhooks.length === 0 || isNew ? null : snapshot(member);
    change();
    if (this.initial.webhooks.length > 0) this.around.tell(this, source, newsOf(this, before, member, detail));
  }

  /** The person signs up on a page of Mailchimp's, which also undoes a permanent deletion. */
  signUp(email: string, status: 'subscribed' | 'pending', ip: string): Member {
    this.#forgotten.delete(email.toLowerCase());
    const member = this.create(email, status);
    Object.assign(
      member,
      { ip_signup: ip, timestamp_signup: this.around.now() },
      status === 'subscribed' ? { ip_opt: ip } : {},
    );
    this.log(member, { activity_type: 'generic_signup', signup_category: 'Hosted form' });
    this.changing(member, 'user', () => undefined, {}, true);
    return member;
  }

  /** Mail to the member bounced for good, or was reported as spam. */
  clean(member: Member, reason: 'hard' | 'abuse', campaign?: { readonly id: string; readonly title: string }): void {
    const detail = { reason, ...(campaign === undefined ? {} : { campaignId: campaign.id }) };
    const of = campaign === undefined ? {} : { campaign_id: campaign.id, campaign_title: campaign.title };
    this.changing(member, 'user', () => this.setStatus(member, 'cleaned'), detail);
    if (reason === 'abuse') member.complained_at = this.around.now();
    this.log(member, { activity_type: 'bounce', bounce_type: 'hard', bounce_has_open_activity: false, ...of });
  }

  /** Adds a line to the member's activity feed. */
  log(member: Member, item: Omit<FeedItem, 'created_at_timestamp'> & { readonly activity_type: string }): void {
    member.feed.push({ created_at_timestamp: this.around.now(), ...item });
  }

  archive(member: Member): void {
    Object.assign(member, archived(member));
    this.touch(member);
  }

  /** Irreversible: the address can never be imported again. */
  forget(member: Member): void {
    this.#drop(member);
    this.#forgotten.add(member.email_address.toLowerCase());
    this.around.tell(this, 'api', newsOf(this, snapshot(member), null));
  }

  /** The contact moves to another address and keeps everything else. @throws Problem when Mailchimp would not let it */
  rename(member: Member, email: string): void {
    if (subscriberHash(member.email_address) === subscriberHash(email)) {
      member.email_address = email;
      return;
    }
    const holder = this.find(email);
    if (holder) throw problems.addressTaken(email, holder.status);
    if (member.status !== 'subscribed') throw problems.cannotRename(member.status);
    this.#refuse(email);
    this.#drop(member);
    member.email_address = email;
    this.#keep(member);
  }

  /** A name is a tag whatever its case; an unknown one is made. */
  addTag(member: Member, name: string): void {
    const { id } = this.tagNamed(name) ?? this.makeTag(name);
    if (member.tags.some((tag) => tag.id === id)) return;
    member.tags.push({ id, date_added: this.around.now() });
  }

  removeTag(member: Member, name: string): void {
    const id = this.#tagIds.get(name.toLowerCase());
    member.tags = member.tags.filter((tag) => tag.id !== id);
  }

  tagName(id: number): string {
    return this.#tags.get(id)?.name ?? '';
  }

  touch(member: Member): void {
    member.last_changed = this.around.now();
  }

  #refuse(email: string): void {
    if (!/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(email)) throw problems.invalidEmail();
    if (/@example\.(com|net|org)$/i.test(email)) throw problems.fakeEmail(email);
    if (this.#forgotten.has(email.toLowerCase())) throw problems.forgotten(email);
    if (this.around.hasTooManySignups(email.toLowerCase())) throw problems.tooManySignups(email);
  }

  #keep(member: Member): void {
    const hash = subscriberHash(member.email_address);
    this.#members.set(hash, member);
    this.#hashes.set(member.contact_id, hash);
  }

  #drop(member: Member): void {
    this.#members.delete(subscriberHash(member.email_address));
    this.#hashes.delete(member.contact_id);
  }

  #keepTag(tag: Tag): Tag {
    this.#tags.set(tag.id, tag);
    this.#tagIds.set(tag.name.toLowerCase(), tag.id);
    return tag;
  }
}
