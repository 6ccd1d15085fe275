import { z } from 'zod';

const flowInput = z.strictObject({
  name: z.string(),
  type: z.enum(['STRING', 'NUMBER', 'BOOLEAN', 'DATE', 'DATETIME', 'SOBJECT']).default('STRING'),
  required: z.boolean().default(false),
});

/** An autolaunched flow that an admin has built. */
export const flow = z.strictObject({
  name: z.string(),
  label: z.string().default(''),
  active: z.boolean().default(true),
  inputs: z.array(flowInput).default([]),
  /** What it gives back. */
  outputs: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  /** The fault it ends with; null: it runs through. */
  fails: z.string().nullable().default(null),
});
export type Flow = z.infer<typeof flow>;

/** One run of a flow. */
export const flowInterview = z.strictObject({
  guid: z.string(),
  flow: z.string(),
  inputs: z.record(z.string(), z.unknown()),
  succeeded: z.boolean(),
  at: z.iso.datetime(),
});

/** An e-mail that Salesforce would have sent. */
export const sentEmail = z.strictObject({
  at: z.iso.datetime(),
  to: z.array(z.string()),
  subject: z.string(),
  body: z.string(),
  sender: z.string(),
  templateId: z.string().nullable(),
});

export const freshFlows = (): Flow[] => [
  flow.parse({
    name: 'Bot_Segment_Entered',
    label: 'Bot segment entered',
    inputs: [{ name: 'contactId', required: true }, { name: 'segment' }, { name: 'profileId' }],
    outputs: { result: 'ok' },
  }),
];
