import { z } from 'zod';

const text = z.string().min(1);
const card = z.strictObject({
  title: text,
  subtitle: text.optional(),
  imageUri: z.url().optional(),
  buttons: z.array(z.strictObject({ text, postback: text })).max(3),
});

/** A WebhookResponse as googleapis/google/cloud/dialogflow/v2/webhook.proto has it, as far as we fill it in. */
export const esAnswer = z
  .strictObject({
    fulfillmentMessages: z
      .array(
        z.union([
          z.strictObject({ text: z.strictObject({ text: z.array(text).min(1) }) }),
          z.strictObject({ image: z.strictObject({ imageUri: z.url() }) }),
          z.strictObject({ card }),
          z.strictObject({ quickReplies: z.strictObject({ quickReplies: z.array(text).min(1).max(11) }) }),
        ]),
      )
      .min(1)
      .optional(),
    outputContexts: z
      .array(
        z.strictObject({
          name: z.string().regex(/^projects\/.+\/sessions\/[^/]+\/contexts\/[\w-]+$/),
          lifespanCount: z.int().positive(),
          parameters: z.record(z.string(), z.json()).optional(),
        }),
      )
      .optional(),
    followupEventInput: z.strictObject({ name: text, languageCode: text }).optional(),
  })
  .refine((body) => Buffer.byteLength(JSON.stringify(body)) <= 64 * 1024, 'is larger than 64 KiB');
