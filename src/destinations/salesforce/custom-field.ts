import type { AttributeType } from '../../profiles/attribute.js';
import type { Json, WantedField } from '../destination.js';

/** The field types that Parley makes, as the Metadata API describes them. */
const metadata = {
  string: { type: 'Text', length: 255 },
  number: { type: 'Number', precision: 18, scale: 4 },
  boolean: { type: 'Checkbox', defaultValue: 'false' },
  date: { type: 'Date' },
  datetime: { type: 'DateTime' },
  list: {
    type: 'MultiselectPicklist',
    visibleLines: 4,
    // A picklist needs a first choice; since it is not restricted, every other value can be written.
    valueSet: {
      restricted: false,
      valueSetDefinition: { sorted: false, value: [{ fullName: 'chat', default: false, label: 'chat' }] },
    },
  },
} as const satisfies Record<AttributeType, Json>;

const key = { type: 'Text', length: 255, externalId: true, unique: true, caseSensitive: true };

/** Salesforce's own fields cannot be made; the name of one's own ends in `__c`. */
export const canBeMade = (name: string): boolean => /^[A-Za-z][A-Za-z0-9_]{0,39}__c$/.test(name);

/**
 * What the Tooling API is asked to make. The key is case-sensitive, since ids of chat platforms are.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_tooling.meta/api_tooling/tooling_api_objects_customfield.htm
 */
export const customField = (sobject: string, field: WantedField): Json => ({
  FullName: `${sobject}.${field.name}`,
  Metadata: { label: field.label.slice(0, 40), ...(field.key ? key : metadata[field.type]) },
});
