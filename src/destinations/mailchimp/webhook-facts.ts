import { z } from 'zod';
import type { FieldValue } from '../record.js';
import type { RecordReference, RemoteFact } from '../remote-fact.js';
import type { FormTree } from './bracket-form.js';
import { subscriberHash } from './client.js';
import { emailField, fieldPrefixes } from './field-names.js';
import type { MailchimpSettings } from './settings.js';

const text = z.string().default('');
const tree: z.ZodType<FormTree> = z.lazy(() => z.record(z.string(), z.union([z.string(), tree])));
const address = z.string().min(3);

const memberData = z.object({ email: address, ip_signup: text, merges: tree.default({}) });
const dataOf = {
  subscribe: memberData,
  profile: memberData,
  unsubscribe: z.object({ email: address, action: text, reason: text, campaign_id: text, merges: tree.default({}) }),
  cleaned: z.object({ email: address, reason: text, campaign_id: text }),
  upemail: z.object({ new_email: address, old_email: address }),
} as const;

/** One call, as far as its kind does not matter. */
export const hookSchema = z.object({
  type: z.string().min(1),
  fired_at: z.string().default(''),
  data: z.looseObject({ list_id: text }),
});
export type Hook = z.infer<typeof hookSchema>;

type Reader = (hook: Hook, settings: MailchimpSettings) => readonly RemoteFact[];

/** One row per event that is about a person. A campaign's is about nobody, and of others we know nothing. */
const readers: Readonly<Record<string, Reader>> = {
  subscribe(hook, { optInsAtMailchimp }) {
    const { email, ip_signup, merges } = dataOf.subscribe.parse(hook.data);
    const common = factOf(hook, email);
    const changed: RemoteFact = {
      ...common('record'),
      kind: 'record_changed',
      created: true,
      fields: fieldsOf(merges),
    };
    // A colleague's or a program's subscription is no decision of the person: it comes without the address of a sign-up.
    const isPersons = optInsAtMailchimp === 'all' || (optInsAtMailchimp === 'with_address' && ip_signup !== '');
    const said = { ...common('consent'), kind: 'consent_said', purpose: 'email', status: 'granted' } as const;
    return isPersons
      ? [changed, { ...said, evidence: `Mailchimp: subscribed${ip_signup === '' ? '' : ` from ${ip_signup}`}` }]
      : [changed];
  },
  profile(hook) {
    const { email, merges } = dataOf.profile.parse(hook.data);
    return [{ ...factOf(hook, email)('record'), kind: 'record_changed', created: false, fields: fieldsOf(merges) }];
  },
  unsubscribe(hook) {
    const { email, action, reason, campaign_id } = dataOf.unsubscribe.parse(hook.data);
    const common = factOf(hook, email);
    // Archived or deleted by a colleague: the contact is gone, the person has decided nothing.
    if (action === 'delete') return [{ ...common('gone'), kind: 'record_gone', erased: false }];
    const said = {
      ...withdrawn(common('consent')),
      kind: 'consent_said',
      purpose: 'email',
      status: 'revoked',
    } as const;
    return [
      { ...said, evidence: `Mailchimp: unsubscribed (${reason === '' ? 'no reason given' : reason})` },
      {
        ...common('activity'),
        kind: 'activity',
        name: 'email_unsubscribed',
        properties: filled({ reason, campaignId: campaign_id }),
      },
    ];
  },
  cleaned(hook) {
    const { email, reason, campaign_id } = dataOf.cleaned.parse(hook.data);
    const common = factOf(hook, email);
    const properties = filled({ reason, campaignId: campaign_id });
    if (reason !== 'abuse')
      return [
        {
          ...common('activity'),
          kind: 'activity',
          name: 'email_bounced',
          properties: { ...properties, bounceType: 'hard' },
        },
      ];
    const said = {
      ...withdrawn(common('consent')),
      kind: 'consent_said',
      purpose: 'email',
      status: 'revoked',
    } as const;
    return [
      { ...said, evidence: 'Mailchimp: reported as spam' },
      { ...common('activity'), kind: 'activity', name: 'email_unsubscribed', properties },
    ];
  },
  upemail(hook) {
    const { new_email, old_email } = dataOf.upemail.parse(hook.data);
    const fields = { [emailField]: textValue(new_email.toLowerCase()) };
    return [{ ...factOf(hook, old_email)('record'), kind: 'record_changed', created: false, fields }];
  },
};

/** @throws ZodError when the event is not of the shape Mailchimp sends */
export function factsOf(hook: Hook, settings: MailchimpSettings): readonly RemoteFact[] {
  if (hook.data.list_id !== settings.audienceId) return [];
  return readers[hook.type]?.(hook, settings) ?? [];
}

/** There is no delivery id: what makes two calls the same is type, person, audience and time. */
function factOf({ type, fired_at, data: { list_id } }: Hook, email: string) {
  const at = new Date(`${fired_at.replace(' ', 'T')}Z`);
  const occurredAt = Number.isNaN(at.getTime()) ? null : at;
  return (part: string) => ({
    about: referenceTo(email),
    occurredAt,
    dedupeKey: `mailchimp:${list_id}:${type}:${part}:${subscriberHash(email)}:${fired_at}`,
    // Mailchimp leaves out what came through the API when the webhook is set up as we say; `check` looks whether it is.
    own: false,
  });
}

/**
 * Mailchimp tells times in whole seconds. A withdrawal counts as made at the end of its second: then no consent that was given in the same
 * one, before it, outlives it.
 */
export function withdrawn<Fact extends { readonly occurredAt: Date | null }>(fact: Fact): Fact {
  const { occurredAt } = fact;
  return occurredAt === null ? fact : { ...fact, occurredAt: new Date(occurredAt.getTime() + 999) };
}

/** Mailchimp's id of a member is made of its address. */
export const referenceTo = (email: string): RecordReference => ({
  object: 'member',
  remoteId: subscriberHash(email),
  email: email.trim().toLowerCase(),
  phone: null,
});

const textValue = (value: string): FieldValue => (value === '' ? null : { type: 'string', value });

const filled = (all: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));

const groupings = z.record(z.string(), z.object({ name: z.string(), groups: z.string().default('') }));

/** Merge fields by tag, an address by its parts, groups by their category. */
function fieldsOf(merges: FormTree): Readonly<Record<string, FieldValue>> {
  const categories = Object.values(groupings.safeParse(merges.GROUPINGS).data ?? {});
  const summary = categories.map(({ groups }) => groups).join(', ');
  const fields = Object.entries(merges).flatMap(([tag, value]): (readonly [string, FieldValue])[] => {
    if (tag === 'GROUPINGS' || (tag === 'INTERESTS' && categories.length > 0 && value === summary)) return [];
    const name = tag === 'EMAIL' ? emailField : tag;
    if (typeof value === 'string') return [[name, textValue(value)]];
    return Object.entries(value).map(([part, written]) => [
      `${name}.${part}`,
      textValue(typeof written === 'string' ? written : ''),
    ]);
  });
  const groups = categories.map(({ name, groups: joined }) => {
    const names = joined
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== '');
    return [`${fieldPrefixes.interests}${name}`, { type: 'list', value: names }] as const;
  });
  return Object.fromEntries([...fields, ...groups]);
}
