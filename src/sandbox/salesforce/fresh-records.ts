import { salesforceTime } from './records/incoming-value.js';
import type { Values } from './records/behaviour.js';
import type { StoredRecord } from './records/record-table.js';
import { recordId, seedId } from './record-id.js';
import { stages } from './schema/business-objects.js';

/** The user that Parley signs in as. */
export const integrationUserId = recordId('005', 1);
/** A person who works in the org: an admin's edits are this user's. */
export const adminUserId = recordId('005', 2);

const people: readonly Values[] = [
  { FirstName: 'Parley', LastName: 'Integration', Username: 'parley@sandbox.test', UserPermissionsMarketingUser: true },
  { FirstName: 'Ada', LastName: 'Admin', Username: 'ada.admin@sandbox.test', UserPermissionsMarketingUser: true },
  { FirstName: 'Sam', LastName: 'Sales', Username: 'sam.sales@sandbox.test', UserPermissionsMarketingUser: false },
];

const leadStatuses = [
  { label: 'Open - Not Contacted', converted: false },
  { label: 'Working - Contacted', converted: false },
  { label: 'Closed - Converted', converted: true },
  { label: 'Closed - Not Converted', converted: false },
];

/** What stands in a fresh org's set-up, by object: users, queues, stages, templates, the permission set of Parley's user. */
export function freshRecords(now: Date): Record<string, StoredRecord[]> {
  const at = salesforceTime(now);
  const stamped = (Id: string, values: Values): StoredRecord => ({
    ...values,
    CreatedDate: at,
    LastModifiedDate: at,
    SystemModstamp: at,
    CreatedById: adminUserId,
    LastModifiedById: adminUserId,
    Id,
  });
  const rows = (keyPrefix: string, all: readonly Values[]): StoredRecord[] =>
    all.map((values, index) => stamped(seedId(keyPrefix, index + 1), values));
  return {
    User: people.map((user, index) =>
      stamped(recordId('005', index + 1), {
        ...user,
        Name: `${String(user.FirstName)} ${String(user.LastName)}`,
        Email: String(user.Username),
        IsActive: true,
        ProfileId: seedId('00e', index === 1 ? 1 : 2),
        UserType: 'Standard',
        TimeZoneSidKey: 'Europe/Berlin',
      }),
    ),
    Organization: [
      stamped(recordId('00D', 1), {
        Name: 'Sandbox org',
        OrganizationType: 'Developer Edition',
        InstanceName: 'SBX1',
        TimeZoneSidKey: 'Europe/Berlin',
        DefaultLocaleSidKey: 'en_US',
        IsSandbox: false,
      }),
    ],
    Profile: rows('00e', [{ Name: 'System Administrator' }, { Name: 'Minimum Access - API Only Integrations' }]),
    Group: rows('00G', [
      { Name: 'Inbound Leads', DeveloperName: 'Inbound_Leads', Type: 'Queue' },
      { Name: 'Support', DeveloperName: 'Support', Type: 'Queue' },
    ]),
    QueueSobject: rows('03g', [
      { QueueId: seedId('00G', 1), SobjectType: 'Lead' },
      { QueueId: seedId('00G', 1), SobjectType: 'Task' },
      { QueueId: seedId('00G', 2), SobjectType: 'Case' },
    ]),
    RecordType: rows('012', [
      {
        Name: 'Person Account',
        DeveloperName: 'PersonAccount',
        SobjectType: 'Account',
        IsActive: true,
        IsPersonType: true,
      },
      { Name: 'Business', DeveloperName: 'Business', SobjectType: 'Account', IsActive: true, IsPersonType: false },
    ]),
    LeadStatus: rows(
      '01J',
      leadStatuses.map(({ label, converted }, index) => ({
        MasterLabel: label,
        ApiName: label,
        SortOrder: index + 1,
        IsDefault: index === 0,
        IsConverted: converted,
      })),
    ),
    OpportunityStage: rows(
      '0Jn',
      stages.map(({ name, probability, closed, won }, index) => ({
        MasterLabel: name,
        ApiName: name,
        IsActive: true,
        SortOrder: index + 1,
        IsClosed: closed,
        IsWon: won,
        DefaultProbability: probability,
      })),
    ),
    EmailTemplate: rows('00X', [
      {
        Name: 'Welcome',
        DeveloperName: 'Welcome',
        Subject: 'Welcome',
        Body: 'Nice to meet you.',
        IsActive: true,
        TemplateType: 'text',
      },
    ]),
    PermissionSet: rows('0PS', [
      { Name: 'Parley', Label: 'Parley', Description: 'What the integration user may do', IsOwnedByProfile: false },
    ]),
    PermissionSetAssignment: rows('0Pa', [
      { PermissionSetId: seedId('0PS', 1), AssigneeId: integrationUserId, IsActive: true },
    ]),
  };
}
