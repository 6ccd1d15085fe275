import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Member } from './account.js';
import type { Audience } from './audience.js';
import { parseBody } from './bodies.js';
import { memberBody, memberInBatch, onlyFields } from './present.js';
import { problems } from './problem.js';
import { pageQuery } from './queries.js';
import type { Account, InList } from './account-in-routes.js';

interface InSegment {
  Params: { list: string; segment: string };
}

const emails = z.array(z.string());
const segmentBody = z.object({ name: z.string().min(1), static_segment: emails.optional() });
const changeBody = z.object({
  members_to_add: emails.max(500).default([]),
  members_to_remove: emails.max(500).default([]),
});
const listQuery = pageQuery.extend({ type: z.enum(['saved', 'static', 'fuzzy']).optional() });

/** Static segments, which are the audience's tags under another name; conditional ones are not played. */
export function registerSegmentRoutes(app: FastifyInstance, account: Account): void {
  app.get<InList>('/lists/:list/segments', (request) => {
    const audience = account.audience(request.params.list);
    const { offset, count, type = 'static', fields } = listQuery.parse(request.query);
    const all = type === 'static' ? audience.tags() : [];
    const segments = all.slice(offset, offset + count).map((tag) => segmentAnswer(audience, tag));
    return onlyFields({ segments, list_id: audience.settings.id, total_items: all.length, _links: [] }, fields);
  });
  app.post<InList>('/lists/:list/segments', (request) => {
    const audience = account.audience(request.params.list);
    const { name, static_segment = [] } = parseBody(segmentBody, request.body);
    if (audience.tagNamed(name) !== undefined) throw problems.badRequest(`A segment named "${name}" already exists.`);
    const tag = audience.makeTag(name);
    for (const member of membersOf(audience, static_segment)) audience.addTag(member, name);
    return segmentAnswer(audience, tag);
  });
  app.get<InSegment>('/lists/:list/segments/:segment', (request) => {
    const { audience, tag } = found(account, request.params);
    return segmentAnswer(audience, tag);
  });
  app.patch<InSegment>('/lists/:list/segments/:segment', (request) => {
    const { audience, tag } = found(account, request.params);
    const { static_segment: wanted } = parseBody(segmentBody, request.body);
    if (wanted !== undefined) {
      for (const member of inSegment(audience, tag.id)) audience.removeTag(member, tag.name);
      for (const member of membersOf(audience, wanted)) audience.addTag(member, tag.name);
    }
    return segmentAnswer(audience, tag);
  });
  app.delete<InSegment>('/lists/:list/segments/:segment', (request, reply) => {
    const { audience, tag } = found(account, request.params);
    audience.dropTag(tag.id);
    return reply.code(204).send();
  });
  app.get<InSegment>('/lists/:list/segments/:segment/members', (request) => {
    const { audience, tag } = found(account, request.params);
    const { offset, count, fields } = pageQuery.parse(request.query);
    const all = inSegment(audience, tag.id).filter(({ status }) => status === 'subscribed');
    const members = all.slice(offset, offset + count).map((member) => memberBody(audience, member));
    return onlyFields({ members, total_items: all.length, _links: [] }, fields);
  });
  app.post<InSegment>('/lists/:list/segments/:segment', (request) => {
    const { audience, tag } = found(account, request.params);
    const { members_to_add, members_to_remove } = parseBody(changeBody, request.body);
    const added = membersOf(audience, members_to_add).filter(({ tags }) => !tags.some(({ id }) => id === tag.id));
    const removed = membersOf(audience, members_to_remove).filter(({ tags }) => tags.some(({ id }) => id === tag.id));
    for (const member of added) audience.addTag(member, tag.name);
    for (const member of removed) audience.removeTag(member, tag.name);
    const unknown = [...members_to_add, ...members_to_remove].filter((email) => !audience.find(email));
    return {
      members_added: added.map((member) => memberInBatch(audience, member)),
      members_removed: removed.map((member) => memberInBatch(audience, member)),
      errors: unknown.length === 0 ? [] : [{ email_addresses: unknown, error: notMembers }],
      total_added: added.length,
      total_removed: removed.length,
      error_count: unknown.length,
      _links: [],
    };
  });
}

const notMembers = 'Email addresses are not valid or not subscribed to the list';

function found(account: Account, { list, segment }: InSegment['Params']) {
  const audience = account.audience(list);
  const tag = audience.tags().find(({ id }) => String(id) === segment);
  if (!tag) throw problems.notFound();
  return { audience, tag };
}

const membersOf = (audience: Audience, addresses: readonly string[]): Member[] =>
  addresses.flatMap((email) => audience.find(email) ?? []);

/** Who is in a static segment, whatever their status. */
export const inSegment = (audience: Audience, id: number): Member[] =>
  audience.members().filter(({ tags }) => tags.some((tag) => tag.id === id));

const segmentAnswer = (audience: Audience, { id, name, created_at }: ReturnType<Audience['tags']>[number]) => ({
  id,
  name,
  member_count: inSegment(audience, id).filter(({ status }) => status === 'subscribed').length,
  type: 'static',
  created_at,
  updated_at: created_at,
  options: { match: 'any', conditions: [] },
  list_id: audience.settings.id,
  _links: [],
});
