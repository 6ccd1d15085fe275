import type { DerivedAttribute } from '../../remote-fact.js';

const declared = [
  {
    key: 'mailchimpOpenRate',
    type: 'number',
    label: 'Mailchimp: open rate',
    description: 'Share of the campaigns sent to the contact that were opened, 0 to 1, as Mailchimp counts it.',
  },
  {
    key: 'mailchimpClickRate',
    type: 'number',
    label: 'Mailchimp: click rate',
    description:
      'Share of the campaigns sent to the contact in which a link was clicked, 0 to 1, as Mailchimp counts it.',
  },
  {
    key: 'mailchimpRating',
    type: 'number',
    label: 'Mailchimp: rating',
    description: 'Mailchimp’s rating of the contact, 1 to 5 stars.',
  },
  {
    key: 'mailchimpTags',
    type: 'list',
    label: 'Mailchimp: tags',
    description: 'Tags the contact has at Mailchimp, the first 50; also those added by hand.',
  },
  {
    key: 'mailchimpLastOpenAt',
    type: 'datetime',
    label: 'Mailchimp: last open',
    description: 'When the contact last opened a campaign. Opens by privacy proxies of mail programs count as well.',
  },
  {
    key: 'mailchimpLastClickAt',
    type: 'datetime',
    label: 'Mailchimp: last click',
    description: 'When the contact last clicked a link of a campaign.',
  },
  {
    key: 'mailchimpOrdersCount',
    type: 'number',
    label: 'Mailchimp: orders',
    description: 'Orders in all shops connected to the audience.',
  },
  {
    key: 'mailchimpTotalSpent',
    type: 'number',
    label: 'Mailchimp: total spent',
    description: 'What all these orders came to, in mailchimpCurrency; only when all shops have the same one.',
  },
  { key: 'mailchimpCurrency', type: 'string', label: 'Mailchimp: currency', description: 'Currency of the shops.' },
  {
    key: 'mailchimpLastOrderAt',
    type: 'datetime',
    label: 'Mailchimp: last order',
    description: 'When the last order was placed in a shop connected to the audience.',
  },
] as const satisfies readonly DerivedAttribute[];

export type DerivedKey = (typeof declared)[number]['key'];

/** What Mailchimp's history says of a person, worked out. */
export const derived: readonly (DerivedAttribute & { readonly key: DerivedKey })[] = declared;
