import type { Purpose } from '../../consent/consent.js';
import type { OutgoingRecord } from '../destination.js';
import type { PersonKind } from './person-kind.js';
import type { OptOutBox } from './row-plan.js';
import type { SalesforceSettings } from './settings.js';

const purposesOfDoNotCall = {
  nothing: [],
  sms: ['sms'],
  whatsapp: ['whatsapp'],
  sms_and_whatsapp: ['sms', 'whatsapp'],
} as const satisfies Record<SalesforceSettings['doNotCallMeans'], readonly Purpose[]>;

/** The boxes of this kind of record that stand for a consent: "Email Opt Out", and "Do Not Call" as the settings say. */
export const optOutBoxes = (kind: PersonKind, { doNotCallMeans }: SalesforceSettings): readonly OptOutBox[] => [
  { field: kind.emailOptOut, purpose: 'email' },
  ...purposesOfDoNotCall[doNotCallMeans].map((purpose) => ({ field: kind.doNotCall, purpose })),
];

/**
 * By which a tick is known, whoever tells of it.
 * @param since to the second; null: nobody knows when the box was ticked, so that it is ticked counts once
 */
export function optOutKey({ field, purpose }: OptOutBox, recordId: string, since: Date | null): string {
  const at = since === null ? '' : `:${since.toISOString().slice(0, 19)}`;
  return `opted_out:${field}:${purpose}:${recordId}${at}`;
}

/**
 * A withdrawal ticks its box, once. Nothing here ever unticks one: it may have been ticked in Salesforce, and an
 * opt-in at a chatbot is no proof against that.
 */
export const boxesToTick = ({ consents }: OutgoingRecord, boxes: readonly OptOutBox[]): readonly string[] => [
  ...new Set(boxes.filter(({ purpose }) => consents[purpose]?.status === 'revoked').map(({ field }) => field)),
];
