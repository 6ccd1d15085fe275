import { z } from 'zod';
import { memberStatuses, type Member } from './account.js';

const flag = z
  .string()
  .optional()
  .transform((value) => value === 'true');

const paging = {
  fields: z.string().optional(),
  count: z.coerce.number().int().min(0).max(1_000).default(10),
  offset: z.coerce.number().int().min(0).default(0),
};

export const pageQuery = z.object(paging);
export const writeQuery = z.object({ skip_merge_validation: flag, skip_duplicate_check: flag });
export const tagQuery = z.object({ name: z.string().default('') });
export const membersQuery = z.object({
  ...paging,
  status: z.enum(memberStatuses).optional(),
  since_last_changed: z.string().optional(),
  before_last_changed: z.string().optional(),
  unique_email_id: z.string().optional(),
  sort_field: z.enum(['timestamp_opt', 'timestamp_signup', 'last_changed']).optional(),
  sort_dir: z.enum(['ASC', 'DESC']).default('ASC'),
});
export type MembersQuery = z.infer<typeof membersQuery>;

/** The members a listing shows, all pages. Archived ones only when asked for by status. */
export function listed(members: readonly Member[], query: MembersQuery): Member[] {
  const since = query.since_last_changed === undefined ? -Infinity : Date.parse(query.since_last_changed);
  const before = query.before_last_changed === undefined ? Infinity : Date.parse(query.before_last_changed);
  const matching = members.filter((member) => {
    const changed = Date.parse(member.last_changed);
    return (
      (query.status === undefined ? member.status !== 'archived' : member.status === query.status) &&
      (query.unique_email_id === undefined || member.unique_email_id === query.unique_email_id) &&
      changed >= since &&
      changed <= before
    );
  });
  const { sort_field: field } = query;
  if (field === undefined) return matching;
  const direction = query.sort_dir === 'ASC' ? 1 : -1;
  return matching.sort((a, b) => direction * a[field].localeCompare(b[field]));
}
