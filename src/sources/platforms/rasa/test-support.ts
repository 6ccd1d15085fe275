import { z } from 'zod';

const text = z.string().min(1);
const buttons = z
  .array(z.strictObject({ title: text, payload: text }))
  .min(1)
  .max(11)
  .optional();

/** What an action server answers, from Rasa's documentation of it. */
export const rasaAnswer = z.strictObject({
  events: z.array(
    z.union([
      z.strictObject({
        event: z.literal('slot'),
        timestamp: z.null(),
        name: text,
        value: z.union([z.string(), z.number(), z.boolean()]),
      }),
      z.strictObject({ event: z.literal('followup'), timestamp: z.null(), name: text }),
    ]),
  ),
  responses: z
    .array(
      z
        .strictObject({ text: text.optional(), image: z.url().optional(), buttons })
        .refine((response) => response.text !== undefined || response.image !== undefined),
    )
    .max(10),
});
