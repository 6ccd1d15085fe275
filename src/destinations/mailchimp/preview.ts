import { z } from 'zod';
import type { Json, OutgoingRecord, RecordPreview } from '../destination.js';
import type { Member } from './answers.js';
import type { MailchimpClient } from './client.js';
import { nextStep, noConsent, type Reason } from './consent-policy.js';
import { memberBody, toContactWrite, type ContactWrite } from './contact-write.js';
import type { FieldCatalogs } from './field-catalog.js';
import { grantIsNewer, toJob, type Job } from './job.js';
import { laneOf } from './lanes.js';
import { reasonFor } from './one-by-one.js';
import type { MailchimpSettings } from './settings.js';
import { Withdrawals } from './withdrawals.js';

interface Tools {
  readonly settings: MailchimpSettings;
  readonly client: Pick<MailchimpClient, 'member'>;
  readonly fields: FieldCatalogs;
  readonly statusOfGrant: () => Promise<'subscribed' | 'pending'>;
}

/** What an upsert of these records would do now. Each costs one read, as the contact's status decides. */
export async function previewRecords(
  tools: Tools,
  records: readonly OutgoingRecord[],
): Promise<readonly RecordPreview[]> {
  const catalog = await tools.fields.covering(records.map(({ fields }) => fields));
  return Promise.all(
    records.map(async (record) => {
      const job = toJob(record);
      return previewOf(tools, job, toContactWrite(catalog, record.fields));
    }),
  );
}

async function previewOf(tools: Tools, job: Job, write: ContactWrite): Promise<RecordPreview> {
  const lane = laneOf(job, tools.settings, new Withdrawals());
  if (lane === 'withhold') return without(job, noConsent);
  const from = lane === 'rename' ? (job.memo?.email ?? job.email) : job.email;
  const member =
    (await tools.client.member(from)) ?? (from === job.email ? null : await tools.client.member(job.email));
  if (lane === 'withdraw') return withdrawal(job, member);
  if (!/^[^\s@]+@[^\s@]+$/.test(job.email)) return refusal(job, `"${job.email}" is not an e-mail address`);
  const isNewer = member !== null && grantIsNewer(job, member);
  const step = nextStep(job.decision?.status === 'granted', member?.status ?? 'absent', isNewer);
  if (step === 'withhold' && member !== null) return { ...without(job, reasonFor(member.status)), remoteId: member.id };
  const granted = job.decision === null ? 'transactional' : await tools.statusOfGrant();
  const status = { create: { status_if_new: granted }, subscribe: { status: granted }, update: {}, withhold: {} }[step];
  const { tags } = job.record;
  const body = { email_address: job.email, ...status, ...memberBody(write), ...(tags.length === 0 ? {} : { tags }) };
  const payload = asJson(body);
  const differences = member === null ? [] : differencesOf(member, job, write, status);
  const isNews = member === null || differences.length > 0;
  return {
    profileId: job.record.profileId,
    remoteId: member?.id ?? null,
    action: member === null ? 'create' : isNews ? 'update' : 'nothing',
    reason: null,
    payload,
    differences,
    dropped: write.dropped,
  };
}

const nothing = { payload: null, differences: [], dropped: [] } as const;

const without = ({ record: { profileId } }: Job, { message }: Reason): RecordPreview => ({
  ...nothing,
  profileId,
  remoteId: null,
  action: 'withhold',
  reason: message,
});

const refusal = ({ record: { profileId } }: Job, reason: string): RecordPreview => ({
  ...nothing,
  profileId,
  remoteId: null,
  action: 'refuse',
  reason,
});

function withdrawal(job: Job, member: Member | null): RecordPreview {
  if (member === null) return without(job, noConsent);
  const isDone = member.status === 'unsubscribed' || member.status === 'cleaned';
  return {
    ...nothing,
    profileId: job.record.profileId,
    remoteId: member.id,
    action: isDone ? 'nothing' : 'update',
    reason: null,
    payload: isDone ? null : { status: 'unsubscribed' },
    differences: isDone ? [] : [{ field: 'status', holds: member.status, wants: 'unsubscribed' }],
  };
}

type Difference = RecordPreview['differences'][number];

function differencesOf(
  member: Member,
  { email, record }: Job,
  write: ContactWrite,
  { status }: { readonly status?: string },
): readonly Difference[] {
  const held = new Set(member.tags.map(({ name }) => name.toLowerCase()));
  const permissions = new Map(member.marketing_permissions.map((one) => [one.marketing_permission_id, one.enabled]));
  const all: readonly (readonly [string, unknown, unknown])[] = [
    ['email_address', member.email_address.toLowerCase(), email],
    ['status', member.status, status ?? member.status],
    ...Object.entries(write.values).map(([tag, value]) => [tag, member.merge_fields[tag] ?? '', value] as const),
    ...Object.entries(write.interests).map(
      ([id, isIn]) => [`interests.${id}`, member.interests[id] ?? false, isIn] as const,
    ),
    ...Object.entries(write.permissions).map(
      ([id, on]) => [`marketing_permissions.${id}`, permissions.get(id) ?? false, on] as const,
    ),
    ['language', member.language, write.own.language ?? member.language],
    ['vip', member.vip, write.own.vip ?? member.vip],
    ...record.tags.map((tag) => [`tag ${tag}`, held.has(tag.toLowerCase()), true] as const),
    ...record.tagsToRemove.map((tag) => [`tag ${tag}`, held.has(tag.toLowerCase()), false] as const),
  ];
  return all
    .filter(([, holds, wants]) => JSON.stringify(holds) !== JSON.stringify(wants))
    .map(([field, holds, wants]) => ({ field, holds: asJson(holds), wants: asJson(wants) }));
}

/** Through JSON, as it would go over the wire. */
const asJson = (value: unknown): Json => z.json().parse(JSON.parse(JSON.stringify(value)));
