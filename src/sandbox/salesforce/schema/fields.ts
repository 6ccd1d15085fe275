import type { FieldInput, StoredValue } from './field-definition.js';

type More = Partial<FieldInput>;

export const text = (name: string, label: string, length = 255, more: More = {}): FieldInput => ({
  name,
  label,
  type: 'string',
  length,
  ...more,
});
export const area = (name: string, label: string, length = 32_000): FieldInput => ({
  name,
  label,
  type: 'textarea',
  length,
});
export const email = (name: string, label: string, more: More = {}): FieldInput => ({
  name,
  label,
  type: 'email',
  length: 80,
  ...more,
});
export const phone = (name: string, label: string): FieldInput => ({ name, label, type: 'phone', length: 40 });
export const url = (name: string, label: string): FieldInput => ({ name, label, type: 'url', length: 255 });
export const tick = (name: string, label: string, more: More = {}): FieldInput => ({
  name,
  label,
  type: 'boolean',
  ...more,
});
export const day = (name: string, label: string, more: More = {}): FieldInput => ({
  name,
  label,
  type: 'date',
  ...more,
});
export const moment = (name: string, label: string, more: More = {}): FieldInput => ({
  name,
  label,
  type: 'datetime',
  ...more,
});
export const whole = (name: string, label: string, more: More = {}): FieldInput => ({
  name,
  label,
  type: 'int',
  precision: 8,
  ...more,
});
export const money = (name: string, label: string, more: More = {}): FieldInput => ({
  name,
  label,
  type: 'currency',
  precision: 18,
  scale: 2,
  ...more,
});
export const percent = (name: string, label: string, more: More = {}): FieldInput => ({
  name,
  label,
  type: 'percent',
  precision: 3,
  ...more,
});
export const choice = (name: string, label: string, values: string[], more: More = {}): FieldInput => ({
  name,
  label,
  type: 'picklist',
  length: 255,
  values,
  ...more,
});
export const system: More = { system: true };
export const required: More = { required: true };
export const startsAs = (defaultValue: StoredValue): More => ({ defaultValue });

/** A look-up: the record it points to is `relationship` in SOQL, those that point back are `childName`. */
export const lookup = (
  name: string,
  label: string,
  referenceTo: string | string[],
  childName: string | null = null,
  more: More = {},
): FieldInput => ({
  name,
  label: `${label} ID`,
  type: 'reference',
  length: 18,
  referenceTo: [referenceTo].flat(),
  relationshipName: name.endsWith('__c') ? name.replace(/__c$/, '__r') : name.replace(/Id$/, ''),
  childName,
  ...more,
});

/** What Salesforce keeps of every record. */
export const audit = (): FieldInput[] => [
  moment('CreatedDate', 'Created Date', system),
  lookup('CreatedById', 'Created By', 'User', null, system),
  moment('LastModifiedDate', 'Last Modified Date', system),
  lookup('LastModifiedById', 'Last Modified By', 'User', null, system),
  moment('SystemModstamp', 'System Modstamp', system),
];

export const identity = (label: string): FieldInput[] => [
  { name: 'Id', label: `${label} ID`, type: 'id', length: 18, system: true },
  tick('IsDeleted', 'Deleted', system),
];

/** Of a record that was merged into another one: that one. */
export const masterRecord = (object: string): FieldInput =>
  lookup('MasterRecordId', 'Master Record', object, null, system);

export const owner = (to: string | string[] = 'User'): FieldInput => lookup('OwnerId', 'Owner', to);
export const address = (prefix: string, label: string): FieldInput[] => [
  { name: `${prefix}Street`, label: `${label} Street`, type: 'textarea', length: 255 },
  text(`${prefix}City`, `${label} City`, 40),
  text(`${prefix}State`, `${label} State/Province`, 80),
  text(`${prefix}PostalCode`, `${label} Zip/Postal Code`, 20),
  text(`${prefix}Country`, `${label} Country`, 80),
];
