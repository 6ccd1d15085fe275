import { z } from 'zod';
import { freshMarketing, marketingSchema } from './marketing-state.js';
import { webhookSchema } from './webhook-state.js';

export const memberStatuses = [
  'subscribed',
  'unsubscribed',
  'cleaned',
  'pending',
  'transactional',
  'archived',
] as const;
export type MemberStatus = (typeof memberStatuses)[number];
/** What a write may ask for: everything but `archived`. */
export const writableStatuses = ['subscribed', 'unsubscribed', 'cleaned', 'pending', 'transactional'] as const;
export type WritableStatus = (typeof writableStatuses)[number];

export const mergeFieldTypes = [
  'text',
  'number',
  'address',
  'phone',
  'date',
  'url',
  'imageurl',
  'radio',
  'dropdown',
  'birthday',
  'zip',
] as const;
export type MergeFieldType = (typeof mergeFieldTypes)[number];

export const mergeFieldSchema = z.strictObject({
  merge_id: z.int().positive(),
  tag: z.string().regex(/^[A-Z0-9_]{1,10}$/),
  name: z.string(),
  type: z.enum(mergeFieldTypes),
  required: z.boolean().default(false),
  default_value: z.string().default(''),
  public: z.boolean().default(true),
  options: z
    .strictObject({
      choices: z.array(z.string()).optional(),
      date_format: z.string().optional(),
      phone_format: z.enum(['none', 'US']).optional(),
      default_country: z.int().optional(),
      size: z.int().optional(),
    })
    .default({}),
  help_text: z.string().default(''),
});
export type MergeField = z.infer<typeof mergeFieldSchema>;

const addressSchema = z.record(z.string(), z.string());
export const mergeValueSchema = z.union([z.string(), z.number(), addressSchema]);
export type MergeValue = z.infer<typeof mergeValueSchema>;

export const interestCategorySchema = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{10}$/),
  title: z.string(),
  type: z.enum(['checkboxes', 'dropdown', 'radio', 'hidden']).default('checkboxes'),
  interests: z.array(z.strictObject({ id: z.string().regex(/^[0-9a-f]{10}$/), name: z.string() })).default([]),
});
export type InterestCategory = z.infer<typeof interestCategorySchema>;

/** One line of a member's activity feed, in the API's own words. */
export const feedItemSchema = z.looseObject({ activity_type: z.string(), created_at_timestamp: z.string() });
export type FeedItem = z.infer<typeof feedItemSchema>;

export const memberSchema = z.strictObject({
  email_address: z.string(),
  status: z.enum(memberStatuses),
  /** What the contact was before it was archived; Mailchimp never tells. */
  statusBeforeArchive: z.enum(writableStatuses).nullable().default(null),
  /** Who opted the contact out last. It is remembered through archiving, and decides whether an API may subscribe it. */
  unsubscribedBy: z.enum(['api', 'admin', 'contact']).nullable().default(null),
  /** Mailchimp's own compliance review: cannot be subscribed. */
  underReview: z.boolean().default(false),
  merge_fields: z.record(z.string(), mergeValueSchema).default({}),
  /** Tag ids with the time each was added, in the order they were added. */
  tags: z.array(z.strictObject({ id: z.int(), date_added: z.string() })).default([]),
  unique_email_id: z.string(),
  contact_id: z.string(),
  web_id: z.int(),
  email_type: z.enum(['html', 'text']).default('html'),
  language: z.string().default(''),
  vip: z.boolean().default(false),
  ip_signup: z.string().default(''),
  timestamp_signup: z.string().default(''),
  ip_opt: z.string().default(''),
  timestamp_opt: z.string().default(''),
  last_changed: z.string(),
  /** Groups the member is in, by interest id. */
  interests: z.record(z.string(), z.boolean()).default({}),
  /** GDPR marketing permissions, by their id. */
  permissions: z.record(z.string(), z.boolean()).default({}),
  /** What the person said when unsubscribing; empty: nothing. */
  unsubscribe_reason: z.string().default(''),
  member_rating: z.int().min(1).max(5).default(2),
  /** When the person last reported a mail as spam; empty: never. The feed does not show it. */
  complained_at: z.string().default(''),
  feed: z.array(feedItemSchema).default([]),
  events: z
    .array(z.strictObject({ name: z.string(), occurred_at: z.string(), properties: z.record(z.string(), z.string()) }))
    .default([]),
});
export type Member = z.infer<typeof memberSchema>;

/** When a fresh account was set up. */
const freshTime = '2026-01-05T09:00:00+00:00';

export const audienceSchema = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{10}$/),
  web_id: z.int(),
  name: z.string(),
  date_created: z.string(),
  double_optin: z.boolean().default(false),
  marketing_permissions: z.boolean().default(false),
  merge_fields: z.array(mergeFieldSchema),
  interest_categories: z.array(interestCategorySchema).default([]),
  /** What `marketing_permissions` asks for. */
  permissions: z.array(z.strictObject({ marketing_permission_id: z.string(), text: z.string() })).default([
    { marketing_permission_id: 'e1a2b3c4d5', text: 'Email' },
    { marketing_permission_id: 'f1a2b3c4d6', text: 'Direct Mail' },
    { marketing_permission_id: 'a1a2b3c4d7', text: 'Customized Online Advertising' },
  ]),
  /** A tag is a static segment. */
  tags: z
    .array(z.strictObject({ id: z.int(), name: z.string(), created_at: z.string().default(freshTime) }))
    .default([]),
  webhooks: z.array(webhookSchema).default([]),
  members: z.array(memberSchema).default([]),
  /** Permanently deleted addresses, lower-case: they can never be imported again. */
  forgotten: z.array(z.string()).default([]),
});
export type AudienceState = z.infer<typeof audienceSchema>;

export const accountSchema = z.strictObject({
  name: z.string(),
  /** Keys must end in it. Any key that does is let in, unless it is revoked. */
  dataCentre: z.string().regex(/^us\d+$/),
  revokedKeys: z.array(z.string()).default([]),
  /** Addresses that answer "signed up to a lot of lists". */
  tooManySignups: z.array(z.string()).default([]),
  /** Whether a PUT that carries only `status_if_new` brings an archived contact back. Not documented; true is the harder case. */
  putRevivesArchived: z.boolean().default(true),
  /** Whether new webhooks are signed, as all are since 2026. */
  signWebhooks: z.boolean().default(true),
  /** Merge fields an audience may have: 30, or 80 with the Premium plan. */
  mergeFieldLimit: z.int().default(30),
  pro_enabled: z.boolean().default(false),
  /** Of the user whose key is used. */
  role: z.enum(['owner', 'admin', 'manager', 'author', 'viewer']).default('owner'),
  /** Apps that may ask for access, and what was given to them. */
  apps: z
    .array(z.strictObject({ client_id: z.string(), client_secret: z.string() }))
    .default([{ client_id: 'parley-sandbox-client', client_secret: 'parley-sandbox-secret' }]),
  codes: z.array(z.strictObject({ code: z.string(), client_id: z.string(), redirect_uri: z.string() })).default([]),
  tokens: z.array(z.string()).default([]),
  ...marketingSchema,
  nextId: z.int().positive(),
  audiences: z.array(audienceSchema),
});
export type AccountState = z.infer<typeof accountSchema>;

/** The audience of a fresh account; its id is part of the documentation. */
export const freshAudienceId = 'a1b2c3d4e5';

type FreshField = Pick<MergeField, 'tag' | 'name' | 'type'> & { readonly options?: MergeField['options'] };

const freshFields: readonly FreshField[] = [
  { tag: 'FNAME', name: 'First Name', type: 'text' },
  { tag: 'LNAME', name: 'Last Name', type: 'text' },
  { tag: 'PHONE', name: 'Phone Number', type: 'phone', options: { phone_format: 'none' } },
  { tag: 'BIRTHDAY', name: 'Birthday', type: 'birthday', options: { date_format: 'MM/DD' } },
  { tag: 'COUNTRY', name: 'Country', type: 'text' },
  { tag: 'LANGUAGE', name: 'Language', type: 'text' },
  { tag: 'PLAN', name: 'Plan', type: 'dropdown', options: { choices: ['free', 'pro', 'team'] } },
  { tag: 'BUDGET', name: 'Budget', type: 'number' },
  { tag: 'LASTORDER', name: 'Last order', type: 'date', options: { date_format: 'MM/DD/YYYY' } },
  { tag: 'INTERESTS', name: 'Interests', type: 'text' },
  { tag: 'NEWSLETTER', name: 'Newsletter', type: 'text' },
  { tag: 'CHANNEL', name: 'Channel', type: 'text' },
];

/** What an admin would have set up: one single opt-in audience with the merge fields of our demo, and nobody in it. */
export function freshAccount(): AccountState {
  return accountSchema.parse({
    name: 'Parley sandbox',
    dataCentre: 'us1',
    nextId: 1_000_001,
    ...freshMarketing(freshAudienceId, freshTime),
    audiences: [
      {
        id: freshAudienceId,
        web_id: 500_001,
        name: 'Chat contacts',
        date_created: freshTime,
        merge_fields: freshFields.map((field, index) => ({ merge_id: index + 1, ...field })),
        interest_categories: [
          {
            id: '9f1c2d3e4a',
            title: 'Topics',
            interests: [
              { id: '1a2b3c4d5e', name: 'News' },
              { id: '2b3c4d5e6f', name: 'Offers' },
              { id: '3c4d5e6f7a', name: 'Events' },
            ],
          },
        ],
      },
    ],
  });
}
