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
});
export type Audience = z.infer<typeof audienceAnswer>;

const optionsAnswer = z.object({
  choices: z.array(z.string()).optional(),
  phone_format: z.string().optional(),
});

export const mergeFieldAnswer = z.object({
  tag: z.string(),
  name: z.string(),
  type: z.string(),
  required: z.boolean().default(false),
  options: optionsAnswer.default({}),
});
export type MergeField = z.infer<typeof mergeFieldAnswer>;

export const mergeFieldsAnswer = z.object({ merge_fields: z.array(mergeFieldAnswer) });

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
