import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Member } from './account.js';
import { parseBody } from './bodies.js';
import type { PostOffice } from './post-office.js';
import { problems } from './problem.js';
import { pageQuery } from './queries.js';
import { found, type Account, type InMember } from './account-in-routes.js';
import { startJourneys } from './workflow-routes.js';

const eventBody = z.object({
  name: z.string().min(2).max(30),
  properties: z.record(z.string(), z.string()).default({}),
  occurred_at: z.string().optional(),
  is_syncing: z.boolean().default(false),
});
const feedQuery = pageQuery.extend({ activity_filters: z.string().optional() });

const activityQuery = z.object({ action: z.string().optional() });
const mostActions = 50;
const actions = new Set(['open', 'click', 'bounce', 'unsub', 'sent']);

/** The last things a member did with mail, the newest first. */
function activityOf({ feed, complained_at }: Member) {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const plain = feed.flatMap(({ activity_type: action, created_at_timestamp: timestamp, ...item }) =>
    actions.has(action)
      ? [{ action, timestamp, campaign_id: text(item.campaign_id), title: text(item.campaign_title), type: 'regular' }]
      : [],
  );
  const complaint = { action: 'abuse', timestamp: complained_at, campaign_id: '', title: '', type: 'regular' };
  const all = complained_at === '' ? plain : [...plain, complaint];
  return all.sort((a, b) => b.timestamp.localeCompare(a.timestamp));
}

/** A member's own events, recent actions and activity feed. */
export function registerEventRoutes(app: FastifyInstance, account: Account, office: PostOffice): void {
  app.post<InMember>('/lists/:list/members/:member/events', (request, reply) => {
    const { audience, member } = found(account, request.params);
    const { name, properties, occurred_at = account.now(), is_syncing } = parseBody(eventBody, request.body);
    if (Number.isNaN(Date.parse(occurred_at)))
      throw problems.invalid([{ field: 'occurred_at', message: 'This value is not a valid datetime.' }]);
    member.events.push({ name, properties, occurred_at });
    const event_properties = Object.entries(properties).map(([key, value]) => `${key}: ${value}`);
    audience.log(member, { activity_type: 'event', event_name: name, event_properties });
    if (!is_syncing) startJourneys(account, office, audience, member, { event: name });
    return reply.code(204).send();
  });
  app.get<InMember>('/lists/:list/members/:member/events', (request) => {
    const { member } = found(account, request.params);
    const { offset, count } = pageQuery.parse(request.query);
    const all = [...member.events].reverse();
    return { events: all.slice(offset, offset + count), total_items: all.length, _links: [] };
  });
  app.get<InMember>('/lists/:list/members/:member/activity', (request) => {
    const { audience, member } = found(account, request.params);
    const { action } = activityQuery.parse(request.query);
    const wanted = action?.split(',');
    const activity = activityOf(member).filter((one) => wanted?.includes(one.action) ?? true);
    const about = { email_id: request.params.member, list_id: audience.settings.id };
    return { activity: activity.slice(0, mostActions), ...about, total_items: activity.length, _links: [] };
  });
  app.get<InMember>('/lists/:list/members/:member/activity-feed', (request) => {
    const { audience, member } = found(account, request.params);
    const { offset, count, activity_filters } = feedQuery.parse(request.query);
    const wanted = activity_filters?.split(',');
    const all = member.feed.filter(({ activity_type: type }) => wanted?.includes(type) ?? true).reverse();
    const email_id = request.params.member;
    return { activity: all.slice(offset, offset + count), email_id, list_id: audience.settings.id, _links: [] };
  });
}
