import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Member } from './account.js';
import type { Audience } from './audience.js';
import type { Account } from './routes.js';

const query = z.object({ id: z.string(), e: z.string() });

/**
 * What a person does on Mailchimp's own pages (list-manage.com): here below the sandbox's origin, `id` the audience and
 * `e` the member's address or unique id. An opt-out made here is the person's own, which no API may undo.
 */
export function registerHostedPages(app: FastifyInstance, account: Account): void {
  const page = (path: string, act: (audience: Audience, member: Member) => void, words: string): void => {
    app.get(path, (request, reply) => {
      const { id, e } = query.parse(request.query);
      const audience = account.audience(id);
      const member = audience.find(e) ?? audience.members().find(({ unique_email_id }) => unique_email_id === e);
      if (!member) return reply.code(404).type('text/plain').send('Nobody here has this address.');
      act(audience, member);
      return reply.type('text/plain').send(`${member.email_address}: ${words}`);
    });
  };
  page('/unsubscribe', (audience, member) => audience.setStatus(member, 'unsubscribed', 'contact'), 'unsubscribed');
  page('/subscribe', (audience, member) => audience.setStatus(member, 'subscribed', 'contact'), 'subscribed');
  page('/subscribe/confirm', (audience, member) => audience.setStatus(member, 'subscribed', 'contact'), 'confirmed');
}
