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
export const orgViews = (org: Org): readonly SandboxView[] =>
  Object.entries(columns).map(([name, shown]) => recordsView(org, name, shown));

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
