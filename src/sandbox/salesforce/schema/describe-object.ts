import { isCustom, type FieldDefinition, type FieldType } from './field-definition.js';
import type { OrgObject } from './org-object.js';
import type { Schema } from './schema.js';

const soapTypes: Readonly<Record<FieldType, string>> = {
  id: 'tns:ID',
  string: 'xsd:string',
  textarea: 'xsd:string',
  email: 'xsd:string',
  phone: 'xsd:string',
  url: 'xsd:string',
  picklist: 'xsd:string',
  combobox: 'xsd:string',
  multipicklist: 'xsd:string',
  boolean: 'xsd:boolean',
  int: 'xsd:int',
  double: 'xsd:double',
  currency: 'xsd:double',
  percent: 'xsd:double',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
  time: 'xsd:time',
  reference: 'tns:ID',
};

/** One row of the list of all objects. */
export function describeBriefly(object: OrgObject, versionPath: string) {
  const path = `${versionPath}/sobjects/${object.name}`;
  const { rights, permissions } = object;
  return {
    name: object.name,
    label: object.label,
    labelPlural: object.labelPlural,
    keyPrefix: object.keyPrefix,
    activateable: false,
    custom: isCustom(object),
    customSetting: false,
    deprecatedAndHidden: false,
    createable: rights.create && permissions.create,
    updateable: rights.update && permissions.edit,
    deletable: rights.delete && permissions.delete,
    undeletable: rights.delete && permissions.delete,
    mergeable: ['Account', 'Contact', 'Lead'].includes(object.name),
    queryable: rights.query,
    retrieveable: rights.query,
    searchable: rights.query,
    replicateable: rights.query,
    triggerable: rights.update,
    layoutable: object.nature === 'record',
    feedEnabled: false,
    urls: { sobject: path, describe: `${path}/describe`, rowTemplate: `${path}/{ID}` },
  };
}

/**
 * The answer of `GET …/sobjects/{object}/describe`: only what the integration user may see.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm
 */
export function describeObject(object: OrgObject, schema: Schema, versionPath: string): unknown {
  return {
    ...describeBriefly(object, versionPath),
    childRelationships: schema.childrenOf(object).map(({ name, object: child, field }) => ({
      cascadeDelete: field.required,
      childSObject: child.name,
      deprecatedAndHidden: false,
      field: field.name,
      junctionIdListNames: [],
      junctionReferenceTo: [],
      relationshipName: name,
      restrictedDelete: false,
    })),
    recordTypeInfos: [],
    fields: object.visibleFields.map((field) => describeField(object, field)),
  };
}

function describeField(object: OrgObject, field: FieldDefinition): unknown {
  const hasDefault = field.type === 'boolean' || field.system || field.defaultValue !== null;
  const lookedUp = field.externalId || field.type === 'email' || field.type === 'id';
  return {
    name: field.name,
    label: field.label,
    type: field.type,
    soapType: soapTypes[field.type],
    length: field.length,
    byteLength: field.length * 3,
    precision: field.precision,
    scale: field.scale,
    digits: field.type === 'int' ? field.precision : 0,
    createable: object.isCreateable(field),
    updateable: object.isUpdateable(field),
    nillable: !field.required && !field.system && field.type !== 'boolean',
    defaultedOnCreate: hasDefault || field.name === 'OwnerId',
    defaultValue: field.type === 'boolean' ? field.defaultValue === true : field.defaultValue,
    calculated: false,
    autoNumber: false,
    custom: isCustom(field),
    externalId: field.externalId,
    idLookup: lookedUp,
    unique: field.unique,
    caseSensitive: field.caseSensitive,
    restrictedPicklist: field.restricted,
    dependentPicklist: false,
    controllerName: null,
    picklistValues: field.values.map((value) => ({
      active: true,
      defaultValue: value === field.defaultValue,
      label: value,
      validFor: null,
      value,
    })),
    referenceTo: field.referenceTo,
    relationshipName: field.relationshipName,
    polymorphicForeignKey: field.referenceTo.length > 1,
    compoundFieldName: null,
    filterable: isFilterable(field),
    groupable: isFilterable(field),
    sortable: isSortable(field),
    nameField: field.name === 'Name',
    htmlFormatted: false,
    deprecatedAndHidden: false,
    permissionable: !field.required && !field.system && field.type !== 'id',
  };
}

/** Long texts cannot stand in a condition. */
export const isFilterable = ({ type, length }: FieldDefinition): boolean => type !== 'textarea' || length <= 255;
export const isSortable = (field: FieldDefinition): boolean => isFilterable(field) && field.type !== 'multipicklist';
