import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Account } from './account.js';
import { activitySchema, play } from './activity.js';
import type { Consents } from './consent/consents.js';

/** HubSpot's own addition to the control API: what people do out there. Described in docs/sandbox.md. */
export function registerActivity(app: FastifyInstance, account: Account, consents: Consents): void {
  app.post('/_sandbox/activity', (request, reply) => {
    try {
      const activity = activitySchema.parse(request.body);
      play(account, consents, activity);
      return { played: activity.did };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      reply.code(400);
      const detail = error instanceof z.ZodError ? z.prettifyError(error) : error.message;
      return { title: 'The sandbox cannot do that', status: 400, detail };
    }
  });
}
