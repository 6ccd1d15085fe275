import { z } from 'zod';
import type { PhoneContact, PhonePart } from '../phone-page.js';
import type { PageState, Received } from './page-state.js';

const choice = z.object({ caption: z.string(), url: z.string().optional(), target: z.string().optional() });
const buttons = z.array(choice).default([]);
const card = z.object({
  title: z.string(),
  subtitle: z.string().nullable().default(null),
  image_url: z.string().nullable().default(null),
  buttons,
});
const message = z.object({
  type: z.string(),
  text: z.string().optional(),
  url: z.string().optional(),
  elements: z.array(card).default([]),
  buttons,
});
/** A Dynamic Block, as far as a person sees it. */
const block = z.object({
  content: z.object({ type: z.string().default('messenger'), messages: z.array(message), quick_replies: buttons }),
});

/** What each contact would have seen. */
export const phoneContacts = ({ subscribers }: PageState): PhoneContact[] =>
  subscribers.map(({ id, first_name: first, last_name: last, received }) => ({
    id,
    name: `${first} ${last}`.trim(),
    messages: received.map((each) => ({ at: each.at, ...seen(each) })),
  }));

function seen({ how, content, messageTag }: Received): { how: string; parts: PhonePart[] } {
  if (how === 'flow') {
    const name = typeof content === 'string' ? content : '';
    return { how: 'sendFlow', parts: [{ as: 'step', text: `The flow “${name}” begins.` }] };
  }
  const read = block.safeParse(content);
  if (!read.success) return { how: 'sendContent', parts: [{ as: 'step', text: JSON.stringify(content) }] };
  const { type, messages, quick_replies: replies } = read.data.content;
  const tag = messageTag === null ? '' : `, ${messageTag}`;
  return { how: `sendContent on ${type}${tag}`, parts: [...messages.flatMap(partsOf), ...replies.map(choicePart)] };
}

function partsOf({ type, text, url, elements, buttons: choices }: z.output<typeof message>): PhonePart[] {
  const said: PhonePart = text === undefined ? { as: 'media', type, url: url ?? '' } : { as: 'text', text };
  const cards = elements.flatMap(({ title, subtitle, image_url: image, buttons: own }): PhonePart[] => [
    { as: 'card', title, subtitle, image },
    ...own.map(choicePart),
  ]);
  return [...(type === 'cards' ? cards : [said]), ...choices.map(choicePart)];
}

const choicePart = ({ caption, url, target }: z.output<typeof choice>): PhonePart => ({
  as: 'choice',
  title: caption,
  leadsTo: url ?? target ?? 'nowhere',
});
