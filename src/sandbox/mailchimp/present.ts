import type { Member, MergeField } from './account.js';
import { subscriberHash, type Audience } from './audience.js';

/** `Z` is written as an offset, and there are no milliseconds. */
export function mailchimpTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}+00:00`;
}

/** A member as the API shows it: every merge field of the audience, `''` for what is absent, newest tags first. */
export function memberBody(audience: Audience, member: Member): Record<string, unknown> {
  const hash = subscriberHash(member.email_address);
  const { FNAME: first, LNAME: last } = member.merge_fields;
  return {
    id: hash,
    email_address: member.email_address,
    unique_email_id: member.unique_email_id,
    contact_id: member.contact_id,
    full_name: [first, last].flatMap((part) => (typeof part === 'string' && part !== '' ? [part] : [])).join(' '),
    web_id: member.web_id,
    email_type: member.email_type,
    status: member.status,
    ...(member.status === 'unsubscribed' ? { unsubscribe_reason: unsubscribeReason(member) } : {}),
    consents_to_one_to_one_messaging: true,
    merge_fields: Object.fromEntries(
      audience.settings.merge_fields.map(({ tag }) => [tag, member.merge_fields[tag] ?? '']),
    ),
    ...choicesOf(audience, member),
    stats: statsOf(member),
    ip_signup: member.ip_signup,
    timestamp_signup: member.timestamp_signup,
    ip_opt: member.ip_opt,
    timestamp_opt: member.timestamp_opt,
    member_rating: member.member_rating,
    last_changed: member.last_changed,
    language: member.language,
    vip: member.vip,
    email_client: '',
    location: { latitude: 0, longitude: 0, gmtoff: 0, dstoff: 0, country_code: '', timezone: '' },
    source: 'API - Generic',
    tags_count: member.tags.length,
    tags: member.tags
      .slice(-50)
      .reverse()
      .map(({ id }) => ({ id, name: audience.tagName(id) })),
    list_id: audience.settings.id,
    _links: [],
  };
}

/** What the answer to a batch leaves out of a member. */
const notInBatch = new Set([
  'contact_id',
  'full_name',
  'web_id',
  'consents_to_one_to_one_messaging',
  'marketing_permissions',
  'source',
]);

export const memberInBatch = (audience: Audience, member: Member): Record<string, unknown> =>
  Object.fromEntries(Object.entries(memberBody(audience, member)).filter(([name]) => !notInBatch.has(name)));

/** Shares of the campaigns sent to the member, 0 to 1. */
function statsOf({ feed }: Member): Record<string, unknown> {
  const campaigns = (type: string): number =>
    new Set(feed.flatMap((item) => (item.activity_type === type ? [item.campaign_id] : []))).size;
  const sent = campaigns('sent');
  const share = (count: number): number => (sent === 0 ? 0 : Math.round((count / sent) * 10_000) / 10_000);
  return { avg_open_rate: share(campaigns('open')), avg_click_rate: share(campaigns('click')) };
}

/** Absent when the audience has no groups, or does not ask for permissions. */
function choicesOf(audience: Audience, member: Member): Record<string, unknown> {
  const { interest_categories: categories, marketing_permissions: asks, permissions } = audience.settings;
  const groups = categories.flatMap(({ interests }) => interests);
  return {
    ...(groups.length === 0
      ? {}
      : { interests: Object.fromEntries(groups.map(({ id }) => [id, member.interests[id] ?? false])) }),
    ...(asks
      ? {
          marketing_permissions: permissions.map((permission) => ({
            ...permission,
            enabled: member.permissions[permission.marketing_permission_id] ?? false,
          })),
        }
      : {}),
  };
}

function unsubscribeReason(member: Member): string {
  if (member.unsubscribe_reason !== '') return member.unsubscribe_reason;
  return member.unsubscribedBy === 'contact' ? 'NORMAL' : 'N/A (Unsubscribed by admin)';
}

export function mergeFieldAnswer(listId: string, field: MergeField, index: number): Record<string, unknown> {
  return { ...field, display_order: index + 2, list_id: listId, _links: [] };
}

export function audienceBody(audience: Audience): Record<string, unknown> {
  const { id, web_id, name, date_created, double_optin, marketing_permissions, merge_fields } = audience.settings;
  return {
    id,
    web_id,
    name,
    permission_reminder: 'You are receiving this email because you opted in.',
    use_archive_bar: true,
    campaign_defaults: { from_name: 'Parley', from_email: 'team@parley.test', subject: '', language: 'en' },
    notify_on_subscribe: '',
    notify_on_unsubscribe: '',
    date_created,
    list_rating: 0,
    email_type_option: false,
    beamer_address: '',
    visibility: 'prv',
    double_optin,
    has_welcome: false,
    marketing_permissions,
    modules: [],
    stats: {
      member_count: audience.count('subscribed'),
      unsubscribe_count: audience.count('unsubscribed'),
      cleaned_count: audience.count('cleaned'),
      merge_field_count: merge_fields.length,
    },
    _links: [],
  };
}

/** The `fields` filter: only the named paths of an answer, looked for inside arrays as well. */
export function onlyFields(answer: unknown, fields: string | undefined): unknown {
  if (fields === undefined || fields === '') return answer;
  return picked(
    answer,
    fields.split(',').map((path) => path.trim().split('.')),
  );
}

function picked(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (paths.some((path) => path.length === 0)) return value;
  if (Array.isArray(value)) return value.map((item) => picked(item, paths));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, child]) => {
    const deeper = paths.filter((path) => path[0] === key).map((path) => path.slice(1));
    return deeper.length === 0 ? [] : [[key, picked(child, deeper)]];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}
