import type { SandboxView } from '../emulator.js';
import type { Account } from './account.js';
import type { CrmRecord } from './records/record.js';

const shown = [
  'email',
  'firstname',
  'lastname',
  'phone',
  'plan',
  'budget',
  'interests',
  'chat_tags',
  'newsletter',
  'lifecyclestage',
  'chat_channel',
] as const;

const newestFirst = (records: readonly CrmRecord[]): CrmRecord[] =>
  records.toSorted((a, b) => b.updatedAt.localeCompare(a.updatedAt));

/** The tables a person wants to see: who is there, what has happened to them, and what the admin has set up. */
export function views(account: Account): SandboxView[] {
  return [
    contacts(account),
    ...lists(account),
    ...workflows(account),
    ...activity(account),
    ...sales(account),
    ...notes(account),
    ...outgoing(account),
    setUp(account),
  ];
}

/** A contact as people call it. */
function nameOf(account: Account, id: string): string {
  const contact = account.contacts.get(id);
  if (contact === undefined) return id;
  const { email, firstname, lastname } = contact.properties;
  return email ?? ([firstname, lastname].filter(Boolean).join(' ') || id);
}

function contacts(account: Account): SandboxView {
  return {
    title: 'Contacts',
    columns: ['Record ID', ...shown.map((name) => account.contacts.catalog.find(name)?.label ?? name), 'Last changed'],
    rows: newestFirst(account.contacts.all()).map(({ id, properties, updatedAt }) => [
      id,
      ...shown.map((name) => properties[name] ?? ''),
      updatedAt,
    ]),
  };
}

function lists(account: Account): SandboxView[] {
  const shownMembers = 20;
  return [
    {
      title: 'Lists',
      columns: ['ID', 'Name', 'Kind', 'Size', 'Members'],
      rows: account.data.lists
        .filter(({ deletedAt }) => deletedAt === null)
        .map(({ listId, name, processingType, members }) => {
          const ids = Object.keys(members);
          return [
            listId,
            name,
            processingType,
            String(ids.length),
            ids
              .slice(-shownMembers)
              .map((id) => nameOf(account, id))
              .join(', '),
          ];
        }),
    },
  ];
}

function workflows(account: Account): SandboxView[] {
  const names = new Map(account.data.workflows.map(({ flowId, name }) => [flowId, name]));
  return [
    {
      title: 'Workflows',
      columns: ['Flow ID', 'Legacy ID', 'Name', 'On', 'Begins with', 'Enrolled'],
      rows: account.data.workflows.map(({ flowId, workflowId, name, isEnabled, trigger }) => [
        flowId,
        String(workflowId),
        name,
        isEnabled ? 'yes' : 'no',
        trigger.on === 'list'
          ? `list ${trigger.listId}`
          : trigger.on === 'event'
            ? `event ${trigger.eventName}`
            : 'a call',
        String(account.data.enrolments.filter((enrolment) => enrolment.flowId === flowId).length),
      ]),
    },
    {
      title: 'Enrolments',
      columns: ['Time', 'Workflow', 'Contact', 'Because of', 'Taken out'],
      rows: account.data.enrolments
        .toReversed()
        .map(({ at, flowId, contactId, because, endedAt }) => [
          at,
          names.get(flowId) ?? flowId,
          nameOf(account, contactId),
          because,
          endedAt ?? '',
        ]),
    },
  ];
}

function activity(account: Account): SandboxView[] {
  return [
    {
      title: 'Custom events',
      columns: ['Time', 'Event', 'Contact', 'Properties'],
      rows: account.data.events
        .toReversed()
        .map(({ occurredAt, eventType, objectId, properties }) => [
          occurredAt,
          eventType,
          nameOf(account, objectId),
          JSON.stringify(properties),
        ]),
    },
    {
      title: 'E-mails sent',
      columns: ['Time', 'E-mail', 'To', 'Asked for by', 'Result', 'Send id'],
      rows: account.data.emailSends
        .toReversed()
        .map(({ requestedAt, emailId, to, by, sendResult, sendId }) => [
          requestedAt,
          account.data.emails.find(({ id }) => id === emailId)?.name ?? String(emailId),
          to,
          by,
          sendResult,
          sendId ?? '',
        ]),
    },
    {
      title: 'Subscriptions',
      columns: ['Time', 'Address', 'Type', 'Status', 'Source'],
      rows: [
        ...account.data.optOuts.map(({ email, timestamp }) => [timestamp, email, 'all e-mail', 'UNSUBSCRIBED', '']),
        ...account.data.subscriptionStatuses.map(({ timestamp, email, subscriptionId, status, source }) => [
          timestamp,
          email,
          account.data.subscriptionTypes.find(({ id }) => id === subscriptionId)?.name ?? subscriptionId,
          status,
          source,
        ]),
      ],
    },
  ];
}

function sales(account: Account): SandboxView[] {
  const contactsOf = (type: 'deals' | 'companies', id: string): string =>
    account.associations
      .ids(type, id, 'contacts')
      .map((contact) => nameOf(account, contact))
      .join(', ');
  return [
    {
      title: 'Deals',
      columns: ['Record ID', 'Name', 'Amount', 'Stage', 'Closes', 'Contacts'],
      rows: newestFirst(account.store('deals').all()).map(({ id, properties }) => [
        id,
        properties.dealname ?? '',
        properties.amount ?? '',
        properties.dealstage ?? '',
        properties.closedate ?? '',
        contactsOf('deals', id),
      ]),
    },
    {
      title: 'Companies',
      columns: ['Record ID', 'Name', 'Domain', 'Contacts'],
      rows: newestFirst(account.store('companies').all()).map(({ id, properties }) => [
        id,
        properties.name ?? '',
        properties.domain ?? '',
        contactsOf('companies', id),
      ]),
    },
  ];
}

const noteTables = [
  { title: 'Tasks', type: 'tasks', body: 'hs_task_subject', state: 'hs_task_status' },
  { title: 'Notes', type: 'notes', body: 'hs_note_body', state: 'hubspot_owner_id' },
] as const;

function notes(account: Account): SandboxView[] {
  return noteTables.map(({ title, type, body, state }) => ({
    title,
    columns: ['Time', 'Contact', title === 'Notes' ? 'Note' : 'Task', title === 'Notes' ? 'Owner' : 'Status'],
    rows: newestFirst(account.store(type).all()).map(({ id, createdAt, properties }) => [
      properties.hs_timestamp ?? createdAt,
      account.associations
        .ids(type, id, 'contacts')
        .map((contact) => nameOf(account, contact))
        .join(', '),
      properties[body] ?? '',
      properties[state] ?? '',
    ]),
  }));
}

function outgoing(account: Account): SandboxView[] {
  return [
    {
      title: 'Webhooks sent',
      columns: ['Time', 'To', 'Attempt', 'Events', 'Kinds', 'Outcome'],
      rows: account.data.webhookLog
        .toReversed()
        .map(({ at, url, attempt, events, subscriptionTypes, outcome }) => [
          at,
          url,
          String(attempt),
          String(events),
          subscriptionTypes.join(', '),
          outcome,
        ]),
    },
  ];
}

function setUp(account: Account): SandboxView {
  return {
    title: 'Custom properties',
    columns: ['Name', 'Label', 'Type', 'Options'],
    rows: account.contacts.catalog
      .all()
      .filter(({ hubspotDefined, archived }) => !hubspotDefined && !archived)
      .map(({ name, label, type, fieldType, options }) => [
        name,
        label,
        `${type}/${fieldType}`,
        options.map(({ value }) => value).join(', '),
      ]),
  };
}
