import type { Member, WritableStatus } from './account.js';
import type { Audience } from './audience.js';
import { subscriberHash } from './audience.js';
import type { BatchRow, WriteBody } from './bodies.js';
import { checkedMergeFields } from './merge-fields.js';
import { mailchimpTime } from './present.js';
import { Problem, problems } from './problem.js';

export interface WriteOptions {
  readonly skipMergeValidation: boolean;
  readonly putRevivesArchived: boolean;
  /** The row's tags take the place of all the member had. */
  readonly replaceTags?: boolean;
}

/** `POST /members`: an archived contact returns with what it had, any other known address is refused. */
export function addMember(
  audience: Audience,
  body: WriteBody & { readonly email_address: string; readonly status: WritableStatus },
  options: WriteOptions,
): Member {
  const existing = audience.find(body.email_address);
  if (existing && existing.status !== 'archived') throw problems.memberExists(body.email_address);
  return write(audience, existing, body.email_address, body.status, body, options);
}

/**
 * `PUT /members/{key}`: creates or updates. The body's address decides, not the path: a path that fits nobody creates the
 * contact of the body's address, and complains when there is one already.
 */
export function putMember(audience: Audience, key: string, body: WriteBody, options: WriteOptions): Member {
  const existing = audience.find(key);
  if (existing) {
    const revived = existing.status === 'archived' && options.putRevivesArchived ? body.status_if_new : undefined;
    return write(audience, existing, existing.email_address, body.status ?? revived, body, options);
  }
  const email = body.email_address ?? (key.includes('@') ? key : undefined);
  if (email === undefined) throw problems.notFound();
  const status = body.status ?? body.status_if_new;
  if (status === undefined)
    throw problems.invalid([{ field: '', message: 'Required fields were not provided: status_if_new' }]);
  if (subscriberHash(email) !== key && audience.find(email)) throw problems.memberExists(email);
  return write(audience, undefined, email, status, body, options);
}

/** `PATCH /members/{key}`: never creates, and without a status never changes one. */
export function patchMember(audience: Audience, key: string, body: WriteBody, options: WriteOptions): Member {
  const existing = audience.find(key);
  if (!existing) throw problems.notFound();
  return write(audience, existing, existing.email_address, body.status, { ...body, tags: undefined }, options);
}

export interface RowError {
  readonly email_address: string;
  readonly error: string;
  readonly error_code: 'ERROR_CONTACT_EXISTS' | 'ERROR_GENERIC';
  readonly field: string;
  readonly field_message: string;
}

export type RowOutcome = { readonly created: Member } | { readonly updated: Member } | { readonly failed: RowError };

/** One row of `POST /lists/{id}`. A row's status reaches existing contacts too: there is no `status_if_new` here. */
export function batchRow(
  audience: Audience,
  row: BatchRow,
  flags: { readonly updateExisting: boolean; readonly syncTags: boolean; readonly skipMergeValidation: boolean },
): RowOutcome {
  const existing = audience.find(row.email_address);
  const isThere = existing !== undefined && existing.status !== 'archived';
  if (isThere && !flags.updateExisting) return { failed: rowError(row.email_address, alreadyThere(row), exists) };
  try {
    const options = { ...flags, putRevivesArchived: true, replaceTags: flags.syncTags && flags.updateExisting };
    const member = write(audience, existing, row.email_address, row.status, row, options);
    return isThere ? { updated: member } : { created: member };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { failed: rowError(row.email_address, error.detail, 'ERROR_GENERIC', error.errors[0]) };
  }
}

const exists = 'ERROR_CONTACT_EXISTS';

function alreadyThere(row: BatchRow): string {
  return `${row.email_address} is already a list member, do you want to update? please provide update_existing:true in the request body`;
}

function rowError(
  email: string,
  error: string,
  code: RowError['error_code'],
  fault?: { readonly field: string; readonly message: string },
): RowError {
  return {
    email_address: email,
    error,
    error_code: code,
    field: fault?.field ?? '',
    field_message: fault?.message ?? '',
  };
}

/** Merge fields, address and status are checked, in this order, before the member takes anything. */
function write(
  audience: Audience,
  existing: Member | undefined,
  email: string,
  status: WritableStatus | undefined,
  body: Omit<WriteBody, 'status' | 'status_if_new'>,
  options: WriteOptions,
): Member {
  const held = existing?.merge_fields ?? {};
  const fields = audience.settings.merge_fields;
  const { values, errors } = checkedMergeFields(fields, body.merge_fields ?? {}, held, options.skipMergeValidation);
  if (errors.length > 0) throw problems.mergeFields(errors);
  const member = existing ?? audience.create(email, status ?? 'subscribed');
  const change = (): void => {
    if (existing && body.email_address !== undefined) audience.rename(existing, body.email_address);
    if (existing && status !== undefined) audience.setStatus(existing, status);
    member.merge_fields = { ...held, ...values };
    keepChoices(audience, member, body);
    Object.assign(member, plainFields(body));
    if (options.replaceTags === true) member.tags = [];
    for (const tag of body.tags ?? []) audience.addTag(member, tag);
    audience.touch(member);
  };
  audience.changing(member, 'api', change, {}, existing === undefined);
  return member;
}

/** Groups and permissions that a write does not name keep their value; ids the audience does not have are dropped. */
function keepChoices(
  audience: Audience,
  member: Member,
  { interests, marketing_permissions }: Pick<WriteBody, 'interests' | 'marketing_permissions'>,
): void {
  const { interest_categories, permissions } = audience.settings;
  const ids = new Set(interest_categories.flatMap((category) => category.interests.map(({ id }) => id)));
  for (const [id, isIn] of Object.entries(interests ?? {})) if (ids.has(id)) member.interests[id] = isIn;
  for (const { marketing_permission_id: id, enabled } of marketing_permissions ?? [])
    if (permissions.some((permission) => permission.marketing_permission_id === id)) member.permissions[id] = enabled;
}

const plain = ['email_type', 'language', 'vip', 'ip_signup', 'timestamp_signup', 'ip_opt', 'timestamp_opt'] as const;

function plainFields(body: Partial<Record<(typeof plain)[number], unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    plain.flatMap((name) => (body[name] === undefined ? [] : [[name, stored(name, body[name])]])),
  );
}

/** Times come in any ISO 8601 form and are shown in one. */
function stored(name: (typeof plain)[number], value: unknown): unknown {
  if (!name.startsWith('timestamp') || typeof value !== 'string') return value;
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? '' : mailchimpTime(time);
}
