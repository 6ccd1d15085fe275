import type { z } from 'zod';
import { fieldDefinition, type FieldDefinition } from './field-definition.js';

const leadSources = ['Web', 'Phone Inquiry', 'Partner Referral', 'Purchased List', 'Other'];
const salutations = ['Mr.', 'Ms.', 'Mrs.', 'Dr.', 'Prof.'];

/** What every org has on Contact, with the lengths and types that describe shows in a real one. */
const standardFields: readonly z.input<typeof fieldDefinition>[] = [
  { name: 'Id', label: 'Contact ID', type: 'id', length: 18, system: true },
  { name: 'IsDeleted', label: 'Deleted', type: 'boolean', system: true },
  { name: 'LastName', label: 'Last Name', type: 'string', length: 80, required: true },
  { name: 'FirstName', label: 'First Name', type: 'string', length: 40 },
  { name: 'Salutation', label: 'Salutation', type: 'picklist', length: 40, values: salutations },
  { name: 'Name', label: 'Full Name', type: 'string', length: 121, system: true },
  { name: 'Email', label: 'Email', type: 'email', length: 80 },
  { name: 'Phone', label: 'Business Phone', type: 'phone', length: 40 },
  { name: 'MobilePhone', label: 'Mobile Phone', type: 'phone', length: 40 },
  { name: 'Birthdate', label: 'Birthdate', type: 'date' },
  { name: 'Title', label: 'Title', type: 'string', length: 128 },
  { name: 'Department', label: 'Department', type: 'string', length: 80 },
  { name: 'LeadSource', label: 'Lead Source', type: 'picklist', length: 255, values: leadSources },
  { name: 'MailingStreet', label: 'Mailing Street', type: 'textarea', length: 255 },
  { name: 'MailingCity', label: 'Mailing City', type: 'string', length: 40 },
  { name: 'MailingState', label: 'Mailing State/Province', type: 'string', length: 80 },
  { name: 'MailingPostalCode', label: 'Mailing Zip/Postal Code', type: 'string', length: 20 },
  { name: 'MailingCountry', label: 'Mailing Country', type: 'string', length: 80 },
  { name: 'Description', label: 'Contact Description', type: 'textarea', length: 32_000 },
  { name: 'HasOptedOutOfEmail', label: 'Email Opt Out', type: 'boolean' },
  { name: 'DoNotCall', label: 'Do Not Call', type: 'boolean' },
  { name: 'OwnerId', label: 'Owner ID', type: 'reference', length: 18, system: true },
  { name: 'CreatedDate', label: 'Created Date', type: 'datetime', system: true },
  { name: 'LastModifiedDate', label: 'Last Modified Date', type: 'datetime', system: true },
  { name: 'SystemModstamp', label: 'System Modstamp', type: 'datetime', system: true },
];

/** What an admin sets up for Parley before connecting it: the key, and a field for each attribute of the demo. */
const parleyFields: readonly z.input<typeof fieldDefinition>[] = [
  {
    name: 'Parley_Id__c',
    label: 'Parley ID',
    type: 'string',
    length: 255,
    externalId: true,
    unique: true,
    caseSensitive: true,
  },
  { name: 'Language__c', label: 'Language', type: 'string', length: 40 },
  {
    name: 'Plan__c',
    label: 'Plan',
    type: 'picklist',
    length: 255,
    restricted: true,
    values: ['free', 'pro', 'team'],
  },
  { name: 'Budget__c', label: 'Budget', type: 'currency', precision: 18, scale: 2 },
  { name: 'Last_Order_At__c', label: 'Last Order At', type: 'datetime' },
  {
    name: 'Interests__c',
    label: 'Interests',
    type: 'multipicklist',
    length: 4_099,
    values: ['running', 'cycling', 'yoga'],
  },
  { name: 'Newsletter__c', label: 'Newsletter', type: 'boolean' },
  { name: 'Chat_Channel__c', label: 'Chat Channel', type: 'string', length: 40 },
  { name: 'Chat_Tags__c', label: 'Chat Tags', type: 'multipicklist', length: 4_099, values: ['vip', 'newsletter'] },
];

/** The fields of Contact in a fresh org. */
export const freshContactFields = (): FieldDefinition[] =>
  [...standardFields, ...parleyFields].map((field) => fieldDefinition.parse(field));
