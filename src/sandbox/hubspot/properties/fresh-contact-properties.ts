import {
  choice,
  choices,
  computed,
  custom,
  day,
  flag,
  type Definition,
  moment,
  number,
  optionsOf,
  radio,
  standard,
  text,
} from './definition.js';

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
  computed('recent_deal_amount', 'Recent Deal Amount', number),
  computed('associatedcompanyid', 'Primary Associated Company ID', number),
  computed('hs_email_open', 'Marketing emails opened', number),
  computed('hs_email_click', 'Marketing emails clicked', number),
  computed('hs_email_last_open_date', 'Last marketing email open date', moment),
  computed('hs_email_last_click_date', 'Last marketing email click date', moment),
  computed('hs_email_optout', 'Unsubscribed from all email', flag),
  computed('hs_email_optout_501', 'Opted out of email: Marketing Information', flag),
  computed('hs_email_optout_502', 'Opted out of email: Customer Service Communication', flag),
  computed('hs_email_optout_503', 'Opted out of email: Chat newsletter', flag),
  computed('hs_marketable_status', 'Marketing contact status', flag),
  computed('hs_merged_object_ids', 'Merged record IDs', text),
  computed('hs_calculated_merged_vids', 'Merged vids with timestamps of a contact', text),
  computed('hs_analytics_source', 'Original Traffic Source', text),
  computed('hs_analytics_first_timestamp', 'Time First Seen', moment),
  computed('notes_last_updated', 'Last Activity Date', moment),
  computed('hs_analytics_num_page_views', 'Number of Pageviews', number),
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
