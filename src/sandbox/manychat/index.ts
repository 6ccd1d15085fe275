import { z } from 'zod';
import type { Emulator, SandboxWorld } from '../emulator.js';
import { renderPhonePage } from '../phone-page.js';
import { freshPage, pageSchema } from './page-state.js';
import { Page } from './page.js';
import { phoneContacts } from './phone.js';
import { RateLimits } from './rate-limits.js';
import { registerRoutes } from './routes.js';
import { views } from './views.js';

export { sandboxApiKey } from './page-state.js';

const phoneQuery = z.object({ contact: z.string().optional() });

/**
 * ManyChat's public API in miniature: one page with its contacts, fields, tags and flows.
 *
 * @see https://api.manychat.com/swagger
 */
export function createManychatEmulator({ clock }: SandboxWorld): Emulator {
  const page = new Page(clock);
  const limits = new RateLimits(clock);
  return {
    id: 'manychat',
    title: 'ManyChat',
    register: (app) => {
      registerRoutes(app, page, limits);
      app.get('/_sandbox/phone', (request, reply) =>
        reply
          .type('text/html; charset=utf-8')
          .send(renderPhonePage('ManyChat', phoneContacts(page.state), phoneQuery.parse(request.query).contact)),
      );
    },
    reset: () => {
      page.state = freshPage();
    },
    exportState: () => page.state,
    importState: (state) => {
      page.state = pageSchema.parse(state);
    },
    setLimits: ({ enabled, tier = 'standard' }) => {
      if (tier !== 'standard') throw new Error(`ManyChat knows the tier standard, not ${tier}.`);
      limits.set(enabled);
    },
    views: () => views(page.state),
  };
}
