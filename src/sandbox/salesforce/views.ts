import type { SandboxView } from '../emulator.js';
import type { Org } from './org.js';

/** Columns worth a look, beside the id. */
const columns = {
  Contact: [
    'Parley_Id__c',
    'Name',
    'Email',
    'Phone',
    'MailingCountry',
    'Language__c',
    'Plan__c',
    'Budget__c',
    'Birthdate',
    'Last_Order_At__c',
    'Interests__c',
    'Newsletter__c',
    'HasOptedOutOfEmail',
    'Chat_Channel__c',
    'Chat_Tags__c',
    'SystemModstamp',
  ],
  Lead: ['Parley_Id__c', 'Name', 'Company', 'Email', 'Phone', 'Status', 'IsConverted', 'Chat_Tags__c', 'OwnerId'],
  Account: ['Name', 'Website', 'Industry', 'IsPersonAccount', 'OwnerId'],
  Opportunity: ['Name', 'AccountId', 'StageName', 'Amount', 'CloseDate', 'IsWon', 'OwnerId'],
  Case: ['CaseNumber', 'ContactId', 'Subject', 'Status', 'IsClosed'],
  Campaign: ['Name', 'Status', 'IsActive', 'NumberOfContacts', 'NumberOfLeads', 'NumberOfResponses'],
  CampaignMember: ['CampaignId', 'Name', 'Status', 'HasResponded'],
  Task: ['Subject', 'Status', 'Priority', 'ActivityDate', 'WhoId', 'WhatId', 'OwnerId'],
  Event: ['Subject', 'StartDateTime', 'DurationInMinutes', 'WhoId', 'WhatId'],
  ContentNote: ['Title', 'CreatedDate'],
  TopicAssignment: ['TopicId', 'EntityId', 'EntityType'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** What the org holds, for people; look-ups are shown by the name of the record they point to. */
export const orgViews = (org: Org): readonly SandboxView[] => [
  ...Object.entries(columns).map(([name, shown]) => recordsView(org, name, shown)),
  {
    title: 'Flows that ran',
    columns: ['time', 'flow', 'inputs', 'outcome'],
    rows: org.setup.flowInterviews.map(({ at, flow, inputs, succeeded }) => [
      at,
      flow,
      JSON.stringify(inputs),
      succeeded ? 'finished' : 'failed',
    ]),
  },
  {
    title: 'E-mails',
    columns: ['time', 'to', 'subject', 'text', 'sender'],
    rows: org.setup.emails.map(({ at, to, subject, body, sender }) => [at, to.join(', '), subject, body, sender]),
  },
  {
    title: 'Bulk jobs',
    columns: ['Id', 'operation', 'object', 'state', 'rows', 'failed', 'error'],
    rows: org.setup.bulkJobs.map(({ id, operation, object, state, processed, failed, errorMessage }) => [
      id,
      operation,
      object,
      state,
      String(processed),
      String(failed),
      errorMessage ?? '',
    ]),
  },
  {
    title: 'Outbound messages that were sent',
    columns: ['time', 'action', 'notifications', 'outcome'],
    rows: org.setup.sendings.map(({ at, actionId, notifications, outcome }) => [
      at,
      org.setup.outboundMessages.find((message) => message.actionId === actionId)?.name ?? actionId,
      String(notifications),
      outcome,
    ]),
  },
  {
    title: 'Platform events and change events',
    columns: ['time', 'channel', 'replay id', 'payload'],
    rows: org.bus
      .all()
      .map(({ at, channel, replayId, payload }) => [at, channel, String(replayId), JSON.stringify(payload)]),
  },
];

function recordsView(org: Org, name: string, shown: readonly string[]): SandboxView {
  const object = org.schema.find(name);
  const nameOf = (id: string): string => {
    const record = org.schema.ofId(id)?.table.get(id);
    return String(record?.Name ?? id);
  };
  const isLookup = new Set(object?.fields.filter(({ type }) => type === 'reference').map((field) => field.name));
  return {
    title: object?.labelPlural ?? name,
    columns: ['Id', ...shown],
    rows: (object?.table.all() ?? []).map((record) =>
      ['Id', ...shown].map((column) => {
        const value = String(record[column] ?? '');
        return isLookup.has(column) ? nameOf(value) : value;
      }),
    ),
  };
}
