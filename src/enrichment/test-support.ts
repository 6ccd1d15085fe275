import type { Activity, ConsentSaid, RecordChanged, RecordGone, RecordMerged } from '../destinations/remote-fact.js';

const ada = { object: 'people', remoteId: '1', email: 'ada@example.com', phone: null } as const;
let count = 0;
/** What most tests do not care for; each fact is another one. */
const plain = () => ({ about: ada, occurredAt: null, dedupeKey: `fact-${String((count += 1))}`, own: false }) as const;

export const recordChanged = (fields: RecordChanged['fields'], more: Partial<RecordChanged> = {}): RecordChanged => ({
  ...plain(),
  kind: 'record_changed',
  created: false,
  fields,
  ...more,
});

export const consentSaid = (
  status: ConsentSaid['status'],
  occurredAt: Date | null,
  more: Partial<ConsentSaid> = {},
): ConsentSaid => ({
  ...plain(),
  kind: 'consent_said',
  purpose: 'email',
  evidence: `said: ${status}`,
  status,
  occurredAt,
  ...more,
});

export const activity = (name: string, more: Partial<Activity> = {}): Activity => ({
  ...plain(),
  kind: 'activity',
  name,
  properties: {},
  ...more,
});

export const recordGone = (more: Partial<RecordGone> = {}): RecordGone => ({
  ...plain(),
  kind: 'record_gone',
  erased: false,
  ...more,
});

export const recordMerged = (mergedIds: readonly string[], more: Partial<RecordMerged> = {}): RecordMerged => ({
  ...plain(),
  kind: 'record_merged',
  mergedIds,
  ...more,
});

export const about = (remoteId: string | null, email: string | null = null, phone: string | null = null) => ({
  object: 'people',
  remoteId,
  email,
  phone,
});
