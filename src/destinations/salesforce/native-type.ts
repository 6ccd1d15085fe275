import type { AttributeType } from '../../profiles/attribute.js';
import type { DescribedField } from './wire.js';

/** Salesforce's field types that can be written, with what they are in our words. */
const attributeTypes = {
  string: 'string',
  textarea: 'string',
  url: 'string',
  phone: 'string',
  encryptedstring: 'string',
  email: 'string',
  picklist: 'string',
  combobox: 'string',
  multipicklist: 'list',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  double: 'number',
  currency: 'number',
  percent: 'number',
  date: 'date',
  datetime: 'datetime',
  time: 'string',
  reference: 'string',
} as const satisfies Readonly<Record<string, AttributeType>>;

export type NativeType = keyof typeof attributeTypes;

const isNativeType = (type: string): type is NativeType => type in attributeTypes;

/** null: a type we do not write, such as an address, a location or an id. */
export const nativeTypeOf = ({ type }: DescribedField): NativeType | null => (isNativeType(type) ? type : null);

export function attributeTypeOf(field: DescribedField): AttributeType {
  const type = nativeTypeOf(field);
  return type === null ? 'string' : attributeTypes[type];
}
