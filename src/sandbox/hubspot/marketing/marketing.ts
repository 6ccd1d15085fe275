import { z } from 'zod';

/** An e-mail somebody has written in HubSpot and that may be sent by the API. */
export const marketingEmailSchema = z.object({
  id: z.int(),
  name: z.string(),
  subject: z.string(),
  type: z.enum(['MARKETING_SINGLE_SEND_API', 'SINGLE_SEND_API']).default('SINGLE_SEND_API'),
  subscriptionId: z.int().nullable().default(null).describe('The subscription type a marketing e-mail belongs to'),
});
export type MarketingEmail = z.infer<typeof marketingEmailSchema>;

/** One single send: asked for, and what became of it. */
export const emailSendSchema = z.object({
  statusId: z.string(),
  emailId: z.int(),
  to: z.string(),
  sendId: z.string().nullable(),
  by: z.string().describe('The call, or the workflow, that asked for it'),
  requestedAt: z.iso.datetime(),
  completesAt: z.iso.datetime().describe('Until then its status is PENDING'),
  sendResult: z.string(),
  eventId: z.string(),
  customProperties: z.record(z.string(), z.unknown()).default({}),
});
export type EmailSend = z.infer<typeof emailSendSchema>;

/** @see https://legacydocs.hubspot.com/docs/methods/email/get_events */
export const emailEventSchema = z.object({
  id: z.string(),
  type: z.enum([
    'SENT',
    'DELIVERED',
    'OPEN',
    'CLICK',
    'BOUNCE',
    'DROPPED',
    'DEFERRED',
    'SPAMREPORT',
    'STATUSCHANGE',
    'UNBOUNCE',
    'PRINT',
    'FORWARD',
    'PROCESSED',
  ]),
  created: z.int().describe('Unix milliseconds'),
  recipient: z.string(),
  emailCampaignId: z.int(),
  url: z.string().optional(),
  subject: z.string().optional(),
});
export type EmailEvent = z.infer<typeof emailEventSchema>;

export const formSchema = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});

export const submissionSchema = z.object({
  formId: z.string(),
  conversionId: z.string(),
  submittedAt: z.int().describe('Unix milliseconds'),
  pageUrl: z.string(),
  values: z.array(z.object({ name: z.string(), value: z.string(), objectTypeId: z.string().default('0-1') })),
});
export type Submission = z.infer<typeof submissionSchema>;
