import type { AttributeType } from '../../profiles/attribute.js';
import type { RemoteField } from '../destination.js';
import type { InterestCategory, MergeField } from './answers.js';
import type { FieldCatalog } from './field-catalog.js';
import {
  addressParts,
  emailField,
  fieldPrefixes,
  languageField,
  requiredAddressParts,
  vipField,
} from './field-names.js';

const attributeTypes: Readonly<Record<string, AttributeType>> = { number: 'number', date: 'date', birthday: 'date' };

const plain = { writable: true, required: false, unique: false, options: null } as const;

/** All fields a mapping can write to, the key first. */
export function remoteFields({ mergeFields, interests, permissions }: FieldCatalog): readonly RemoteField[] {
  return [
    {
      ...plain,
      name: emailField,
      label: 'Email address',
      type: 'string',
      nativeType: 'email',
      required: true,
      unique: true,
    },
    ...[...mergeFields.values()].flatMap(ofMergeField),
    ...interests.flatMap(ofCategory),
    ...permissions.map(({ text }): RemoteField => ({
      ...plain,
      name: `${fieldPrefixes.permissions}${text}`,
      label: `Marketing permission: ${text}`,
      type: 'boolean',
      nativeType: 'marketing permission',
    })),
    { ...plain, name: languageField, label: 'Language', type: 'string', nativeType: 'language code' },
    { ...plain, name: vipField, label: 'VIP', type: 'boolean', nativeType: 'boolean' },
  ];
}

/** An address shows its parts as well, for profiles that know them apart. */
function ofMergeField({ tag, name, type, required, options }: MergeField): readonly RemoteField[] {
  const choices = options.choices?.map((choice) => ({ value: choice, label: choice })) ?? null;
  const whole: RemoteField = {
    ...plain,
    name: tag,
    label: name,
    type: attributeTypes[type] ?? 'string',
    nativeType: type,
    required,
    options: choices,
  };
  if (type !== 'address') return [whole];
  const parts = addressParts.map((part): RemoteField => ({
    ...plain,
    name: `${tag}.${part}`,
    label: `${name}: ${part}`,
    type: 'string',
    nativeType: requiredAddressParts.includes(part) ? 'address part, required with the others' : 'address part',
  }));
  return [whole, ...parts];
}

/** The category takes a list of its groups; each group a yes or no. */
function ofCategory({ title, type, interests }: InterestCategory): readonly RemoteField[] {
  const name = `${fieldPrefixes.interests}${title}`;
  const options = interests.map((interest) => ({ value: interest.name, label: interest.name }));
  return [
    { ...plain, name, label: `Groups: ${title}`, type: 'list', nativeType: `groups (${type})`, options },
    ...interests.map((interest): RemoteField => ({
      ...plain,
      name: `${name}.${interest.name}`,
      label: `${title}: ${interest.name}`,
      type: 'boolean',
      nativeType: 'group',
    })),
  ];
}
