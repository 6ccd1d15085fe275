import { z } from 'zod';
import type { Emulator, SandboxView, SandboxWorld } from '../emulator.js';
import { type PhoneContact, renderPhonePage } from '../phone-page.js';
import { type Account, accountSchema, type Customer, freshAccount } from './account.js';
import { Desk } from './desk.js';
import { registerRoutes } from './routes.js';

export { sandboxToken } from './account.js';

const phoneQuery = z.object({ contact: z.string().optional() });

/** Landbot's platform API in miniature: customers with their fields, bots and messages. */
export function createLandbotEmulator({ clock }: SandboxWorld): Emulator {
  const desk = new Desk(clock);
  return {
    id: 'landbot',
    title: 'Landbot',
    register: (app) => {
      registerRoutes(app, desk);
      app.get('/_sandbox/phone', (request, reply) => {
        const { contact } = phoneQuery.parse(request.query);
        return reply
          .type('text/html; charset=utf-8')
          .send(renderPhonePage('Landbot', desk.account.customers.map(phoneOf), contact));
      });
    },
    reset: () => {
      desk.account = freshAccount();
    },
    exportState: () => desk.account,
    importState: (state) => {
      desk.account = accountSchema.parse(state);
    },
    setLimits: ({ enabled, tier = 'standard' }) => {
      if (tier !== 'standard') throw new Error(`Landbot knows the tier standard, not ${tier}.`);
      desk.limit(enabled);
    },
    views: () => viewsOf(desk.account),
  };
}

const viewsOf = ({ customers, optIns }: Account): SandboxView[] => [
  {
    title: 'Customers',
    columns: ['id', 'fields', 'bot', 'received'],
    rows: customers.map(({ id, fields, bot, received }) => [
      id,
      Object.entries(fields)
        .map(([name, value]) => `${name}: ${String(value)}`)
        .join(', '),
      bot ?? '',
      `${received.length.toLocaleString('en')} (phone: /_sandbox/phone?contact=${id})`,
    ]),
  },
  { title: 'WhatsApp opt-ins', columns: ['phone'], rows: optIns.map((phone) => [phone]) },
];

const phoneOf = ({ id, fields, received }: Customer): PhoneContact => ({
  id,
  name: String(fields.name ?? ''),
  messages: received.map(({ at, how, content }) => ({
    at,
    how,
    lines: [typeof content.message === 'string' ? content.message : JSON.stringify(content)],
  })),
});
