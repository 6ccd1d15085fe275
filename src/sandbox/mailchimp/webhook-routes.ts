import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Audience } from './audience.js';
import { parseBody } from './bodies.js';
import { problems } from './problem.js';
import type { Account, InList } from './account-in-routes.js';
import { webhookSchema, type Webhook } from './webhook-state.js';

const bodySchema = z.object({
  url: z.url(),
  events: webhookSchema.shape.events.partial().default({}),
  sources: webhookSchema.shape.sources.partial().default({}),
});
const changeSchema = bodySchema.partial();

interface InWebhook {
  Params: { list: string; webhook: string };
}

/** Webhooks of an audience. The address has to answer a GET before it is taken. */
export function registerWebhookRoutes(app: FastifyInstance, account: Account): void {
  app.get<InList>('/lists/:list/webhooks', (request) => {
    const { id, webhooks } = account.audience(request.params.list).settings;
    return {
      webhooks: webhooks.map((webhook) => answer(id, webhook)),
      list_id: id,
      total_items: webhooks.length,
      _links: [],
    };
  });
  app.post<InList>('/lists/:list/webhooks', async (request) => {
    const audience = account.audience(request.params.list);
    const body = parseBody(bodySchema, request.body);
    const { id, webhooks } = audience.settings;
    if (webhooks.some(({ url }) => withoutQuery(url) === withoutQuery(body.url)))
      throw problems.badRequest("Sorry, you can't set up multiple WebHooks for one URL");
    await validated(body.url);
    const { signWebhooks } = account.facts();
    const signing_secret = signWebhooks ? `whsec_${randomBytes(16).toString('hex')}` : null;
    const webhook = webhookSchema.parse({ ...body, id: randomBytes(5).toString('hex'), signing_secret });
    webhooks.push(webhook);
    // The only time the secret is shown.
    return {
      ...answer(id, webhook),
      signing_enabled: signWebhooks,
      ...(signing_secret === null ? {} : { signing_secret }),
    };
  });
  app.get<InWebhook>('/lists/:list/webhooks/:webhook', (request) => {
    const { audience, webhook } = found(account, request.params);
    return answer(audience.settings.id, webhook);
  });
  app.patch<InWebhook>('/lists/:list/webhooks/:webhook', async (request) => {
    const { audience, webhook } = found(account, request.params);
    const { url, events, sources } = parseBody(changeSchema, request.body);
    if (url !== undefined) await validated(url);
    Object.assign(webhook, url === undefined ? {} : { url });
    Object.assign(webhook.events, events);
    Object.assign(webhook.sources, sources);
    return answer(audience.settings.id, webhook);
  });
  app.delete<InWebhook>('/lists/:list/webhooks/:webhook', (request, reply) => {
    const { audience, webhook } = found(account, request.params);
    const { webhooks } = audience.settings;
    webhooks.splice(webhooks.indexOf(webhook), 1);
    return reply.code(204).send();
  });
}

async function validated(url: string): Promise<void> {
  let status = 0;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    await response.arrayBuffer();
    status = response.status;
  } catch {
    // Nobody there is as bad as a refusal.
  }
  if (status === 200) return;
  throw problems.invalid([
    {
      field: 'url',
      message: `We couldn't verify the URL is working. Please double check and try again. HTTP Code: ${String(status)}`,
    },
  ]);
}

const withoutQuery = (url: string): string => url.replace(/\?.*/, '');

function found(account: Account, { list, webhook: id }: InWebhook['Params']): { audience: Audience; webhook: Webhook } {
  const audience = account.audience(list);
  const webhook = audience.settings.webhooks.find((candidate) => candidate.id === id);
  if (!webhook) throw problems.notFound();
  return { audience, webhook };
}

const answer = (listId: string, { id, url, events, sources }: Webhook): Record<string, unknown> => ({
  id,
  url,
  events,
  sources,
  list_id: listId,
  _links: [],
});
