import type { Member, MergeValue } from './account.js';
import type { Audience } from './audience.js';
import type { WebhookEvent } from './webhook-state.js';

type Value = string | { readonly [key: string]: Value };

/** What a webhook tells, as PHP writes forms: `data[merges][FNAME]=Ada`, spaces as `+`, keys percent-encoded. */
export function webhookForm(type: WebhookEvent, firedAt: Date, data: Readonly<Record<string, Value>>): string {
  const form = new URLSearchParams({ type, fired_at: firedAt.toISOString().slice(0, 19).replace('T', ' ') });
  add(form, 'data', data);
  return form.toString();
}

function add(form: URLSearchParams, name: string, value: Value): void {
  if (typeof value === 'string') form.append(name, value);
  else for (const [key, child] of Object.entries(value)) add(form, `${name}[${key}]`, child);
}

/** `data` of the events about a member's state. */
export function memberData(audience: Audience, member: Member): Record<string, Value> {
  return {
    id: member.unique_email_id,
    email: member.email_address,
    email_type: member.email_type,
    ip_opt: member.ip_opt,
    ...(member.ip_signup === '' ? {} : { ip_signup: member.ip_signup }),
    web_id: String(member.web_id),
    merges: merges(audience, member),
    list_id: audience.settings.id,
  };
}

/** Every tag of the audience, the address included; groups by name. */
function merges(audience: Audience, member: Member): Record<string, Value> {
  const { merge_fields, interest_categories } = audience.settings;
  const groupings = interest_categories.map(({ id, title, interests }) => ({
    id: String(parseInt(id.slice(0, 6), 16)),
    unique_id: id,
    name: title,
    groups: interests.flatMap((interest) => (member.interests[interest.id] === true ? interest.name : [])).join(', '),
  }));
  return {
    EMAIL: member.email_address,
    ...Object.fromEntries(merge_fields.map(({ tag }) => [tag, asText(member.merge_fields[tag] ?? '')])),
    ...(groupings.length === 0 ? {} : { GROUPINGS: Object.fromEntries(groupings.map((one, index) => [index, one])) }),
  };
}

const asText = (value: MergeValue): Value => (typeof value === 'number' ? String(value) : value);
