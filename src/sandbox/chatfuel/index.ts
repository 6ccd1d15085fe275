import { z } from 'zod';
import type { Emulator, SandboxWorld } from '../emulator.js';
import { type PhoneContact, phonePath, phones, renderPhonePage } from '../phone-page.js';
import { botSchema, freshBot, type User } from './bot.js';
import { broadcast } from './broadcast.js';

export { sandboxBot } from './bot.js';

const params = z.object({ bot: z.string(), user: z.string() });
const querySchema = z.record(z.string(), z.string()).catch({});
const phoneQuery = z.object({ contact: z.string().optional() });
const callsPerSecond = 25;

/** Chatfuel's Broadcasting API in miniature: one bot with its blocks and users. */
export function createChatfuelEmulator({ clock }: SandboxWorld): Emulator {
  let bot = freshBot();
  let limited = false;
  let recent: number[] = [];
  const tooFast = (): boolean => {
    const nowMs = clock.now().getTime();
    recent = [...recent.filter((atMs) => atMs > nowMs - 1_000), nowMs];
    return limited && recent.length > callsPerSecond;
  };
  return {
    id: 'chatfuel',
    title: 'Chatfuel',
    register: (app) => {
      app.post('/bots/:bot/users/:user/send', (request, reply) => {
        const path = params.parse(request.params);
        if (tooFast()) return reply.code(429).send({ success: false, result: 'Too many requests' });
        if (path.bot !== bot.id) return reply.code(404).send({ success: false, result: 'Bot not found' });
        const { status, body } = broadcast(bot, clock, path.user, querySchema.parse(request.query));
        return reply.code(status).send(body);
      });
      app.get('/_sandbox/phone', (request, reply) =>
        reply
          .type('text/html; charset=utf-8')
          .send(renderPhonePage('Chatfuel', bot.users.map(phoneOf), phoneQuery.parse(request.query).contact)),
      );
    },
    reset: () => {
      bot = freshBot();
    },
    exportState: () => bot,
    importState: (state) => {
      bot = botSchema.parse(state);
    },
    setLimits: ({ enabled, tier = 'standard' }) => {
      if (tier !== 'standard') throw new Error(`Chatfuel knows the tier standard, not ${tier}.`);
      limited = enabled;
      recent = [];
    },
    views: () => [
      {
        title: 'Users',
        page: phones,
        columns: ['id', 'attributes', 'tags', 'received', 'phone'],
        rows: bot.users.map(({ id, attributes, tags, received }) => [
          id,
          Object.entries(attributes)
            .map(([name, value]) => `${name}: ${value}`)
            .join(', '),
          tags.join(', '),
          received.length.toLocaleString('en'),
          phonePath(id),
        ]),
      },
      {
        title: 'Blocks',
        columns: ['name', 'messages'],
        rows: bot.blocks.map(({ name, hasMessages }) => [name, hasMessages ? 'yes' : 'none']),
      },
    ],
  };
}

const phoneOf = ({ id, received }: User): PhoneContact => ({
  id,
  name: '',
  messages: received.map(({ at, block, messageTag }) => ({
    at,
    how: messageTag === null ? 'broadcast' : `broadcast, ${messageTag}`,
    parts: [{ as: 'step', text: `The block “${block}” is shown.` }],
  })),
});
