import { z } from 'zod';
import type { PhoneContact } from '../phone-page.js';
import type { PageState, Received } from './page-state.js';

const block = z.object({
  content: z.object({
    messages: z.array(z.looseObject({ type: z.string(), text: z.string().optional(), url: z.string().optional() })),
  }),
});

/** What each contact would have seen. */
export const phoneContacts = ({ subscribers }: PageState): PhoneContact[] =>
  subscribers.map(({ id, first_name: first, last_name: last, received }) => ({
    id,
    name: `${first} ${last}`.trim(),
    messages: received.map(({ at, how, content }) => ({ at, how, lines: linesOf(how, content) })),
  }));

function linesOf(how: Received['how'], content: Received['content']): string[] {
  if (how === 'flow') return [`▶ flow “${typeof content === 'string' ? content : ''}”`];
  const read = block.safeParse(content);
  if (!read.success) return [JSON.stringify(content)];
  return read.data.content.messages.map(({ type, text, url }) => text ?? `[${type}] ${url ?? ''}`);
}
