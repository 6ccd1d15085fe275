import { z } from 'zod';

const text = z.string().min(1);
const richItem = z.union([
  z.strictObject({ type: z.literal('description'), text: z.array(text).min(1) }),
  z.strictObject({ type: z.literal('image'), rawUrl: z.url(), accessibilityText: z.string() }),
  z.strictObject({
    type: z.literal('info'),
    title: text,
    subtitle: text.optional(),
    actionLink: z.url().optional(),
  }),
  z.strictObject({
    type: z.literal('button'),
    text,
    link: z.url().optional(),
    event: z.strictObject({ event: text }).optional(),
  }),
  z.strictObject({
    type: z.literal('chips'),
    options: z
      .array(z.strictObject({ text, anchor: z.strictObject({ href: z.url() }).optional() }))
      .min(1)
      .max(11),
  }),
]);

/** A WebhookResponse as googleapis/google/cloud/dialogflow/cx/v3/webhook.proto has it, as far as we fill it in. */
export const cxAnswer = z
  .strictObject({
    fulfillmentResponse: z
      .strictObject({
        messages: z
          .array(
            z.union([
              z.strictObject({ text: z.strictObject({ text: z.array(text).min(1) }) }),
              z.strictObject({ payload: z.strictObject({ richContent: z.array(z.array(richItem).min(1)).min(1) }) }),
            ]),
          )
          .min(1),
        mergeBehavior: z.enum(['APPEND', 'REPLACE']),
      })
      .optional(),
    sessionInfo: z
      .strictObject({ parameters: z.record(text, z.union([z.string(), z.number(), z.boolean()])) })
      .optional(),
    targetPage: text.optional(),
    targetFlow: text.optional(),
  })
  .refine((body) => Buffer.byteLength(JSON.stringify(body)) <= 64 * 1024, 'is larger than 64 KiB');
