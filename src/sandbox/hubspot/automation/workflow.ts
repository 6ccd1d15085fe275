import { z } from 'zod';

export const workflowSchema = z.object({
  flowId: z.string().regex(/^\d+$/).describe('The id in automation v4'),
  workflowId: z.int().describe('The id in the legacy calls'),
  name: z.string(),
  isEnabled: z.boolean().default(true),
  trigger: z
    .discriminatedUnion('on', [
      z.strictObject({ on: z.literal('list'), listId: z.string() }),
      z.strictObject({ on: z.literal('event'), eventName: z.string() }),
      z.strictObject({ on: z.literal('manual') }),
    ])
    .default({ on: 'manual' }),
  reEnrolment: z.boolean().default(false).describe('May the same person come in a second time?'),
  sets: z.record(z.string(), z.string()).default({}).describe('Contact properties it sets at once'),
  sendsEmailId: z.int().nullable().default(null).describe('An e-mail it sends at once'),
  createdAt: z.iso.datetime().default('2026-01-05T08:00:00.000Z'),
  updatedAt: z.iso.datetime().default('2026-01-05T08:00:00.000Z'),
});
export type Workflow = z.infer<typeof workflowSchema>;

export const enrolmentSchema = z.object({
  flowId: z.string(),
  contactId: z.string(),
  at: z.iso.datetime(),
  because: z.string().describe('For people: the list, the event or the call'),
  endedAt: z.iso.datetime().nullable().default(null).describe('Taken out by the legacy call'),
});
export type Enrolment = z.infer<typeof enrolmentSchema>;
