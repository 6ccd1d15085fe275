import { z } from 'zod';
import { mediaTypes } from './rendered-content.js';
import { templateProblem } from './template.js';

const mostMessages = 20;
const mostButtons = 13;
const mostCards = 10;
const mostTags = 20;

const template = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .superRefine((text, context) => {
      const problem = templateProblem(text);
      if (problem !== null) context.addIssue({ code: 'custom', message: problem });
    });

const button = z
  .strictObject({
    title: template(200).describe('What stands on it'),
    url: template(2_000).optional().describe('The page it opens'),
    goTo: template(255).optional().describe('The step, flow, block or intent it leads to, as the platform calls it'),
  })
  .refine(({ url, goTo }) => url === undefined || goTo === undefined, 'has either url or goTo, not both');

const card = z.strictObject({
  title: template(200),
  subtitle: template(400).optional(),
  image: template(2_000).optional(),
  url: template(2_000).optional(),
  buttons: z.array(button).max(mostButtons).default([]),
});

const message = z.union(
  [
    z.strictObject({ text: template(4_000), buttons: z.array(button).max(mostButtons).default([]) }),
    z.strictObject({ media: z.enum(mediaTypes), url: template(2_000) }),
    z.strictObject({ cards: z.array(card).min(1).max(mostCards) }),
  ],
  { error: `must be { text, buttons }, { media: ${mediaTypes.join(' or ')}, url } or { cards }` },
);

/** What a content template says; every text is a template. */
export const contentDefinition = z.strictObject({
  messages: z.array(message).max(mostMessages).default([]),
  quickReplies: z.array(button).max(mostButtons).default([]),
  fields: z
    .record(z.string().min(1).max(128), template(2_000))
    .default({})
    .describe('Field at the platform → what it is set to; {{budget}} alone keeps the number'),
  addTags: z.array(template(255)).max(mostTags).default([]),
  removeTags: z.array(template(255)).max(mostTags).default([]),
  goTo: template(255).optional().describe('Where the conversation goes on'),
});
export type ContentDefinition = z.output<typeof contentDefinition>;

/** The moment that stands for every event without a template of its own. */
export const anyMoment = '*';

/** A content template as a person describes it, in a file or through the API. */
export const contentInput = z.strictObject({
  key: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens, for example welcome-vip'),
  source: z.string().min(1).max(63).describe('Key of the source whose people get it'),
  title: z.string().min(1).max(200),
  moment: z
    .string()
    .regex(/^(?:\*|[\p{L}_][\w\p{L}\p{M}\p{N}.:-]{0,63})$/u, 'must be the name of an event, or * for every event')
    .default(anyMoment)
    .describe('Name of the event that it answers'),
  segment: z
    .string()
    .min(1)
    .max(128)
    .nullable()
    .default(null)
    .describe('Only for who is in this segment; empty: for everybody'),
  priority: z.int().min(-1_000).max(1_000).default(0).describe('Of several that fit, the highest counts'),
  enabled: z.boolean().default(true),
  content: contentDefinition,
});
export type ContentInput = z.output<typeof contentInput>;

/** All templates in a definition, for who looks through them. */
export function templatesIn(definition: ContentDefinition): string[] {
  const found: string[] = [];
  collect(definition, found);
  return found;
}

function collect(value: unknown, found: string[]): void {
  if (typeof value === 'string') found.push(value);
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) collect(inner, found);
}
