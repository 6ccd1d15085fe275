import { z } from 'zod';
import type { Account } from '../account.js';
import { parsedBody } from '../body.js';
import { invalid, notFound, Problem } from '../problem.js';
import { type Property, propertySchema } from '../properties/property.js';
import { type Answer, type Call, created, noContent, ok, paged } from '../route.js';
import type { EventDefinition } from './event.js';

const mostDefinitions = 500;

const newPropertySchema = z.object({
  name: z.string().optional(),
  label: z.string(),
  type: z.enum(['string', 'number', 'enumeration', 'datetime', 'bool', 'boolean']),
  description: z.string().default(''),
  options: propertySchema.shape.options,
});
const createSchema = z.object({
  label: z.string(),
  name: z.string().optional(),
  description: z.string().default(''),
  primaryObject: z.string().default('CONTACT'),
  propertyDefinitions: z.array(newPropertySchema).default([]),
});
const updateSchema = z.object({ label: z.string().optional(), description: z.string().optional() });

const machineName = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');

/** As the calls for definitions show one. */
export const definitionAnswer = ({ label, primaryObject, properties, ...definition }: EventDefinition): object => ({
  ...definition,
  labels: { singular: label, plural: label },
  primaryObject,
  primaryObjectId: '0-1',
  trackingType: 'MANUAL',
  associations: [],
  properties,
});

/** @throws Problem 404 */
export function findDefinition(account: Account, { params }: Call): EventDefinition {
  const name = params.eventName ?? '';
  const found = account.data.eventDefinitions.find(
    (definition) => definition.fullyQualifiedName === name || definition.name === name,
  );
  if (found === undefined) throw notFound();
  return found;
}

export function listDefinitions(account: Account, call: Call): Answer {
  const { searchString = '' } = call.query;
  const all = account.data.eventDefinitions.filter(({ name }) => name.includes(searchString.toLowerCase()));
  const page = paged(call, all, definitionAnswer, { usual: 100, most: 100, path: '/events/v3/event-definitions' });
  return ok({ total: all.length, ...page });
}

export function createDefinition(account: Account, { body }: Call): Answer {
  const sent = parsedBody(createSchema, body);
  const name = machineName(sent.name ?? sent.label);
  const { portalId, data } = account;
  if (data.eventDefinitions.some((known) => known.name === name))
    throw new Problem(409, {
      message: `An event definition with the name ${name} already exists.`,
      category: 'OBJECT_ALREADY_EXISTS',
    });
  if (data.eventDefinitions.length >= mostDefinitions)
    throw invalid(`The limit of ${String(mostDefinitions)} event definitions has been reached.`);
  const id = account.nextId();
  const definition: EventDefinition = {
    id,
    name,
    label: sent.label,
    fullyQualifiedName: `pe${String(portalId)}_${name}`,
    objectTypeId: `6-${id}`,
    primaryObject: sent.primaryObject,
    description: sent.description,
    createdAt: account.now(),
    archived: false,
    properties: sent.propertyDefinitions.map(toProperty),
  };
  data.eventDefinitions.push(definition);
  return created(definitionAnswer(definition));
}

export function updateDefinition(account: Account, call: Call): Answer {
  const definition = findDefinition(account, call);
  const { label = definition.label, description = definition.description } = parsedBody(updateSchema, call.body);
  Object.assign(definition, { label, description });
  return created(definitionAnswer(definition));
}

export function deleteDefinition(account: Account, call: Call): Answer {
  const gone = findDefinition(account, call);
  account.data.eventDefinitions = account.data.eventDefinitions.filter((definition) => definition !== gone);
  return noContent;
}

export function addProperty(account: Account, call: Call): Answer {
  const definition = findDefinition(account, call);
  const property = toProperty(parsedBody(newPropertySchema, call.body));
  if (definition.properties.some(({ name }) => name === property.name))
    throw new Problem(409, {
      message: `A property named '${property.name}' already exists.`,
      category: 'OBJECT_ALREADY_EXISTS',
    });
  definition.properties.push(property);
  return created(property);
}

const fieldTypes = {
  string: 'text',
  number: 'number',
  enumeration: 'select',
  datetime: 'date',
  bool: 'booleancheckbox',
  boolean: 'booleancheckbox',
} as const;

function toProperty({ name, label, type, description, options }: z.infer<typeof newPropertySchema>): Property {
  return propertySchema.parse({
    name: machineName(name ?? label),
    label,
    type: type === 'boolean' ? 'bool' : type,
    fieldType: fieldTypes[type],
    groupName: 'custom_event_properties',
    description,
    options,
  });
}
