import type { Org } from '../org.js';
import type { StoredValue } from '../schema/field-definition.js';
import { fullName, removeWith, textOf, type Behaviour } from './behaviour.js';
import type { StoredRecord } from './record-table.js';

export const contact: Behaviour = {
  derive: (_org, record) => ({ Name: fullName(record) }),
  afterDelete: (org, record) =>
    removeWith(org, record, { CampaignMember: 'ContactId', OpportunityContactRole: 'ContactId' }),
};

export const lead: Behaviour = {
  derive: (_org, record) => ({ Name: fullName(record) }),
  object: (_org, _record, before) =>
    before?.IsConverted === true
      ? { errorCode: 'CANNOT_UPDATE_CONVERTED_LEAD', message: 'cannot reference converted lead', fields: [] }
      : null,
  afterDelete: (org, record) => removeWith(org, record, { CampaignMember: 'LeadId' }),
};

export const individual: Behaviour = { derive: (_org, record) => ({ Name: fullName(record) }) };

/** What a person account and its contact have in common: the account's name for it, and the contact's. */
const shared: Readonly<Record<string, string>> = {
  LastName: 'LastName',
  FirstName: 'FirstName',
  Salutation: 'Salutation',
  PersonEmail: 'Email',
  Phone: 'Phone',
  PersonMobilePhone: 'MobilePhone',
  PersonBirthdate: 'Birthdate',
  PersonTitle: 'Title',
  PersonMailingStreet: 'MailingStreet',
  PersonMailingCity: 'MailingCity',
  PersonMailingState: 'MailingState',
  PersonMailingPostalCode: 'MailingPostalCode',
  PersonMailingCountry: 'MailingCountry',
  PersonHasOptedOutOfEmail: 'HasOptedOutOfEmail',
  PersonDoNotCall: 'DoNotCall',
  PersonIndividualId: 'IndividualId',
  OwnerId: 'OwnerId',
};

/**
 * An account with a last name, or with a record type for people, is a person account: one person, with a contact behind it
 * that Salesforce keeps equal.
 */
export const account: Behaviour = {
  derive: (org, record) => {
    if (!isPerson(org, record)) return {};
    return {
      Name: fullName(record),
      IsPersonAccount: true,
      PersonContactId: record.PersonContactId ?? org.newId('003'),
    };
  },
  object: (org, record) =>
    isPerson(org, record) && record.LastName === undefined
      ? {
          errorCode: 'REQUIRED_FIELD_MISSING',
          message: 'Required fields are missing: [LastName]',
          fields: ['LastName'],
        }
      : null,
  afterSave: (org, record) => {
    if (record.IsPersonAccount === true) keepContactEqual(org, record);
  },
  afterDelete: (org, record) => {
    if (record.IsPersonAccount === true) org.remove(org.schema.any('Contact'), textOf(record, 'PersonContactId'));
  },
};

function isPerson(org: Org, record: StoredRecord): boolean {
  if (!org.setup.features.personAccounts) return false;
  if (record.IsPersonAccount === true || record.LastName !== undefined) return true;
  const type = org.schema.any('RecordType').table.get(textOf(record, 'RecordTypeId'));
  return type?.IsPersonType === true;
}

function keepContactEqual(org: Org, account: StoredRecord): void {
  const contacts = org.schema.any('Contact');
  const id = textOf(account, 'PersonContactId');
  const before = contacts.table.get(id) ?? null;
  const common = Object.entries(shared).flatMap(([ours, theirs]): [string, StoredValue][] => {
    const value = account[ours];
    return value === undefined ? [] : [[theirs, value]];
  });
  const taken = new Set(Object.values(shared));
  const own = Object.entries(before ?? org.blank(contacts)).filter(([name]) => !taken.has(name));
  const values = { ...Object.fromEntries([...own, ...common]), AccountId: account.Id, IsPersonAccount: true };
  org.put(contacts, { ...values, Name: fullName(account), ...org.stamps(before), Id: id }, before);
}
