import type { SandboxView } from '../emulator.js';
import type { Audience } from './audience.js';
import { outboxView } from './outbox-pages.js';
import type { AccountFacts } from './account-in-routes.js';

const shownFields = ['FNAME', 'LNAME', 'PHONE', 'COUNTRY', 'PLAN', 'BUDGET', 'LASTORDER', 'BIRTHDAY', 'INTERESTS'];

/** The contacts of an audience. */
export function membersView(audience: Audience): SandboxView {
  const fields = shownFields.filter((tag) => audience.settings.merge_fields.some((field) => field.tag === tag));
  return {
    title: `Audience ${audience.settings.name} (${audience.settings.id})`,
    columns: ['e-mail', 'status', 'opted out by', ...fields, 'tags', 'last changed'],
    rows: audience
      .members()
      .map((member) => [
        member.email_address,
        member.status,
        member.unsubscribedBy ?? '',
        ...fields.map((tag) => shown(member.merge_fields[tag])),
        member.tags.map(({ id }) => audience.tagName(id)).join(', '),
        member.last_changed,
      ]),
  };
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value);
}

/** Who is in which journey and automation, the campaigns and what they have sent. */
export function marketingViews({ journeys, automations, campaigns, outbox }: AccountFacts): readonly SandboxView[] {
  return [
    {
      title: 'Journeys: who is in them',
      columns: ['journey', 'step', 'e-mail', 'since'],
      rows: journeys.flatMap(({ name, contacts }) =>
        contacts.map(({ email, step_id, at }) => [name, String(step_id), email, at]),
      ),
    },
    {
      title: 'Classic automations: who is queued',
      columns: ['automation', 'e-mail of it', 'e-mail', 'since'],
      rows: automations.flatMap(({ title, queue }) =>
        queue.map(({ email, email_id, at }) => [title, email_id, email, at]),
      ),
    },
    {
      title: 'Campaigns',
      columns: ['id', 'title', 'subject', 'status', 'sent to', 'sent at'],
      rows: campaigns.map(({ id, settings, status, emails_sent, send_time }) => [
        id,
        settings.title,
        settings.subject_line,
        status,
        String(emails_sent),
        send_time,
      ]),
    },
    outboxView(outbox),
  ];
}
