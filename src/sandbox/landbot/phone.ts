import { z } from 'zod';
import type { PhoneContact, PhonePart } from '../phone-page.js';
import type { Customer } from './account.js';

const text = z.object({ message: z.string() });
const image = z.object({ url: z.string(), caption: z.string().optional() });
const template = z.object({
  template_id: z.union([z.string(), z.number()]),
  template_language: z.string().default(''),
  template_params: z.array(z.string()).default([]),
});
const bot = z.object({ bot: z.string(), node: z.string().optional() });

/** What each customer would have seen. */
export const phoneOf = ({ id, fields, received }: Customer): PhoneContact => ({
  id,
  name: String(fields.name ?? ''),
  messages: received.map(({ at, how, content }) => ({ at, how: titles[how] ?? how, parts: partsOf(how, content) })),
});

const titles: Readonly<Record<string, string>> = {
  text: 'send_text',
  image: 'send_image',
  template: 'send_template',
  bot: 'assign_bot',
};

const readers: Readonly<Record<string, (content: unknown) => PhonePart[]>> = {
  text: (content) => [{ as: 'text', text: text.parse(content).message }],
  image: (content) => {
    const { url, caption } = image.parse(content);
    return [
      { as: 'media', type: 'image', url },
      ...(caption === undefined ? [] : [{ as: 'text', text: caption } as const]),
    ];
  },
  template: (content) => {
    const { template_id: id, template_language: language, template_params: params } = template.parse(content);
    const filled = params.length === 0 ? '' : ` with ${params.map((param) => `“${param}”`).join(', ')}`;
    return [{ as: 'text', text: `Template ${String(id)} (${language})${filled}` }];
  },
  bot: (content) => {
    const { bot: number, node } = bot.parse(content);
    return [{ as: 'step', text: `The bot ${number} takes over${node === undefined ? '' : ` at the block ${node}`}.` }];
  },
};

/** What does not have the shape we know is shown as it came. */
function partsOf(how: string, content: unknown): PhonePart[] {
  try {
    const parts = readers[how]?.(content);
    if (parts !== undefined) return parts;
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
  }
  return [{ as: 'step', text: JSON.stringify(content) }];
}
