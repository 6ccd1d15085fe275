import { fieldDefinition, type FieldDefinition, type FieldInput } from './field-definition.js';
import {
  address,
  area,
  audit,
  choice,
  day,
  email,
  identity,
  lookup,
  masterRecord,
  owner,
  phone,
  system,
  text,
  tick,
} from './fields.js';

export const leadSources = ['Web', 'Phone Inquiry', 'Partner Referral', 'Purchased List', 'Other'];
export const salutations = ['Mr.', 'Ms.', 'Mrs.', 'Dr.', 'Prof.'];

/** What every org has on Contact, with the lengths and types that describe shows in a real one. */
const standardFields: readonly FieldInput[] = [
  ...identity('Contact'),
  masterRecord('Contact'),
  lookup('AccountId', 'Account', 'Account', 'Contacts'),
  text('LastName', 'Last Name', 80, { required: true }),
  text('FirstName', 'First Name', 40),
  choice('Salutation', 'Salutation', salutations, { length: 40 }),
  text('Name', 'Full Name', 121, system),
  email('Email', 'Email'),
  phone('Phone', 'Business Phone'),
  phone('MobilePhone', 'Mobile Phone'),
  phone('HomePhone', 'Home Phone'),
  phone('Fax', 'Business Fax'),
  day('Birthdate', 'Birthdate'),
  text('Title', 'Title', 128),
  text('Department', 'Department', 80),
  choice('LeadSource', 'Lead Source', leadSources),
  ...address('Mailing', 'Mailing'),
  area('Description', 'Contact Description'),
  tick('HasOptedOutOfEmail', 'Email Opt Out'),
  tick('HasOptedOutOfFax', 'Fax Opt Out'),
  tick('DoNotCall', 'Do Not Call'),
  lookup('IndividualId', 'Individual', 'Individual', 'Contacts', { feature: 'dataProtection' }),
  tick('IsPersonAccount', 'Is Person Account', { system: true, feature: 'personAccounts' }),
  owner(),
  ...audit(),
];

/** What an admin sets up for Parley before connecting it: the key, and a field for each attribute of the demo. */
const parleyFields: readonly FieldInput[] = [
  text('Parley_Id__c', 'Parley ID', 255, { externalId: true, unique: true, caseSensitive: true }),
  text('Language__c', 'Language', 40),
  choice('Plan__c', 'Plan', ['free', 'pro', 'team'], { restricted: true }),
  { name: 'Budget__c', label: 'Budget', type: 'currency', precision: 18, scale: 2 },
  { name: 'Last_Order_At__c', label: 'Last Order At', type: 'datetime' },
  {
    name: 'Interests__c',
    label: 'Interests',
    type: 'multipicklist',
    length: 4_099,
    values: ['running', 'cycling', 'yoga'],
  },
  tick('Newsletter__c', 'Newsletter'),
  text('Chat_Channel__c', 'Chat Channel', 40),
  { name: 'Chat_Tags__c', label: 'Chat Tags', type: 'multipicklist', length: 4_099, values: ['vip', 'newsletter'] },
];

/** The fields of Contact in a fresh org. */
export const freshContactFields = (): FieldDefinition[] =>
  [...standardFields, ...parleyFields].map((field) => fieldDefinition.parse(field));

/** The key that an admin makes on every object Parley writes people to. */
export const parleyKey = (): FieldInput =>
  text('Parley_Id__c', 'Parley ID', 255, { externalId: true, unique: true, caseSensitive: true });
