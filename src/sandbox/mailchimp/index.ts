import type { Emulator, SandboxWorld } from '../emulator.js';
import type { FastifyInstance } from 'fastify';
import { accountSchema, freshAccount, type AccountState } from './account.js';
import { Audience } from './audience.js';
import { Batches } from './batches.js';
import type { News } from './member-news.js';
import type { WebhookSource } from './webhook-state.js';
import { WebhookSender } from './webhooks.js';
import { FrontDoor, tiers } from './front-door.js';
import { registerHostedPages } from './hosted-pages.js';
import { mailchimpTime } from './present.js';
import { registerOauthPages } from './oauth-pages.js';
import { problems } from './problem.js';
import { PostOffice } from './post-office.js';
import { registerOutboxPages } from './outbox-pages.js';
import { marketingViews, membersView } from './views.js';
import { webhookForm } from './webhook-form.js';
import type { Account, AccountFacts } from './account-in-routes.js';
import { registerRoutes } from './routes.js';

export { freshAudienceId } from './account.js';

/**
 * Mailchimp's Marketing API 3.0 in miniature, at `/3.0`: one account with one audience, any key that ends in `-us1`.
 *
 * @see docs/providers/mailchimp.md for what it plays
 */
export function createMailchimpEmulator(world: SandboxWorld): Emulator {
  let facts: AccountFacts;
  let audiences: Map<string, Audience>;
  const webhooks = new WebhookSender(world);
  const around = {
    now: () => mailchimpTime(world.clock.now()),
    nextId: () => facts.nextId++,
    hasTooManySignups: (email: string) => facts.tooManySignups.includes(email),
    tell: (audience: Audience, source: WebhookSource, news: readonly News[]) => {
      for (const { type, write } of news) webhooks.fire(audience.settings.webhooks, type, source, write);
    },
  };
  const load = (state: AccountState): void => {
    const { audiences: lists, ...rest } = state;
    facts = rest;
    audiences = new Map(lists.map((list) => [list.id, new Audience(list, around)]));
  };
  load(freshAccount());
  const state = (): AccountState => ({ ...facts, audiences: [...audiences.values()].map((list) => list.state()) });
  const account: Account = {
    facts: () => facts,
    now: around.now,
    nextId: around.nextId,
    campaignChanged: ({ id, settings, status, list_id }) => {
      const data = { id, subject: settings.subject_line, status, reason: '', list_id };
      const { webhooks: told } = account.audience(list_id).settings;
      webhooks.fire(told, 'campaign', null, (firedAt) => webhookForm('campaign', firedAt, data));
    },
    audience: (id) => {
      const audience = audiences.get(id);
      if (!audience) throw problems.notFound();
      return audience;
    },
    audiences: () => [...audiences.values()],
  };
  const office = new PostOffice(account, world);
  const door = new FrontDoor(account.facts);
  const registerApi = (app: FastifyInstance, guard: FrontDoor | null): void => {
    app.register(
      (scope, _options, done) => {
        registerRoutes(scope, account, office, guard);
        if (guard !== null) batches.registerApi(scope);
        done();
      },
      { prefix: '/3.0' },
    );
  };
  const batches = new Batches(world, (app) => registerApi(app, null));
  return {
    id: 'mailchimp',
    title: 'Mailchimp',
    register: (app) => {
      registerHostedPages(app, account);
      registerOutboxPages(app, account);
      registerOauthPages(app, account);
      batches.registerResults(app);
      registerApi(app, door);
    },
    reset: () => {
      batches.forget();
      webhooks.forget();
      load(freshAccount());
    },
    exportState: state,
    importState: (imported) => load(accountSchema.parse(imported)),
    setLimits: ({ enabled, tier = 'standard' }) => {
      const known = tiers.find((candidate) => candidate === tier);
      if (known === undefined) throw new Error(`Mailchimp knows the tiers ${tiers.join(' and ')}, not ${tier}.`);
      door.limit(enabled ? known : null);
    },
    close: async () => {
      await Promise.all([batches.close(), webhooks.close()]);
    },
    views: () => [...account.audiences().map(membersView), ...marketingViews(facts), webhooks.view()],
  };
}
