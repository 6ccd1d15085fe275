import { z } from 'zod';

const choice = { caption: z.string().min(1) };
const button = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('url'), url: z.url(), ...choice }),
  z.strictObject({ type: z.enum(['node', 'flow']), target: z.string().min(1), ...choice }),
]);
const buttons = z.array(button).min(1).max(3).optional();
const action = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('set_field_value'),
    field_name: z.string(),
    value: z.union([z.string(), z.number(), z.boolean()]),
  }),
  z.strictObject({ action: z.enum(['add_tag', 'remove_tag']), tag_name: z.string().min(1) }),
]);
const text = z.strictObject({ type: z.literal('text'), text: z.string().min(1), buttons });
const media = (...types: string[]) => z.strictObject({ type: z.enum(types), url: z.url() });
const cards = z.strictObject({
  type: z.literal('cards'),
  image_aspect_ratio: z.enum(['horizontal', 'square']).optional(),
  elements: z
    .array(
      z.strictObject({
        title: z.string().min(1),
        subtitle: z.string().optional(),
        image_url: z.url().optional(),
        action_url: z.url().optional(),
        buttons,
      }),
    )
    .min(1)
    .max(10),
});

/** What ManyChat accepts on a channel, from its documentation. */
const block = (type: string | undefined, message: z.ZodType, quickReplies: number) =>
  z.strictObject({
    version: z.literal('v2'),
    content: z.strictObject({
      ...(type === undefined ? {} : { type: z.literal(type) }),
      messages: z.array(message).max(10),
      actions: z.array(action).max(5),
      quick_replies: z.array(button).max(quickReplies),
    }),
  });
export const blocks = {
  messenger: block(undefined, z.union([text, media('image', 'video', 'audio', 'file'), cards]), 11),
  instagram: block('instagram', z.union([text, media('image'), cards]), 11),
  whatsapp: block('whatsapp', text, 0),
  telegram: block('telegram', z.union([text, media('image', 'video', 'audio', 'file')]), 0),
  sms: block(undefined, text, 0),
};
