import type { Org } from './org.js';
import { salesforceTime } from './records/incoming-value.js';
import type { StoredRecord } from './records/record-table.js';
import { saveRecord } from './records/save-record.js';
import { badRequest, RestError } from './rest/rest-error.js';

interface Conversion {
  readonly status: string;
  /** Into these records, instead of new ones. */
  readonly accountId?: string | undefined;
  readonly contactId?: string | undefined;
  /** null: without an opportunity. */
  readonly opportunityName: string | null;
}

const copied = [
  'LastName',
  'FirstName',
  'Salutation',
  'Title',
  'Email',
  'Phone',
  'MobilePhone',
  'LeadSource',
  'HasOptedOutOfEmail',
  'DoNotCall',
  'Parley_Id__c',
  'IndividualId',
];
const options = { allowSave: true, versionPath: '/services/data/v60.0' };

/** Makes a contact, an account and, if wanted, an opportunity of a lead, as the button Convert does; members of campaigns move along. */
export function convertLead(
  org: Org,
  lead: StoredRecord,
  { status, accountId, contactId, opportunityName }: Conversion,
) {
  if (lead.IsConverted === true) throw badRequest('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead');
  const statuses = org.schema.any('LeadStatus').table.all();
  if (!statuses.some(({ MasterLabel, IsConverted }) => MasterLabel === status && IsConverted === true))
    throw badRequest('INVALID_STATUS', `invalid convertedStatus: ${status}`);
  const account = accountId ?? make(org, 'Account', { Name: lead.Company });
  const person = Object.fromEntries(copied.map((field) => [field, lead[field] ?? null]));
  const known = org.schema.any('Contact');
  const writable = Object.fromEntries(Object.entries(person).filter(([field]) => known.field(field) !== undefined));
  const contact = contactId ?? make(org, 'Contact', { ...writable, AccountId: account });
  const opportunity =
    opportunityName === null
      ? null
      : make(org, 'Opportunity', {
          Name: opportunityName,
          AccountId: account,
          ContactId: contact,
          StageName: 'Prospecting',
          CloseDate: salesforceTime(org.clock.now()).slice(0, 10),
        });
  moveMemberships(org, lead.Id, contact);
  const leads = org.schema.any('Lead');
  const converted = {
    ...lead,
    Status: status,
    IsConverted: true,
    ConvertedDate: salesforceTime(org.clock.now()).slice(0, 10),
    ConvertedAccountId: account,
    ConvertedContactId: contact,
    ...(opportunity === null ? {} : { ConvertedOpportunityId: opportunity }),
  };
  org.put(leads, { ...converted, ...org.stamps(lead), Id: lead.Id }, lead);
  return { leadId: lead.Id, accountId: account, contactId: contact, opportunityId: opportunity };
}

function make(org: Org, object: string, values: Readonly<Record<string, unknown>>): string {
  const outcome = saveRecord(org, org.schema.any(object), values, null, options);
  if ('objection' in outcome) throw new RestError(400, outcome.objection);
  return outcome.id;
}

function moveMemberships(org: Org, leadId: string, contactId: string): void {
  const members = org.schema.any('CampaignMember');
  for (const member of org.related('CampaignMember', 'LeadId', leadId))
    org.put(members, { ...member, ContactId: contactId, ...org.stamps(member) }, member);
}
