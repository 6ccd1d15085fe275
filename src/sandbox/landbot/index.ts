import { z } from 'zod';
import type { Emulator, SandboxView, SandboxWorld } from '../emulator.js';
import { phonePath, phones, renderPhonePage } from '../phone-page.js';
import { type Account, accountSchema, freshAccount } from './account.js';
import { Desk } from './desk.js';
import { phoneOf } from './phone.js';
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
    page: phones,
    columns: ['id', 'fields', 'bot', 'blocked', 'received', 'phone'],
    rows: customers.map(({ id, fields, bot, blocked, received }) => [
      id,
      Object.entries(fields)
        .map(([name, value]) => `${name}: ${String(value)}`)
        .join(', '),
      bot ?? '',
      blocked ? 'yes' : '',
      received.length.toLocaleString('en'),
      phonePath(id),
    ]),
  },
  { title: 'WhatsApp opt-ins', columns: ['phone'], rows: optIns.map((phone) => [phone]) },
];
