import { z } from 'zod';

const text = z.string().min(1);
const action = z.strictObject({ type: z.enum(['openUrl', 'imBack']), title: text, value: text });
const hero = z.strictObject({
  contentType: z.literal('application/vnd.microsoft.card.hero'),
  content: z.strictObject({
    title: text.optional(),
    subtitle: text.optional(),
    text: text.optional(),
    images: z.array(z.strictObject({ url: z.url() })).optional(),
    tap: action.optional(),
    buttons: z.array(action).max(6),
  }),
});
const media = z.strictObject({ contentType: z.string().regex(/^\w+\/[\w.-]+$/), contentUrl: z.url() });

const message = z.strictObject({
  type: z.literal('message'),
  text: text.optional(),
  attachmentLayout: z.enum(['list', 'carousel']).optional(),
  attachments: z
    .array(z.union([hero, media]))
    .min(1)
    .max(10)
    .optional(),
  suggestedActions: z.strictObject({ to: z.array(text), actions: z.array(action).min(1).max(11) }).optional(),
});

/** Activities as the Bot Framework's protocol has them, as far as we fill them in. */
export const activitiesAnswer = z.array(message).max(10);
export const activityAnswer = z.union([message, z.strictObject({ type: z.literal('trace'), name: text, label: text })]);
