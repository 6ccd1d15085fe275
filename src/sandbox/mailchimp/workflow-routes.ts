import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Member } from './account.js';
import type { Audience } from './audience.js';
import { parseBody } from './bodies.js';
import type { Automation, Journey } from './marketing-state.js';
import type { PostOffice } from './post-office.js';
import { problems } from './problem.js';
import { pageQuery } from './queries.js';
import type { Account } from './account-in-routes.js';

const addressBody = z.object({ email_address: z.string() });

interface InStep {
  Params: { journey: string; step: string };
}
interface InEmail {
  Params: { workflow: string; email: string };
}

/** Customer journeys, which the API can only trigger, and classic automations. Both mail into the outbox at once. */
export function registerWorkflowRoutes(app: FastifyInstance, account: Account, office: PostOffice): void {
  app.post<InStep>('/customer-journeys/journeys/:journey/steps/:step/actions/trigger', (request, reply) => {
    const journey = account.facts().journeys.find(({ id }) => String(id) === request.params.journey);
    const step = journey?.steps.find(({ id }) => String(id) === request.params.step);
    if (!journey || !step) throw problems.notFound();
    if (!journey.active) throw problems.badRequest('The journey is not active.');
    const { email_address } = parseBody(addressBody, request.body);
    start(account, office, journey, step.id, subscribed(account.audience(journey.list_id), email_address));
    return reply.code(204).send();
  });
  app.get('/automations', (request) => {
    const { offset, count } = pageQuery.parse(request.query);
    const all = account.facts().automations;
    const automations = all.slice(offset, offset + count).map((one) => automationAnswer(account, one));
    return { automations, total_items: all.length, _links: [] };
  });
  app.post<InEmail>('/automations/:workflow/emails/:email/queue', (request) => {
    const { automation, email } = found(account, request.params);
    const { email_address } = parseBody(addressBody, request.body);
    const audience = account.audience(automation.list_id);
    const member = subscribed(audience, email_address);
    if (automation.queue.some((one) => one.email_id === email.id && isSame(one.email, member.email_address)))
      throw problems.badRequest('The subscriber has already been triggered for this email.');
    if (automation.removed.some((removed) => isSame(removed, member.email_address)))
      throw problems.badRequest('The subscriber was removed from this workflow.');
    const at = account.now();
    automation.queue.push({ email_id: email.id, email: member.email_address, at });
    const from = 'Parley <team@parley.test>';
    const { subject, html } = email;
    office.post(audience, member, { subject, html, source: 'automation', source_id: automation.id, from });
    return {
      id: member.unique_email_id,
      workflow_id: automation.id,
      email_id: email.id,
      list_id: automation.list_id,
      list_is_active: true,
      email_address: member.email_address,
      next_send: at,
      _links: [],
    };
  });
}

/** Puts the member into the journeys that wait for this event or tag. */
export function startJourneys(
  account: Account,
  office: PostOffice,
  audience: Audience,
  member: Member,
  by: { readonly event?: string; readonly tag?: string },
): void {
  for (const journey of account.facts().journeys) {
    const [first] = journey.steps;
    const waits =
      (by.event !== undefined && journey.event === by.event) ||
      (by.tag !== undefined && journey.tag?.toLowerCase() === by.tag.toLowerCase());
    const isTheirs = journey.list_id === audience.settings.id && journey.active && member.status === 'subscribed';
    if (waits && isTheirs && first !== undefined) start(account, office, journey, first.id, member);
  }
}

/** Once more each time it is asked for: nothing here knows that a call was repeated. */
function start(account: Account, office: PostOffice, journey: Journey, stepId: number, member: Member): void {
  journey.contacts.push({ email: member.email_address, step_id: stepId, at: account.now() });
  const step = journey.steps.find(({ id }) => id === stepId);
  if (step === undefined) return;
  const { subject, html } = step;
  const letter = { source: 'journey', source_id: String(journey.id), from: 'Parley <team@parley.test>' } as const;
  office.post(account.audience(journey.list_id), member, { ...letter, subject, html });
}

function subscribed(audience: Audience, email: string): Member {
  const member = audience.find(email);
  if (member?.status === 'subscribed') return member;
  throw problems.badRequest(`${email} is not a subscribed member of the audience.`);
}

function found(account: Account, { workflow, email: emailId }: InEmail['Params']) {
  const automation = account.facts().automations.find(({ id }) => id === workflow);
  const email = automation?.emails.find(({ id }) => id === emailId);
  if (!automation || !email) throw problems.notFound();
  if (automation.status !== 'sending') throw problems.badRequest('The automation is not sending.');
  return { automation, email: { id: email.id, subject: email.subject, html: email.html } };
}

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

const automationAnswer = (account: Account, { id, create_time, status, list_id, title, queue }: Automation) => ({
  id,
  create_time,
  start_time: create_time,
  status,
  emails_sent: queue.length,
  recipients: { list_id, list_is_active: true, list_name: account.audience(list_id).settings.name },
  settings: { title, from_name: 'Parley', reply_to: 'team@parley.test' },
  _links: [],
});
