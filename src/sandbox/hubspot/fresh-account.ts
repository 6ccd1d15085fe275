/** What an admin has set up before the first chat arrives: HubSpot's own properties and a few for the demo. */

/** The token of the sandbox account's only private app. */
export const sandboxAccessToken = 'pat-eu1-sandbox';

export const sandboxScopes = [
  'oauth',
  'crm.objects.contacts.read',
  'crm.objects.contacts.write',
  'crm.schemas.contacts.read',
  'crm.schemas.contacts.write',
] as const;

export const propertyGroups = [
  { name: 'contactinformation', label: 'Contact information' },
  { name: 'chat', label: 'Chat' },
];

interface Definition {
  readonly name: string;
  readonly label: string;
  readonly type: 'bool' | 'date' | 'datetime' | 'enumeration' | 'number' | 'phone_number' | 'string';
  readonly fieldType: string;
  readonly groupName: string;
  readonly options?: { readonly label: string; readonly value: string; readonly displayOrder: number }[];
  readonly hubspotDefined?: boolean;
  readonly hasUniqueValue?: boolean;
  readonly calculated?: boolean;
  readonly externalOptions?: boolean;
  readonly modificationMetadata?: { archivable: boolean; readOnlyDefinition: boolean; readOnlyValue: boolean };
}

type Kind = readonly [type: Definition['type'], fieldType: string];
const text: Kind = ['string', 'text'];
const choice: Kind = ['enumeration', 'select'];
const radio: Kind = ['enumeration', 'radio'];
const choices: Kind = ['enumeration', 'checkbox'];
const number: Kind = ['number', 'number'];
const day: Kind = ['date', 'date'];
const moment: Kind = ['datetime', 'date'];
const flag: Kind = ['bool', 'booleancheckbox'];

const optionsOf = (values: Readonly<Record<string, string>>): NonNullable<Definition['options']> =>
  Object.entries(values).map(([value, label], displayOrder) => ({ label, value, displayOrder }));

const standard = (
  name: string,
  label: string,
  [type, fieldType]: Kind,
  more: Partial<Definition> = {},
): Definition => ({
  name,
  label,
  type,
  fieldType,
  groupName: 'contactinformation',
  hubspotDefined: true,
  modificationMetadata: { archivable: false, readOnlyDefinition: true, readOnlyValue: false },
  ...more,
});

const computed = (name: string, label: string, kind: Kind): Definition =>
  standard(name, label, kind, {
    calculated: true,
    modificationMetadata: { archivable: false, readOnlyDefinition: true, readOnlyValue: true },
  });

const custom = (name: string, label: string, [type, fieldType]: Kind, more: Partial<Definition> = {}): Definition => ({
  name,
  label,
  type,
  fieldType,
  groupName: 'chat',
  ...more,
});

/** In HubSpot's own order, which is also the order a stage may move in. */
const lifecycleStages = optionsOf({
  subscriber: 'Subscriber',
  lead: 'Lead',
  marketingqualifiedlead: 'Marketing Qualified Lead',
  salesqualifiedlead: 'Sales Qualified Lead',
  opportunity: 'Opportunity',
  customer: 'Customer',
  evangelist: 'Evangelist',
  other: 'Other',
});

const leadStatuses = optionsOf({
  NEW: 'New',
  OPEN: 'Open',
  IN_PROGRESS: 'In Progress',
  OPEN_DEAL: 'Open Deal',
  UNQUALIFIED: 'Unqualified',
  ATTEMPTED_TO_CONTACT: 'Attempted to Contact',
  CONNECTED: 'Connected',
  BAD_TIMING: 'Bad Timing',
});

const languageNames = new Intl.DisplayNames('en', { type: 'language', languageDisplay: 'standard' });
const languageCodes = (
  'ar bg cs da de de-at de-ch de-de el en en-au en-ca en-gb en-us es es-es es-mx et fi fr fr-ca fr-fr he hi hr hu id it ja ' +
  'ko lt lv nb nl nl-be no pl pt pt-br pt-pt ro ru sk sl sr sv th tr uk vi zh zh-cn zh-tw'
).split(' ');
const languages = optionsOf(Object.fromEntries(languageCodes.map((code) => [code, languageNames.of(code) ?? code])));

export const freshProperties: readonly Definition[] = [
  standard('email', 'Email', text, { hasUniqueValue: true }),
  standard('firstname', 'First Name', text),
  standard('lastname', 'Last Name', text),
  standard('phone', 'Phone Number', ['string', 'phonenumber']),
  standard('mobilephone', 'Mobile Phone Number', ['string', 'phonenumber']),
  standard('company', 'Company Name', text),
  standard('jobtitle', 'Job Title', text),
  standard('website', 'Website URL', text),
  standard('address', 'Street Address', text),
  standard('city', 'City', text),
  standard('state', 'State/Region', text),
  standard('zip', 'Postal Code', text),
  standard('country', 'Country/Region', text),
  standard('hs_language', 'Preferred language', choice, { options: languages }),
  standard('lifecyclestage', 'Lifecycle Stage', radio, { options: lifecycleStages }),
  standard('hs_lead_status', 'Lead Status', radio, { options: leadStatuses }),
  standard('hubspot_owner_id', 'Contact owner', choice, { externalOptions: true }),
  standard('hs_additional_emails', 'Additional email addresses', choices, { externalOptions: true }),
  computed('hs_object_id', 'Record ID', number),
  computed('createdate', 'Create Date', moment),
  computed('lastmodifieddate', 'Last Modified Date', moment),
  computed('hs_email_domain', 'Email Domain', text),
  computed('num_associated_deals', 'Number of Associated Deals', number),
  custom('plan', 'Plan', choice, { options: optionsOf({ free: 'Free', pro: 'Pro', team: 'Team' }) }),
  custom('budget', 'Budget', number),
  custom('birthday', 'Birthday', day),
  custom('last_order_at', 'Last order at', moment),
  custom('interests', 'Interests', choices, {
    options: optionsOf({ shoes: 'Shoes', bags: 'Bags', coats: 'Coats', hats: 'Hats', gifts: 'Gifts' }),
  }),
  custom('newsletter', 'Newsletter', flag, { options: optionsOf({ true: 'Yes', false: 'No' }) }),
  custom('chat_channel', 'Chat channel', text),
  custom('chat_tags', 'Chat tags', choices),
  custom('chat_profile_id', 'Chat profile ID', text, { hasUniqueValue: true }),
];
