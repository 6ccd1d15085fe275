import { z } from 'zod';
import { purposes } from '../consent/consent.js';
import type { RemoteFact } from '../destinations/remote-fact.js';
import { attributeTypes } from '../profiles/attribute.js';

const value = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);
const typed = z.object({ type: z.enum(attributeTypes), value });

const moment = z.iso.datetime().transform((text) => new Date(text));

const common = {
  about: z.object({
    object: z.string(),
    remoteId: z.string().nullable(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
  }),
  occurredAt: moment.nullable(),
  dedupeKey: z.string(),
  own: z.boolean(),
};

/** A fact as it is kept with its event: JSON, as `JSON.stringify` writes it. */
const keptFact: z.ZodType<RemoteFact> = z.discriminatedUnion('kind', [
  z.object({
    ...common,
    kind: z.literal('record_changed'),
    created: z.boolean(),
    fields: z.record(z.string(), typed.nullable()),
    readAt: moment.exactOptional(),
  }),
  z.object({ ...common, kind: z.literal('record_gone'), erased: z.boolean() }),
  z.object({
    ...common,
    kind: z.literal('record_merged'),
    mergedIds: z.array(z.string()),
    mergedObject: z.string().optional(),
  }),
  z.object({
    ...common,
    kind: z.literal('consent_said'),
    purpose: z.enum(purposes),
    status: z.enum(['granted', 'revoked']),
    evidence: z.string(),
  }),
  z.object({
    ...common,
    kind: z.literal('activity'),
    name: z.string(),
    properties: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  }),
  z.object({
    ...common,
    kind: z.literal('derived'),
    attributes: z.array(typed.extend({ key: z.string(), label: z.string() })),
  }),
]);

/** @throws ZodError when it is no fact */
export const readKeptFact = (raw: string): RemoteFact => keptFact.parse(JSON.parse(raw));
