import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Account } from './account-in-routes.js';

const askedSchema = z.object({
  response_type: z.literal('code'),
  client_id: z.string(),
  redirect_uri: z.url(),
  state: z.string().default(''),
});
const tokenForm = z.object({
  grant_type: z.literal('authorization_code'),
  client_id: z.string(),
  client_secret: z.string(),
  redirect_uri: z.string(),
  code: z.string(),
});

/** login.mailchimp.com in miniature: the page that asks the person, the token endpoint, and the metadata with the data centre. */
export function registerOauthPages(app: FastifyInstance, account: Account): void {
  app.get('/oauth2/authorize', (request, reply) => {
    const asked = askedSchema.safeParse(request.query);
    const isKnown = asked.success && appOf(account, asked.data.client_id) !== undefined;
    const page = asked.success && isKnown ? askPage(account.facts().name, asked.data) : refusalPage;
    return reply
      .code(isKnown ? 200 : 400)
      .type('text/html; charset=utf-8')
      .send(page);
  });
  app.post('/oauth2/authorize', (request, reply) => {
    const { client_id, redirect_uri, state } = askedSchema.parse(request.query);
    const code = randomBytes(16).toString('hex');
    account.facts().codes.push({ code, client_id, redirect_uri });
    const back = new URL(redirect_uri);
    back.searchParams.set('code', code);
    back.searchParams.set('state', state);
    return reply.redirect(back.href, 302);
  });
  app.post('/oauth2/token', (request, reply) => {
    const form = tokenForm.safeParse(request.body).data;
    const facts = account.facts();
    const client = form === undefined ? undefined : appOf(account, form.client_id);
    if (form === undefined || client?.client_secret !== form.client_secret)
      return reply.code(401).send({ error: 'invalid_client', error_description: 'The client credentials are invalid' });
    const used = facts.codes.find(({ code, redirect_uri }) => code === form.code && redirect_uri === form.redirect_uri);
    if (used === undefined)
      return reply.code(400).send({ error: 'invalid_grant', error_description: 'Invalid authorization code' });
    facts.codes = facts.codes.filter((candidate) => candidate !== used);
    const access_token = randomBytes(16).toString('hex');
    facts.tokens.push(access_token);
    return { access_token, expires_in: 0, scope: null };
  });
  app.get('/oauth2/metadata', (request) => {
    const { dataCentre, name, tokens } = account.facts();
    const token = /^OAuth (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    // A refusal comes with 200.
    if (!tokens.includes(token)) return { error: 'invalid_token', error_description: 'The access token is invalid' };
    return {
      dc: dataCentre,
      role: account.facts().role,
      accountname: name,
      user_id: 1,
      login: {
        email: 'admin@parley.test',
        avatar: null,
        login_id: 1,
        login_name: 'admin',
        login_email: 'admin@parley.test',
      },
      login_url: 'https://login.mailchimp.com',
      api_endpoint: `https://${dataCentre}.api.mailchimp.com`,
    };
  });
}

const appOf = (account: Account, id: string) => account.facts().apps.find(({ client_id }) => client_id === id);

const shell = (body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Mailchimp sandbox</title></head><body>${body}</body></html>`;

const refusalPage = shell('<h1>Mailchimp sandbox</h1><p>No app with this client ID is registered here.</p>');

function askPage(name: string, asked: z.infer<typeof askedSchema>): string {
  const query = new URLSearchParams(asked).toString().replaceAll('&', '&amp;');
  const html = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return shell(
    `<h1>Mailchimp sandbox</h1><p>The app ${html(asked.client_id)} asks for access to the account ${html(name)}.</p>` +
      `<form method="post" action="/oauth2/authorize?${query}"><button type="submit">Allow</button></form>`,
  );
}
