import { identity, lookup, moment, system, text } from './fields.js';
import type { ObjectInput } from './object-definition.js';

/** Where Salesforce notes who changed a field that an admin has chosen to be tracked. */
const historyOf = (object: 'Contact' | 'Lead', keyPrefix: string): ObjectInput => ({
  name: `${object}History`,
  label: `${object} History`,
  labelPlural: `${object} Histories`,
  keyPrefix,
  nature: 'setup', // read only
  fields: [
    ...identity(`${object} History`),
    lookup(`${object}Id`, object, object, 'Histories', system),
    text('Field', 'Changed Field', 255, system),
    text('OldValue', 'Old Value', 255, system),
    text('NewValue', 'New Value', 255, system),
    moment('CreatedDate', 'Created Date', system),
    lookup('CreatedById', 'Created By', 'User', null, system),
  ],
});

export const historyObjects: readonly ObjectInput[] = [historyOf('Contact', '03H'), historyOf('Lead', '01H')];
