import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Member } from './account.js';
import type { Audience } from './audience.js';
import { checkedMergeFields } from './merge-fields.js';
import type { Account } from './account-in-routes.js';
import { webhookSources, type WebhookSource } from './webhook-state.js';

const query = z.looseObject({
  id: z.string(),
  e: z.string(),
  /** Left out: the person. */
  by: z.enum(webhookSources).default('user'),
  reason: z.string().default(''),
  /** The campaign whose link was followed. */
  c: z.string().default(''),
});
type Query = z.infer<typeof query>;

/** Sign-ups on a hosted form come with the person's address. */
const personsIp = '203.0.113.7';

/**
 * What a person does on Mailchimp's own pages (list-manage.com), and a colleague in the app with `by=admin`: here below the sandbox's origin,
 * `id` the audience and `e` the member's address or unique id. An opt-out of the person's own no API may undo.
 */
export function registerHostedPages(app: FastifyInstance, account: Account): void {
  const page = (path: string, words: string, act: (audience: Audience, member: Member, query: Query) => void): void => {
    app.get(path, (request, reply) => {
      const asked = query.parse(request.query);
      const audience = account.audience(asked.id);
      const member = found(audience, asked.e);
      if (!member) return reply.code(404).type('text/plain').send('Nobody here has this address.');
      act(audience, member, asked);
      return reply.type('text/plain').send(`${member.email_address}: ${words}`);
    });
  };
  page('/unsubscribe', 'unsubscribed', (audience, member, { by, reason, c }) => {
    const change = (): void => {
      audience.setStatus(member, 'unsubscribed', actor(by));
      member.unsubscribe_reason = reason;
      const of = c === '' ? {} : { campaign_id: c };
      const is_admin_unsubscribed = by !== 'user';
      audience.log(member, { activity_type: 'unsub', unsubscribe_reason: reason, is_admin_unsubscribed, ...of });
    };
    audience.changing(member, by, change, c === '' ? {} : { campaignId: c });
    const { email_address: email } = member;
    if (c !== '') account.facts().unsubscriptions.push({ campaign_id: c, email, timestamp: account.now(), reason });
  });
  page('/subscribe/confirm', 'confirmed', (audience, member) => subscribe(audience, member));
  page('/bounce', 'cleaned', (audience, member, { reason }) =>
    audience.clean(member, reason === 'abuse' ? 'abuse' : 'hard'),
  );
  page('/archive', 'archived', (audience, member) =>
    audience.changing(member, 'admin', () => audience.archive(member)),
  );
  page('/profile', 'changed', (audience, member, { by, ...sent }) =>
    audience.changing(member, by, () => {
      const { values } = checkedMergeFields(audience.settings.merge_fields, sent, member.merge_fields, true);
      Object.assign(member.merge_fields, values);
      audience.touch(member);
    }),
  );
  registerSignUp(app, account);
}

/** The sign-up form takes everybody, also those whom no API may bring back; a confirming audience makes them `pending`. */
function registerSignUp(app: FastifyInstance, account: Account): void {
  app.get('/subscribe', (request, reply) => {
    const { id, e } = query.parse(request.query);
    const audience = account.audience(id);
    const known = found(audience, e);
    if (known === undefined && !e.includes('@'))
      return reply.code(404).type('text/plain').send('Nobody here has this address.');
    const isPending = audience.settings.double_optin;
    const member = known ?? audience.signUp(e, isPending ? 'pending' : 'subscribed', personsIp);
    if (known !== undefined && isPending && known.status !== 'subscribed')
      audience.changing(known, 'user', () => audience.setStatus(known, 'pending', 'contact'));
    else if (known !== undefined) subscribe(audience, known);
    return reply.type('text/plain').send(`${member.email_address}: ${isPending ? 'to be confirmed' : 'subscribed'}`);
  });
}

function subscribe(audience: Audience, member: Member): void {
  audience.changing(member, 'user', () => {
    audience.setStatus(member, 'subscribed', 'contact');
    Object.assign(member, { ip_signup: personsIp, ip_opt: personsIp, unsubscribe_reason: '' });
  });
}

const found = (audience: Audience, e: string): Member | undefined =>
  audience.find(e) ?? audience.members().find(({ unique_email_id }) => unique_email_id === e);

const actor = (by: WebhookSource): 'contact' | 'api' => (by === 'user' ? 'contact' : 'api');
