import { z } from 'zod';

export const memberStatuses = [
  'subscribed',
  'unsubscribed',
  'cleaned',
  'pending',
  'transactional',
  'archived',
] as const;
export type MemberStatus = (typeof memberStatuses)[number];

/** What we read of a member. Mailchimp's dates have an offset instead of `Z`. */
export const memberAnswer = z.object({
  id: z.string(),
  email_address: z.string(),
  /** A status we do not know yet counts as one that must not be mailed. */
  status: z.enum(memberStatuses).catch('cleaned'),
  last_changed: z.string(),
  merge_fields: z.record(z.string(), z.unknown()).default({}),
  interests: z.record(z.string(), z.boolean()).default({}),
  marketing_permissions: z
    .array(z.object({ marketing_permission_id: z.string(), text: z.string().default(''), enabled: z.boolean() }))
    .default([]),
  language: z.string().default(''),
  vip: z.boolean().default(false),
  tags: z.array(z.object({ name: z.string() })).default([]),
});
export type Member = z.infer<typeof memberAnswer>;

export const membersAnswer = z.object({
  members: z.array(memberAnswer.pick({ email_address: true, last_changed: true })),
  total_items: z.number(),
});

export const audienceAnswer = z.object({
  id: z.string(),
  name: z.string(),
  double_optin: z.boolean(),
  marketing_permissions: z.boolean().default(false),
  campaign_defaults: z
    .object({ from_name: z.string().default(''), from_email: z.string().default('') })
    .default({ from_name: '', from_email: '' }),
  stats: z.object({ member_count: z.number().optional() }).default({}),
});
export type Audience = z.infer<typeof audienceAnswer>;

const optionsAnswer = z.object({
  choices: z.array(z.string()).optional(),
  phone_format: z.string().optional(),
});

export const mergeFieldAnswer = z.object({
  merge_id: z.number(),
  tag: z.string(),
  name: z.string(),
  type: z.string(),
  required: z.boolean().default(false),
  options: optionsAnswer.default({}),
});
export type MergeField = z.infer<typeof mergeFieldAnswer>;

export const mergeFieldsAnswer = z.object({ merge_fields: z.array(mergeFieldAnswer) });

/** Groups of an audience: `type` says whether a contact may be in several. */
export const categoriesAnswer = z.object({
  categories: z.array(z.object({ id: z.string(), title: z.string(), type: z.string() })),
});
export const interestsAnswer = z.object({ interests: z.array(z.object({ id: z.string(), name: z.string() })) });
export interface InterestCategory {
  readonly id: string;
  readonly title: string;
  readonly type: string;
  readonly interests: readonly { readonly id: string; readonly name: string }[];
}

/** GDPR permissions have no listing of their own: their ids stand on every member. */
export const permissionsAnswer = z.object({ members: z.array(memberAnswer.pick({ marketing_permissions: true })) });
export interface Permission {
  readonly id: string;
  readonly text: string;
}

/** A contact's last 50 actions. */
export const activityAnswer = z.object({ activity: z.array(z.object({ action: z.string(), timestamp: z.string() })) });

export const memberTagsAnswer = z.object({ tags: z.array(z.object({ name: z.string() })) });

export const segmentAnswer = z.object({ id: z.number(), name: z.string(), type: z.string() });
export const segmentsAnswer = z.object({ segments: z.array(segmentAnswer) });
export type Segment = z.infer<typeof segmentAnswer>;

const addressed = z.array(z.object({ email_address: z.string() })).default([]);
export const segmentChangeAnswer = z.object({ members_added: addressed, members_removed: addressed });

/** Who the key belongs to. */
export const accountAnswer = z.object({
  account_name: z.string(),
  role: z.string().default(''),
  pricing_plan_type: z.string().default(''),
  pro_enabled: z.boolean().default(false),
});
export type Account = z.infer<typeof accountAnswer>;

const flags = z.record(z.string(), z.boolean()).default({});
export const webhooksAnswer = z.object({
  webhooks: z.array(z.object({ id: z.string(), url: z.string(), events: flags, sources: flags })),
});
export type Webhook = z.infer<typeof webhooksAnswer>['webhooks'][number];

const rowErrorAnswer = z.object({
  email_address: z.string().default(''),
  error: z.string().default(''),
  error_code: z.string().default('ERROR_GENERIC'),
  /** Filled for faults of a merge field only, and sometimes not even then. */
  field: z.string().optional(),
  field_message: z.string().optional(),
});
export type RowError = z.infer<typeof rowErrorAnswer>;

/** HTTP 200 says nothing: every row is in exactly one of these lists. */
export const batchAnswer = z.object({
  new_members: z.array(memberAnswer),
  updated_members: z.array(memberAnswer),
  errors: z.array(rowErrorAnswer),
});
export type BatchAnswer = z.infer<typeof batchAnswer>;

/** Mailchimp's problem document. `type` is missing from some; CDN errors bring only parts. */
export const problemAnswer = z.object({
  title: z.string().min(1),
  detail: z.string().default(''),
  errors: z.array(z.object({ field: z.string().default(''), message: z.string().default('') })).default([]),
});
export type ProblemAnswer = z.infer<typeof problemAnswer>;
