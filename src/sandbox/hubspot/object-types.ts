/** What differs between HubSpot's kinds of records. Engagements (notes, tasks …) are read and written with the contacts' scopes. */
interface ObjectTypeFacts {
  readonly typeId: string;
  readonly singular: string;
  /** Properties that every answer carries: when it was made, when it was changed. */
  readonly created: string;
  readonly modified: string;
  /** Shown when a read asks for nothing in particular. */
  readonly usual: readonly string[];
  readonly required: readonly string[];
  readonly read: readonly string[];
  readonly write: readonly string[];
}

const engagement = (
  typeId: string,
  singular: string,
  usual: readonly string[],
  more: readonly [read: string, write: string] | [] = [],
): ObjectTypeFacts => ({
  typeId,
  singular,
  created: 'hs_createdate',
  modified: 'hs_lastmodifieddate',
  usual,
  required: ['hs_timestamp'],
  read: ['crm.objects.contacts.read', ...more.slice(0, 1)],
  write: ['crm.objects.contacts.write', ...more.slice(1)],
});

/** @see https://developers.hubspot.com/docs/guides/crm/understanding-the-crm */
export const objectTypes = {
  contacts: {
    typeId: '0-1',
    singular: 'contact',
    created: 'createdate',
    modified: 'lastmodifieddate',
    usual: ['email', 'firstname', 'lastname'],
    required: [],
    read: ['crm.objects.contacts.read'],
    write: ['crm.objects.contacts.write'],
  },
  companies: {
    typeId: '0-2',
    singular: 'company',
    created: 'createdate',
    modified: 'hs_lastmodifieddate',
    usual: ['domain', 'name'],
    required: [],
    read: ['crm.objects.companies.read'],
    write: ['crm.objects.companies.write'],
  },
  deals: {
    typeId: '0-3',
    singular: 'deal',
    created: 'createdate',
    modified: 'hs_lastmodifieddate',
    usual: ['amount', 'closedate', 'dealname', 'dealstage', 'pipeline'],
    required: ['dealname', 'dealstage'],
    read: ['crm.objects.deals.read'],
    write: ['crm.objects.deals.write'],
  },
  tickets: {
    typeId: '0-5',
    singular: 'ticket',
    created: 'createdate',
    modified: 'hs_lastmodifieddate',
    usual: ['content', 'hs_pipeline', 'hs_pipeline_stage', 'hs_ticket_category', 'hs_ticket_priority', 'subject'],
    required: ['hs_pipeline_stage'],
    read: ['tickets', 'crm.objects.tickets.read'],
    write: ['tickets', 'crm.objects.tickets.write'],
  },
  notes: engagement('0-46', 'note', ['hs_note_body', 'hs_timestamp']),
  meetings: engagement('0-47', 'meeting', ['hs_meeting_title', 'hs_timestamp']),
  calls: engagement('0-48', 'call', ['hs_call_title', 'hs_timestamp']),
  emails: engagement('0-49', 'email', ['hs_email_subject', 'hs_timestamp'], ['sales-email-read', 'sales-email-read']),
  tasks: engagement(
    '0-27',
    'task',
    ['hs_task_subject', 'hs_timestamp'],
    ['crm.objects.tasks.read', 'crm.objects.tasks.write'],
  ),
} as const satisfies Record<string, ObjectTypeFacts>;

export type ObjectType = keyof typeof objectTypes;
export const objectTypeNames = Object.keys(objectTypes).filter((name): name is ObjectType => name in objectTypes);

const byName = new Map<string, ObjectType>(
  objectTypeNames.flatMap((type) =>
    [type, objectTypes[type].singular, objectTypes[type].typeId].map((name): [string, ObjectType] => [name, type]),
  ),
);

/** HubSpot takes the plural, the singular and the type id in a path, in any case. */
export const objectTypeOf = (name: string): ObjectType | undefined => byName.get(name.toLowerCase());

export const objectFacts = (type: ObjectType): ObjectTypeFacts => objectTypes[type];

/** As error texts say it: `CONTACT`. */
export const objectWord = (type: ObjectType): string => objectTypes[type].singular.toUpperCase();
