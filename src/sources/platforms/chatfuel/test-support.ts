import { z } from 'zod';

const text = z.string().min(1);
const button = z.union([
  z.strictObject({ type: z.literal('web_url'), title: text, url: z.url() }),
  z.strictObject({ type: z.literal('show_block'), title: text, block_names: z.array(text).min(1) }),
]);
const buttons = z.array(button).min(1).max(3);
const payload = z.union([
  z.strictObject({ template_type: z.literal('button'), text: text.max(640), buttons }),
  z.strictObject({
    template_type: z.literal('generic'),
    image_aspect_ratio: z.enum(['horizontal', 'square']).optional(),
    elements: z
      .array(
        z.strictObject({
          title: text.max(80),
          subtitle: text.max(80).optional(),
          image_url: z.url().optional(),
          item_url: z.url().optional(),
          buttons: buttons.optional(),
        }),
      )
      .min(1)
      .max(10),
  }),
]);
const quick_replies = z
  .array(z.strictObject({ title: text, block_names: z.array(text).min(1).optional() }))
  .min(1)
  .max(11)
  .optional();
const message = z.union([
  z.strictObject({ text, quick_replies }),
  z.strictObject({
    attachment: z.union([
      z.strictObject({
        type: z.enum(['image', 'video', 'audio', 'file']),
        payload: z.strictObject({ url: z.url() }),
      }),
      z.strictObject({ type: z.literal('template'), payload }),
    ]),
    quick_replies,
  }),
]);

/** What Chatfuel's JSON API takes, from its documentation and examples. An empty object is valid. */
export const chatfuelAnswer = z.strictObject({
  set_attributes: z.record(text, z.union([z.string(), z.number(), z.boolean()])).optional(),
  messages: z.array(message).min(1).max(10).optional(),
  redirect_to_blocks: z.array(text).min(1).optional(),
});
