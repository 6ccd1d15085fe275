import type { ObjectType } from '../object-types.js';
import {
  choice,
  computed,
  type Definition,
  flag,
  type Kind,
  moment,
  number,
  optionsOf,
  standard,
  text,
} from './definition.js';

const html: Kind = ['string', 'html'];
const longText: Kind = ['string', 'textarea'];

const own = (group: string, definition: Definition): Definition => ({ ...definition, groupName: group });

/** Times and owner, which every engagement has. */
const engagement = (group: string): Definition[] =>
  [
    standard('hs_timestamp', 'Activity date', moment),
    standard('hubspot_owner_id', 'Activity assigned to', choice, { externalOptions: true }),
    computed('hs_object_id', 'Record ID', number),
    computed('hs_createdate', 'Create date', moment),
    computed('hs_lastmodifieddate', 'Last modified date', moment),
  ].map((definition) => own(group, definition));

const groups = {
  companies: 'companyinformation',
  deals: 'dealinformation',
  tickets: 'ticketinformation',
  notes: 'note',
  meetings: 'meeting',
  calls: 'call',
  emails: 'email',
  tasks: 'task',
} as const satisfies Record<Exclude<ObjectType, 'contacts'>, string>;

export const freshObjectGroups = (type: Exclude<ObjectType, 'contacts'>) => [
  { name: groups[type], label: `${type.charAt(0).toUpperCase()}${type.slice(1, -1)} information` },
];

const records = {
  companies: [
    standard('name', 'Company name', text),
    standard('domain', 'Company domain name', text),
    standard('phone', 'Phone number', ['string', 'phonenumber']),
    standard('city', 'City', text),
    standard('country', 'Country/Region', text),
    standard('website', 'Website URL', text),
    standard('industry', 'Industry', choice, { externalOptions: true }),
    standard('numberofemployees', 'Number of employees', number),
    standard('annualrevenue', 'Annual revenue', number),
    standard('description', 'Description', longText),
    standard('hubspot_owner_id', 'Company owner', choice, { externalOptions: true }),
    standard('lifecyclestage', 'Lifecycle stage', choice, { externalOptions: true }),
    computed('num_associated_contacts', 'Number of associated contacts', number),
    computed('num_associated_deals', 'Number of associated deals', number),
    computed('hs_merged_object_ids', 'Merged record IDs', text),
    computed('hs_object_id', 'Record ID', number),
    computed('createdate', 'Create date', moment),
    computed('hs_lastmodifieddate', 'Last modified date', moment),
  ],
  deals: [
    standard('dealname', 'Deal name', text),
    standard('amount', 'Amount', number),
    standard('deal_currency_code', 'Currency', choice, { externalOptions: true }),
    standard('closedate', 'Close date', moment),
    standard('createdate', 'Create date', moment),
    standard('dealstage', 'Deal stage', choice, { externalOptions: true }),
    standard('pipeline', 'Pipeline', choice, { externalOptions: true }),
    standard('dealtype', 'Deal type', choice, {
      options: optionsOf({ newbusiness: 'New business', existingbusiness: 'Existing business' }),
    }),
    standard('description', 'Deal description', longText),
    standard('hubspot_owner_id', 'Deal owner', choice, { externalOptions: true }),
    standard('hs_priority', 'Priority', choice, { options: optionsOf({ low: 'Low', medium: 'Medium', high: 'High' }) }),
    computed('amount_in_home_currency', 'Amount in company currency', number),
    computed('hs_is_closed', 'Is deal closed?', flag),
    computed('hs_is_closed_won', 'Is closed won', flag),
    computed('hs_deal_stage_probability', 'Deal probability', number),
    computed('num_associated_contacts', 'Number of associated contacts', number),
    computed('hs_object_id', 'Record ID', number),
    computed('hs_lastmodifieddate', 'Last modified date', moment),
  ],
  tickets: [
    standard('subject', 'Ticket name', text),
    standard('content', 'Ticket description', longText),
    standard('hs_pipeline', 'Pipeline', choice, { externalOptions: true }),
    standard('hs_pipeline_stage', 'Ticket status', choice, { externalOptions: true }),
    standard('hs_ticket_priority', 'Priority', choice, {
      options: optionsOf({ LOW: 'Low', MEDIUM: 'Medium', HIGH: 'High', URGENT: 'Urgent' }),
    }),
    standard('hs_ticket_category', 'Category', choice, { externalOptions: true }),
    standard('source_type', 'Source', choice, { externalOptions: true }),
    standard('closed_date', 'Close date', moment),
    standard('createdate', 'Create date', moment),
    standard('hubspot_owner_id', 'Ticket owner', choice, { externalOptions: true }),
    computed('hs_is_closed', 'Is closed', flag),
    computed('hs_object_id', 'Record ID', number),
    computed('hs_lastmodifieddate', 'Last modified date', moment),
  ],
  notes: [standard('hs_note_body', 'Note body', html), standard('hs_attachment_ids', 'Attached content IDs', text)],
  meetings: [
    standard('hs_meeting_title', 'Meeting name', text),
    standard('hs_meeting_body', 'Meeting description', html),
    standard('hs_meeting_start_time', 'Meeting start time', moment),
    standard('hs_meeting_end_time', 'Meeting end time', moment),
    standard('hs_meeting_outcome', 'Meeting outcome', choice, {
      options: optionsOf({
        SCHEDULED: 'Scheduled',
        COMPLETED: 'Completed',
        RESCHEDULED: 'Rescheduled',
        NO_SHOW: 'No show',
        CANCELED: 'Canceled',
      }),
    }),
  ],
  calls: [
    standard('hs_call_title', 'Call title', text),
    standard('hs_call_body', 'Call notes', html),
    standard('hs_call_direction', 'Call direction', choice, {
      options: optionsOf({ INBOUND: 'Inbound', OUTBOUND: 'Outbound' }),
    }),
    standard('hs_call_duration', 'Call duration', number),
    standard('hs_call_status', 'Call status', choice, { externalOptions: true }),
  ],
  emails: [
    standard('hs_email_subject', 'Email subject', text),
    standard('hs_email_text', 'Email body', longText),
    standard('hs_email_html', 'Email html', html),
    standard('hs_email_direction', 'Email direction', choice, {
      options: optionsOf({
        EMAIL: 'Outgoing email',
        INCOMING_EMAIL: 'Incoming email',
        FORWARDED_EMAIL: 'Forwarded email',
      }),
    }),
    standard('hs_email_status', 'Email send status', choice, { externalOptions: true }),
    standard('hs_email_headers', 'Email headers', longText),
  ],
  tasks: [
    standard('hs_task_subject', 'Task title', text),
    standard('hs_task_body', 'Task notes', html),
    standard('hs_task_status', 'Task status', choice, {
      options: optionsOf({
        NOT_STARTED: 'Not started',
        IN_PROGRESS: 'In progress',
        WAITING: 'Waiting',
        COMPLETED: 'Completed',
        DEFERRED: 'Deferred',
      }),
    }),
    standard('hs_task_priority', 'Priority', choice, {
      options: optionsOf({ NONE: 'None', LOW: 'Low', MEDIUM: 'Medium', HIGH: 'High' }),
    }),
    standard('hs_task_type', 'Task type', choice, {
      options: optionsOf({ TODO: 'To-do', EMAIL: 'Email', CALL: 'Call', LINKED_IN: 'LinkedIn' }),
    }),
    standard('hs_task_reminders', 'Reminder', text),
  ],
} as const satisfies Record<Exclude<ObjectType, 'contacts'>, readonly Definition[]>;

/** HubSpot's own properties of every kind of record but contacts; those that integrations use. */
export const freshObjectProperties = (type: Exclude<ObjectType, 'contacts'>): Definition[] => [
  ...records[type].map((definition) => own(groups[type], definition)),
  ...(type === 'companies' || type === 'deals' || type === 'tickets' ? [] : engagement(groups[type])),
];
