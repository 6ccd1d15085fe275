import { isVisible, isWritable, type FieldDefinition, type FieldType } from './field-definition.js';

const soapTypes: Readonly<Record<FieldType, string>> = {
  id: 'tns:ID',
  string: 'xsd:string',
  textarea: 'xsd:string',
  email: 'xsd:string',
  phone: 'xsd:string',
  url: 'xsd:string',
  picklist: 'xsd:string',
  multipicklist: 'xsd:string',
  boolean: 'xsd:boolean',
  int: 'xsd:int',
  double: 'xsd:double',
  currency: 'xsd:double',
  percent: 'xsd:double',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
  reference: 'tns:ID',
};

/**
 * The answer of `GET …/sobjects/Contact/describe`: only what the integration user may see.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm
 */
export function describeContact(fields: readonly FieldDefinition[], versionPath: string): unknown {
  const path = `${versionPath}/sobjects/Contact`;
  return {
    name: 'Contact',
    label: 'Contact',
    labelPlural: 'Contacts',
    keyPrefix: '003',
    custom: false,
    createable: true,
    updateable: true,
    deletable: true,
    undeletable: true,
    mergeable: true,
    queryable: true,
    retrieveable: true,
    searchable: true,
    replicateable: true,
    triggerable: true,
    layoutable: true,
    childRelationships: [],
    recordTypeInfos: [],
    fields: fields.filter(isVisible).map(describeField),
    urls: { sobject: path, describe: `${path}/describe`, rowTemplate: `${path}/{ID}` },
  };
}

function describeField(field: FieldDefinition): unknown {
  const writable = isWritable(field);
  return {
    name: field.name,
    label: field.label,
    type: field.type,
    soapType: soapTypes[field.type],
    length: field.length,
    byteLength: field.length * 3,
    precision: field.precision,
    scale: field.scale,
    digits: 0,
    createable: writable,
    updateable: writable,
    nillable: !field.required && !field.system && field.type !== 'boolean',
    defaultedOnCreate: field.type === 'boolean' || field.system,
    defaultValue: field.type === 'boolean' ? false : null,
    calculated: false,
    autoNumber: false,
    custom: field.name.endsWith('__c'),
    externalId: field.externalId,
    idLookup: field.externalId || field.type === 'email' || field.type === 'id',
    unique: field.unique,
    caseSensitive: field.caseSensitive,
    restrictedPicklist: field.restricted,
    dependentPicklist: false,
    controllerName: null,
    picklistValues: field.values.map((value) => ({
      active: true,
      defaultValue: false,
      label: value,
      validFor: null,
      value,
    })),
    referenceTo: field.name === 'OwnerId' ? ['User'] : [],
    relationshipName: field.name === 'OwnerId' ? 'Owner' : null,
    compoundFieldName: null,
    filterable: field.type !== 'textarea',
    sortable: field.type !== 'textarea' && field.type !== 'multipicklist',
    permissionable: !field.required && !field.system,
  };
}
