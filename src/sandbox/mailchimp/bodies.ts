import { z } from 'zod';
import { UnparsableBody } from '../emulator.js';
import { mergeFieldTypes, writableStatuses } from './account.js';
import { problems, type FieldProblem } from './problem.js';

const status = z.enum(writableStatuses);

const memberFields = {
  email_address: z.string().optional(),
  email_type: z.enum(['html', 'text']).optional(),
  merge_fields: z.record(z.string(), z.unknown()).optional(),
  interests: z.record(z.string(), z.boolean()).optional(),
  language: z.string().optional(),
  vip: z.boolean().optional(),
  ip_signup: z.union([z.ipv4(), z.ipv6(), z.literal('')]).optional(),
  timestamp_signup: z.string().optional(),
  ip_opt: z.union([z.ipv4(), z.ipv6(), z.literal('')]).optional(),
  timestamp_opt: z.string().optional(),
  tags: z.array(z.string()).optional(),
};

/** `POST /lists/{id}/members` */
export const addBody = z.object({ ...memberFields, email_address: z.string(), status });
/** `PUT` and `PATCH` of one member. */
export const writeBody = z.object({
  ...memberFields,
  status: status.optional(),
  status_if_new: status.optional(),
  marketing_permissions: z.array(z.object({ marketing_permission_id: z.string(), enabled: z.boolean() })).optional(),
});
export type WriteBody = z.infer<typeof writeBody>;

/** `POST /lists/{id}`: rows have no `status_if_new`. */
export const batchBody = z.object({
  members: z.array(z.object({ ...memberFields, email_address: z.string(), status })).max(500),
  update_existing: z.boolean().default(false),
  sync_tags: z.boolean().default(false),
});
export type BatchRow = z.infer<typeof batchBody>['members'][number];

/** What the tags route acts on; every other shape is answered 204 as well, and does nothing. */
export const tagsBody = z.object({
  tags: z.array(z.object({ name: z.string().min(1), status: z.enum(['active', 'inactive']) })),
  is_syncing: z.boolean().optional(),
});

/** @throws Problem `JSON Parse Exception`, or `Invalid Resource` that names every field as the live API does */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  if (body instanceof UnparsableBody) throw problems.unparsable();
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  throw problems.invalid(parsed.error.issues.map(fieldProblem));
}

/** `members.1.status` is `members.item:1.status` here. */
export function fieldProblem(issue: z.core.$ZodIssue): FieldProblem {
  const field = issue.path.map((part) => (typeof part === 'number' ? `item:${String(part)}` : String(part))).join('.');
  if (issue.code === 'invalid_value')
    return { field, message: `Data presented is not one of the accepted values: ${issue.values.join(', ')}` };
  if (issue.code === 'invalid_type')
    return { field, message: `Schema describes ${issue.expected}, something else found instead` };
  return { field, message: issue.message };
}

const fieldOptions = z.object({
  choices: z.array(z.string()).optional(),
  date_format: z.string().optional(),
  phone_format: z.enum(['none', 'US']).optional(),
  default_country: z.int().optional(),
  size: z.int().optional(),
});

/** `POST /lists/{id}/merge-fields`. A tag that is left out is made of the name, and any tag is cut at ten characters. */
export const mergeFieldBody = z.object({
  name: z.string().min(1),
  type: z.enum(mergeFieldTypes),
  tag: z.string().optional(),
  required: z.boolean().optional(),
  public: z.boolean().optional(),
  default_value: z.string().optional(),
  help_text: z.string().optional(),
  options: fieldOptions.optional(),
});
/** `PATCH`: the type can never be changed. */
export const mergeFieldChange = mergeFieldBody.omit({ type: true }).partial();
export const categoryBody = z.object({
  title: z.string().min(1),
  type: z.enum(['checkboxes', 'dropdown', 'radio', 'hidden']),
});
export const interestBody = z.object({ name: z.string().min(1) });
