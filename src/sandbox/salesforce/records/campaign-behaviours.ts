import type { Org } from '../org.js';
import type { RestErrorEntry } from '../rest/rest-error.js';
import { salesforceTime } from './incoming-value.js';
import { removeWith, textOf, type Behaviour } from './behaviour.js';
import type { StoredRecord } from './record-table.js';

const firstStatuses = [
  { Label: 'Sent', SortOrder: 1, IsDefault: true, HasResponded: false },
  { Label: 'Responded', SortOrder: 2, IsDefault: false, HasResponded: true },
];

/** A new campaign has two member statuses. */
export const campaign: Behaviour = {
  derive: (_org, record) => ({
    NumberOfLeads: record.NumberOfLeads ?? 0,
    NumberOfContacts: record.NumberOfContacts ?? 0,
    NumberOfResponses: record.NumberOfResponses ?? 0,
  }),
  object: (org) => {
    const user = org.schema.any('User').table.get(org.caller.userId);
    if (user?.UserPermissionsMarketingUser === true) return null;
    return {
      errorCode: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
      message: 'entity type cannot be inserted: Campaign',
      fields: [],
    };
  },
  afterSave: (org, record, before) => {
    if (before !== null) return;
    const statuses = org.schema.any('CampaignMemberStatus');
    for (const status of firstStatuses)
      org.put(
        statuses,
        { ...org.blank(statuses), ...status, CampaignId: record.Id, ...org.stamps(null), Id: org.newId('01Y') },
        null,
      );
  },
  afterDelete: (org, record) =>
    removeWith(org, record, { CampaignMember: 'CampaignId', CampaignMemberStatus: 'CampaignId' }),
};

/** There is always exactly one default status, and one label is there once. */
export const memberStatus: Behaviour = {
  derive: (org, record) => ({
    SortOrder: record.SortOrder ?? statusesOf(org, textOf(record, 'CampaignId')).length + 1,
  }),
  object: (org, record) => {
    const twin = statusesOf(org, textOf(record, 'CampaignId')).find(
      (other) =>
        other.Id !== record.Id && textOf(other, 'Label').toLowerCase() === textOf(record, 'Label').toLowerCase(),
    );
    if (twin === undefined) return null;
    const message = `duplicate value found: Label duplicates value on record with id: ${twin.Id.slice(0, 15)}`;
    return { errorCode: 'DUPLICATE_VALUE', message, fields: ['Label'] };
  },
  afterSave: (org, record) => {
    if (record.IsDefault !== true) return;
    for (const other of statusesOf(org, textOf(record, 'CampaignId')))
      if (other.Id !== record.Id && other.IsDefault === true)
        org.put(org.schema.any('CampaignMemberStatus'), { ...other, IsDefault: false, ...org.stamps(other) }, other);
  },
};

export const campaignMember: Behaviour = {
  derive: (org, record, before) => {
    const personId = textOf(record, 'ContactId') || textOf(record, 'LeadId');
    const person = org.schema.ofId(personId)?.table.get(personId);
    const statuses = statusesOf(org, textOf(record, 'CampaignId'));
    const label = record.Status ?? statuses.find(({ IsDefault }) => IsDefault === true)?.Label ?? 'Sent';
    const status = statuses.find(({ Label }) => Label === label);
    const responded = status?.HasResponded === true;
    const today = salesforceTime(org.clock.now()).slice(0, 10);
    return {
      LeadOrContactId: personId === '' ? null : personId,
      Name: person?.Name ?? null,
      Email: person?.Email ?? null,
      Type: personId.startsWith('00Q') ? 'Lead' : 'Contact',
      Status: label,
      HasResponded: responded,
      FirstRespondedDate: before?.FirstRespondedDate ?? (responded ? today : null),
    };
  },
  object: (org, record, before) =>
    before === null ? (whomMissing(record) ?? alreadyMember(org, record) ?? converted(org, record)) : null,
  afterSave: (org, record, before) =>
    count(org, record, {
      members: before === null ? 1 : 0,
      responses: Number(record.HasResponded) - Number(before?.HasResponded ?? false),
    }),
  afterDelete: (org, record) => count(org, record, { members: -1, responses: -Number(record.HasResponded) }),
};

const statusesOf = (org: Org, campaignId: string): readonly StoredRecord[] =>
  org.related('CampaignMemberStatus', 'CampaignId', campaignId);

function whomMissing(record: StoredRecord): RestErrorEntry | null {
  if (record.ContactId !== undefined || record.LeadId !== undefined) return null;
  const message = 'Required fields are missing: [LeadId, ContactId]';
  return { errorCode: 'REQUIRED_FIELD_MISSING', message, fields: ['LeadId', 'ContactId'] };
}

function alreadyMember(org: Org, record: StoredRecord): RestErrorEntry | null {
  const person = record.ContactId === undefined ? 'LeadId' : 'ContactId';
  const member = org
    .related('CampaignMember', person, textOf(record, person))
    .some(({ CampaignId, Id }) => CampaignId === record.CampaignId && Id !== record.Id);
  return member ? { errorCode: 'DUPLICATE_VALUE', message: 'Already a campaign member.', fields: [] } : null;
}

function converted(org: Org, record: StoredRecord): RestErrorEntry | null {
  if (org.schema.any('Lead').table.get(textOf(record, 'LeadId'))?.IsConverted !== true) return null;
  return { errorCode: 'CANNOT_UPDATE_CONVERTED_LEAD', message: 'cannot reference converted lead', fields: [] };
}

/** The counts of a campaign change with its members; nobody is told of that as a change of the campaign. */
function count(org: Org, record: StoredRecord, by: { readonly members: number; readonly responses: number }): void {
  const campaigns = org.schema.any('Campaign');
  const before = campaigns.table.get(textOf(record, 'CampaignId'));
  if (before === undefined) return;
  const kind = record.Type === 'Lead' ? 'NumberOfLeads' : 'NumberOfContacts';
  org.putQuietly(campaigns, {
    ...before,
    [kind]: Number(before[kind] ?? 0) + by.members,
    NumberOfResponses: Number(before.NumberOfResponses ?? 0) + by.responses,
  });
}
