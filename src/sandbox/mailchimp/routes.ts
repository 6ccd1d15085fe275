import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { found, type Account, type InList, type InMember } from './account-in-routes.js';
import type { Audience } from './audience.js';
import { addBody, batchBody, fieldProblem, parseBody, tagsBody, writeBody } from './bodies.js';
import { registerCampaignRoutes } from './campaign-routes.js';
import { registerEventRoutes } from './event-routes.js';
import type { PostOffice } from './post-office.js';
import { registerReportRoutes } from './report-routes.js';
import { registerShopRoutes } from './shop-routes.js';
import { registerWorkflowRoutes, startJourneys } from './workflow-routes.js';
import { registerFieldRoutes } from './field-routes.js';
import type { FrontDoor } from './front-door.js';
import { addMember, batchRow, patchMember, putMember, type RowOutcome, type WriteOptions } from './member-writes.js';
import { audienceBody, memberBody, memberInBatch, onlyFields } from './present.js';
import { Problem, problems } from './problem.js';
import { registerSegmentRoutes } from './segment-routes.js';
import { registerWebhookRoutes } from './webhook-routes.js';
import { listed, membersQuery, pageQuery, tagQuery, writeQuery } from './queries.js';

const json = 'application/json; charset=utf-8';
const problemJson = 'application/problem+json; charset=utf-8';

/** The part of the Marketing API 3.0 that the sandbox speaks, below `/3.0`. */
export function registerRoutes(
  app: FastifyInstance,
  account: Account,
  office: PostOffice,
  door: FrontDoor | null,
): void {
  door?.guard(app);
  answerProblems(app);
  app.addHook('onRequest', (_request, _reply, done) => {
    office.settle();
    done();
  });
  registerAccountRoutes(app, account);
  registerFieldRoutes(app, account);
  registerWebhookRoutes(app, account);
  registerMemberRoutes(app, account);
  registerTagRoutes(app, account, office);
  registerSegmentRoutes(app, account);
  registerEventRoutes(app, account, office);
  registerCampaignRoutes(app, account, office);
  registerWorkflowRoutes(app, account, office);
  registerReportRoutes(app, account);
  registerShopRoutes(app, account);
}

function answerProblems(app: FastifyInstance): void {
  app.addHook('onRequest', async (_request, reply) => {
    void reply.header('x-request-id', randomUUID());
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (reply.getHeader('content-type') === undefined && payload !== null) void reply.type(json);
    done(null, payload);
  });
  app.setErrorHandler((error, _request, reply) => {
    const problem = asProblem(error);
    const instance = String(reply.getHeader('x-request-id'));
    return reply.code(problem.status).type(problemJson).send(problem.body(instance));
  });
  app.setNotFoundHandler(() => {
    throw problems.notFound();
  });
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return error instanceof z.ZodError ? problems.invalid(error.issues.map(fieldProblem)) : problems.internal();
}

function registerAccountRoutes(app: FastifyInstance, account: Account): void {
  app.get('/ping', () => ({ health_status: "Everything's Chimpy!" }));
  app.get('/', () => ({
    account_id: 'f0e1d2c3b4a5968778695a4b3',
    account_name: account.facts().name,
    role: account.facts().role,
    pricing_plan_type: 'monthly',
    pro_enabled: account.facts().pro_enabled,
    total_subscribers: account.audiences().reduce((sum, audience) => sum + audience.count('subscribed'), 0),
    _links: [],
  }));
  app.get('/lists', (request) => {
    const query = pageQuery.parse(request.query);
    const lists = account.audiences().map(audienceBody);
    const page = lists.slice(query.offset, query.offset + query.count);
    return onlyFields({ lists: page, total_items: lists.length, _links: [] }, query.fields);
  });
  app.get<InList>('/lists/:list', (request) =>
    onlyFields(audienceBody(account.audience(request.params.list)), pageQuery.parse(request.query).fields),
  );
}

function registerMemberRoutes(app: FastifyInstance, account: Account): void {
  const options = (query: unknown): WriteOptions => ({
    skipMergeValidation: writeQuery.parse(query).skip_merge_validation,
    putRevivesArchived: account.facts().putRevivesArchived,
  });
  app.post<InList>('/lists/:list', (request) => {
    const audience = account.audience(request.params.list);
    const body = parseBody(batchBody, request.body);
    const flags = {
      updateExisting: body.update_existing,
      syncTags: body.sync_tags,
      skipMergeValidation: options(request.query).skipMergeValidation,
    };
    const isFirst = firstAppearances();
    const rows = writeQuery.parse(request.query).skip_duplicate_check
      ? body.members.filter(({ email_address }) => isFirst(email_address))
      : body.members;
    return batchAnswer(
      audience,
      rows.map((row) => batchRow(audience, row, flags)),
    );
  });
  app.get<InList>('/lists/:list/members', (request) => {
    const audience = account.audience(request.params.list);
    const query = membersQuery.parse(request.query);
    const all = listed(audience.members(), query);
    const page = all.slice(query.offset, query.offset + query.count).map((member) => memberBody(audience, member));
    const answer = { members: page, list_id: request.params.list, total_items: all.length, _links: [] };
    return onlyFields(answer, query.fields);
  });
  app.post<InList>('/lists/:list/members', (request) => {
    const audience = account.audience(request.params.list);
    return memberBody(audience, addMember(audience, parseBody(addBody, request.body), options(request.query)));
  });
  app.get<InMember>('/lists/:list/members/:member', (request) => {
    const { audience, member } = found(account, request.params);
    return onlyFields(memberBody(audience, member), pageQuery.parse(request.query).fields);
  });
  app.put<InMember>('/lists/:list/members/:member', (request) => {
    const audience = account.audience(request.params.list);
    const body = parseBody(writeBody, request.body);
    return memberBody(audience, putMember(audience, request.params.member, body, options(request.query)));
  });
  app.patch<InMember>('/lists/:list/members/:member', (request) => {
    const audience = account.audience(request.params.list);
    const body = parseBody(writeBody, request.body);
    return memberBody(audience, patchMember(audience, request.params.member, body, options(request.query)));
  });
  app.delete<InMember>('/lists/:list/members/:member', (request, reply) => {
    const { audience, member } = found(account, request.params);
    audience.changing(member, 'api', () => audience.archive(member));
    return reply.code(204).send();
  });
  app.post<InMember>('/lists/:list/members/:member/actions/delete-permanent', (request, reply) => {
    const { audience, member } = found(account, request.params);
    audience.forget(member);
    return reply.code(204).send();
  });
}

function registerTagRoutes(app: FastifyInstance, account: Account, office: PostOffice): void {
  app.get<InMember>('/lists/:list/members/:member/tags', (request) => {
    const { audience, member } = found(account, request.params);
    const { count, offset } = pageQuery.parse(request.query);
    const tags = member.tags.map(({ id, date_added }) => ({ id, name: audience.tagName(id), date_added })).reverse();
    return { tags: tags.slice(offset, offset + count), total_items: tags.length, _links: [] };
  });
  app.post<InMember>('/lists/:list/members/:member/tags', (request, reply) => {
    const { audience, member } = found(account, request.params);
    const body = tagsBody.safeParse(request.body);
    for (const { name, status } of body.data?.tags ?? []) {
      if (status === 'active') {
        audience.addTag(member, name);
        if (body.data?.is_syncing !== true) startJourneys(account, office, audience, member, { tag: name });
      } else audience.removeTag(member, name);
    }
    return reply.code(204).send();
  });
  app.get<InList>('/lists/:list/tag-search', (request) => {
    const { name } = tagQuery.parse(request.query);
    const tags = account
      .audience(request.params.list)
      .tags()
      .filter((tag) => tag.name.toLowerCase().startsWith(name.toLowerCase()));
    return { tags: tags.map(({ id, name: tag }) => ({ id, name: tag })), total_items: tags.length };
  });
}

function batchAnswer(audience: Audience, outcomes: readonly RowOutcome[]): Record<string, unknown> {
  const created = outcomes.flatMap((row) => ('created' in row ? [memberInBatch(audience, row.created)] : []));
  const updated = outcomes.flatMap((row) => ('updated' in row ? [memberInBatch(audience, row.updated)] : []));
  const errors = outcomes.flatMap((row) => ('failed' in row ? [row.failed] : []));
  return {
    new_members: created,
    updated_members: updated,
    errors,
    total_created: created.length,
    total_updated: updated.length,
    error_count: errors.length,
    _links: [],
  };
}

function firstAppearances(): (email: string) => boolean {
  const seen = new Set<string>();
  return (email) => {
    const isFirst = !seen.has(email.toLowerCase());
    seen.add(email.toLowerCase());
    return isFirst;
  };
}
