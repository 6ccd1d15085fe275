import { businessObjects } from './business-objects.js';
import { fieldDefinition, type FieldDefinition } from './field-definition.js';
import { text } from './fields.js';
import { historyObjects } from './history-objects.js';
import { marketingObjects } from './marketing-objects.js';
import { objectDefinition, type ObjectDefinition, type ObjectInput } from './object-definition.js';
import { peopleObjects } from './people-objects.js';
import { setupObjects } from './setup-objects.js';

/** A platform event that an admin has defined for chatbots. */
const botEvent: ObjectInput = {
  name: 'Bot_Event__e',
  label: 'Bot Event',
  labelPlural: 'Bot Events',
  keyPrefix: 'e01',
  nature: 'event',
  fields: [
    text('ReplayId', 'Replay ID', 1_000, { system: true }),
    text('EventUuid', 'Event UUID', 36, { system: true }),
    { name: 'CreatedDate', label: 'Created Date', type: 'datetime', system: true },
    { name: 'CreatedById', label: 'Created By ID', type: 'reference', length: 18, referenceTo: ['User'], system: true },
    text('Contact_Id__c', 'Contact ID', 18),
    text('Profile_Id__c', 'Profile ID', 255),
    text('Segment__c', 'Segment', 255),
    { name: 'Payload__c', label: 'Payload', type: 'textarea', length: 131_072 },
  ],
};

const inputs: readonly ObjectInput[] = [
  ...peopleObjects,
  ...businessObjects,
  ...marketingObjects,
  ...setupObjects,
  ...historyObjects,
  botEvent,
];

/** Every object of a fresh org but Contact, which stands for itself in the state. */
export const freshObjects = (): ObjectDefinition[] =>
  inputs.map(({ fields: _fields, ...object }) => objectDefinition.parse(object));

/** Their fields, by the object's name. */
export const freshFields = (): Record<string, FieldDefinition[]> =>
  Object.fromEntries(inputs.map(({ name, fields }) => [name, fields.map((field) => fieldDefinition.parse(field))]));
