import type { Member } from './account.js';
import type { Audience } from './audience.js';
import type { WebhookEvent } from './webhook-state.js';
import { memberData, webhookForm } from './webhook-form.js';

/** A member as it was before a change. */
export type Before = Pick<Member, 'email_address' | 'unique_email_id' | 'status'> & { readonly profile: string };

/** One webhook event that a change leads to. */
export interface News {
  readonly type: WebhookEvent;
  readonly write: (firedAt: Date) => string;
}

export function snapshot(member: Member): Before {
  const { email_address, unique_email_id, status } = member;
  return { email_address, unique_email_id, status, profile: profileOf(member) };
}

const profileOf = ({ merge_fields, interests, permissions, language, vip }: Member): string =>
  JSON.stringify([merge_fields, interests, permissions, language, vip]);

/** What Mailchimp tells of a change. Tags, opens and clicks have no webhook. @param after null: deleted for good */
export function newsOf(audience: Audience, before: Before | null, after: Member | null, detail: Detail = {}): News[] {
  if (after === null) return before === null ? [] : [left(audience, before)];
  const news = (type: WebhookEvent, more: Record<string, string> = {}): News => ({
    type,
    write: (firedAt) => webhookForm(type, firedAt, { ...more, ...memberData(audience, after) }),
  });
  if (before?.status !== after.status) {
    const change = statusNews(audience, after, news, detail);
    return change === null ? [] : [change];
  }
  const moved = before.email_address.toLowerCase() !== after.email_address.toLowerCase();
  if (moved) return [renamed(audience, before, after), news('profile')];
  return before.profile === profileOf(after) ? [] : [news('profile')];
}

/** Why a member was cleaned or left, and by which campaign. */
export interface Detail {
  readonly reason?: 'hard' | 'abuse';
  readonly campaignId?: string;
}

function statusNews(
  audience: Audience,
  after: Member,
  news: (type: WebhookEvent, more?: Record<string, string>) => News,
  { reason, campaignId }: Detail,
): News | null {
  const campaign = campaignId === undefined ? {} : { campaign_id: campaignId };
  if (after.status === 'subscribed') return news('subscribe');
  if (after.status === 'unsubscribed')
    return news('unsubscribe', { action: 'unsub', reason: reason === 'abuse' ? 'abuse' : 'manual', ...campaign });
  if (after.status === 'archived') return news('unsubscribe', { action: 'delete', reason: 'manual' });
  if (after.status !== 'cleaned') return null;
  const data = { reason: reason ?? 'hard', email: after.email_address, ...campaign, list_id: audience.settings.id };
  return { type: 'cleaned', write: (firedAt) => webhookForm('cleaned', firedAt, data) };
}

function renamed(audience: Audience, before: Before, after: Member): News {
  const data = {
    new_id: after.unique_email_id,
    new_email: after.email_address,
    old_email: before.email_address,
    list_id: audience.settings.id,
  };
  return { type: 'upemail', write: (firedAt) => webhookForm('upemail', firedAt, data) };
}

function left(audience: Audience, before: Before): News {
  const data = {
    action: 'delete',
    reason: 'manual',
    id: before.unique_email_id,
    email: before.email_address,
    list_id: audience.settings.id,
  };
  return { type: 'unsubscribe', write: (firedAt) => webhookForm('unsubscribe', firedAt, data) };
}
