import {
  PropertyCreateFieldTypeEnum as FieldType,
  PropertyCreateTypeEnum as Type,
} from '@hubspot/api-client/lib/codegen/crm/properties/models/PropertyCreate.js';
import type { AttributeType } from '../../profiles/attribute.js';
import { DeliveryError } from '../delivery-error.js';
import type { PrepareReport, PrepareRequest, WantedField } from '../destination.js';
import type { Account } from './account.js';
import { type NewProperty, PropertiesApi } from './api/properties.js';
import { fieldProblems, keyProblems, tagsProblems } from './check.js';
import { companyKeyProperty, companyOf } from './companies/company-fields.js';
import { toMappingOptions } from './mapping-options.js';
import type { Option, Properties } from './property.js';

/** Everything we create is found in one place, and seen to be ours. */
const group = { name: 'parley', label: 'Parley' };

interface NativeType {
  readonly type: Type;
  readonly fieldType: FieldType;
  readonly options?: readonly Option[];
}

const nativeTypes = {
  string: { type: Type.String, fieldType: FieldType.Text },
  number: { type: Type.Number, fieldType: FieldType.Number },
  boolean: {
    type: Type.Bool,
    fieldType: FieldType.Booleancheckbox,
    options: [
      { label: 'Yes', value: 'true', hidden: false, displayOrder: 0 },
      { label: 'No', value: 'false', hidden: false, displayOrder: 1 },
    ],
  },
  date: { type: Type.Date, fieldType: FieldType.Date },
  datetime: { type: Type.Datetime, fieldType: FieldType.Date },
  list: { type: Type.Enumeration, fieldType: FieldType.Checkbox },
} as const satisfies Record<AttributeType, NativeType>;

interface Wanted extends WantedField {
  readonly object: 'contacts' | 'companies';
}

/** See `Connection.prepare`: creates the properties that the mapping names and the account lacks, if the mapping allows it. */
export async function prepare(account: Account, request: PrepareRequest): Promise<PrepareReport> {
  const reports = [];
  for (const [object, fields] of Map.groupBy(wantedOf(request), (field) => field.object))
    reports.push(await prepareObject(account, object, fields, request));
  return {
    created: reports.flatMap(({ created }) => created),
    problems: reports.flatMap(({ problems }) => problems),
  };
}

function wantedOf({ fields, tagsField, keyField, options }: PrepareRequest): Wanted[] {
  const { companies } = toMappingOptions(options);
  const ofContact = fields
    .filter(({ name }) => companyOf(name) === null)
    .map((field) => ({ ...field, object: 'contacts' as const }));
  const ofCompany = fields.flatMap((field) => {
    const name = companyOf(field.name);
    return name === null || companies === 'off' ? [] : [{ ...field, name, object: 'companies' as const }];
  });
  const hasKey = ofContact.some(({ name }) => name === keyField);
  return [
    ...(hasKey
      ? []
      : [{ name: keyField, label: 'Parley key', type: 'string' as const, key: true, object: 'contacts' as const }]),
    ...ofContact,
    ...(tagsField === null
      ? []
      : [{ name: tagsField, label: 'Chat tags', type: 'list' as const, key: false, object: 'contacts' as const }]),
    ...ofCompany,
    ...(companies === 'create' ? [{ ...companyKeyProperty, object: 'companies' as const }] : []),
  ];
}

async function prepareObject(
  { client, catalogs }: Account,
  object: string,
  fields: readonly Wanted[],
  { create, dryRun, tagsField }: PrepareRequest,
): Promise<PrepareReport> {
  const api = new PropertiesApi(client, object);
  const catalog = catalogs.of(object);
  const properties = await catalog.notOlderThan(-1);
  const present = fields.filter(({ name }) => properties.has(name));
  const missing = fields.filter(({ name }) => !properties.has(name));
  const problems = present.flatMap((field) => presentProblems(properties, field, tagsField));
  if (missing.length === 0) return { created: [], problems };
  if (!create.fields)
    return {
      created: [],
      problems: [...problems, ...missing.map((field) => missingProblem(object, field))],
    };
  const created: string[] = [];
  if (!dryRun) await ensureGroup(api);
  for (const field of missing) {
    const problem = dryRun ? null : await tryToCreate(api, field);
    if (problem === null) created.push(sentence(object, field));
    else problems.push(problem);
  }
  if (!dryRun) catalog.forget();
  return { created, problems };
}

function presentProblems(properties: Properties, { name, key }: Wanted, tagsField: string | null): string[] {
  if (key) return keyProblems(properties, name);
  return name === tagsField ? tagsProblems(properties, name) : fieldProblems(properties, name);
}

const missingProblem = (object: string, { name, type, key }: Wanted): string =>
  `The property "${name}" of ${object} does not exist in HubSpot. Create it there (${nativeTypes[type].fieldType}${key ? ', with unique values' : ''}), or allow the mapping to create fields.`;

const sentence = (object: string, { name, type, key }: Wanted): string =>
  `The property "${name}" of ${object} (${nativeTypes[type].type}/${nativeTypes[type].fieldType}${key ? ', unique values' : ''}) in the group "${group.label}".`;

async function ensureGroup(api: PropertiesApi): Promise<void> {
  const names = await api.groupNames();
  if (!names.includes(group.name)) await api.createGroup(group.name, group.label);
}

/** @returns why it could not be created, or null */
async function tryToCreate(api: PropertiesApi, wanted: Wanted): Promise<string | null> {
  const property = toNewProperty(wanted);
  try {
    const made = await api.create(property);
    const type: string = property.type;
    if (made.type === type && made.unique === wanted.key) return null;
    return `The property "${wanted.name}" was there before, archived, as ${made.type}/${made.fieldType}: HubSpot has restored it so. Choose another name, or delete it for good in HubSpot.`;
  } catch (error) {
    if (!(error instanceof DeliveryError) || (error.kind !== 'rejected' && error.kind !== 'misconfigured')) throw error;
    return `The property "${wanted.name}" could not be created: ${error.message}`;
  }
}

function toNewProperty({ name, label, type, key }: Wanted): NewProperty {
  const native: NativeType = nativeTypes[type];
  return {
    name,
    label,
    type: native.type,
    fieldType: native.fieldType,
    options: native.options ?? [],
    groupName: group.name,
    hasUniqueValue: key,
    description: 'Made by Parley, which fills it with what people tell your chatbots.',
  };
}
