import { z } from 'zod';
import type { Origin } from '../happening.js';

/** One value a property has had. */
const pastValueSchema = z.object({
  value: z.string(),
  timestamp: z.iso.datetime(),
  sourceType: z.string(),
  sourceId: z.string().optional(),
});
export type PastValue = z.infer<typeof pastValueSchema>;

export const recordSchema = z.object({
  id: z.string().regex(/^\d+$/),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  archived: z.boolean().default(false),
  properties: z.record(z.string(), z.string()).describe('Stored values; an empty property is missing'),
  history: z
    .record(z.string(), z.array(pastValueSchema))
    .default({})
    .describe('What each property has been, newest first; left out: it has always been so'),
  createdBy: z
    .object({ changeSource: z.string(), sourceId: z.string() })
    .default({ changeSource: 'CRM_UI', sourceId: '' })
    .describe('Who set the values that have no history'),
  mergedIds: z.array(z.string()).default([]).describe('Ids of records that were merged into this one'),
});
export type CrmRecord = z.infer<typeof recordSchema>;

/** HubSpot keeps more; nobody looks further back in a rehearsal. */
const keptValues = 50;

/** What a property has been, newest first. */
export function pastValues(record: CrmRecord, name: string): readonly PastValue[] {
  const known = record.history[name];
  if (known !== undefined) return known;
  const value = record.properties[name];
  return value === undefined ? [] : [pastValue(value, record.createdAt, record.createdBy)];
}

function pastValue(value: string, timestamp: string, { changeSource, sourceId }: Origin): PastValue {
  return { value, timestamp, sourceType: changeSource, ...(sourceId === '' ? {} : { sourceId }) };
}

/** The value a property had at a moment (ISO 8601); '' when it was empty. */
export function valueAt(record: CrmRecord, name: string, at: string): string {
  if (record.updatedAt <= at) return record.properties[name] ?? '';
  return pastValues(record, name).find(({ timestamp }) => timestamp <= at)?.value ?? '';
}

/** The history with one more value in front. */
export function withPastValue(record: CrmRecord, name: string, value: string, at: string, origin: Origin): PastValue[] {
  return [pastValue(value, at, origin), ...pastValues(record, name)].slice(0, keptValues);
}
