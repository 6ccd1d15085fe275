import type { SandboxView } from '../emulator.js';
import type { Account } from './account.js';

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

/** The tables a person wants to see: the contacts, last changed first, and what the admin has set up. */
export function views(account: Account): SandboxView[] {
  const contacts = account.contacts.all().toSorted((a, b) => b.updatedAt.localeCompare(a.updatedAt));
  return [
    {
      title: 'Contacts',
      columns: [
        'Record ID',
        ...shown.map((name) => account.contacts.catalog.find(name)?.label ?? name),
        'Last changed',
      ],
      rows: contacts.map(({ id, properties, updatedAt }) => [
        id,
        ...shown.map((name) => properties[name] ?? ''),
        updatedAt,
      ]),
    },
    {
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
    },
  ];
}
