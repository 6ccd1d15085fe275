import { z } from 'zod';
import type { Account } from '../account.js';
import { parsedBody } from '../body.js';
import { type ObjectType } from '../object-types.js';
import { invalid, notFound, Problem } from '../problem.js';
import { batchAnswer, checkSize } from '../records/batch-answer.js';
import { typeIn } from '../records/record-routes.js';
import { type Answer, atEach, type Call, created, noContent, ok, type Route } from '../route.js';
import { groupRoutes } from './group-routes.js';
import { type Property, propertySchema } from './property.js';
import { readSchemas, writeSchemas } from './schema-scopes.js';

const bases = ['/crm/v3/properties/:objectType', '/crm/properties/2026-03/:objectType'];
const mostUnique = 10;

const createSchema = propertySchema
  .omit({ modificationMetadata: true, hubspotDefined: true, archived: true, calculated: true })
  .extend({
    name: z.string().regex(/^[a-z][a-z0-9_]*$/),
    fieldType: z.enum([
      'booleancheckbox',
      'calculation_equation',
      'checkbox',
      'date',
      'file',
      'html',
      'number',
      'phonenumber',
      'radio',
      'select',
      'text',
      'textarea',
    ]),
  });
const updateSchema = z.object({
  label: z.string().optional(),
  description: z.string().optional(),
  groupName: z.string().optional(),
  hidden: z.boolean().optional(),
  formField: z.boolean().optional(),
  displayOrder: z.int().optional(),
  options: propertySchema.shape.options.optional().describe('Replaces the whole list'),
});
const namesSchema = z.object({ inputs: z.array(z.object({ name: z.string() })).default([]) });
const batchSchema = z.object({ inputs: z.array(z.unknown()).default([]) });

/** @see https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide */
export function propertyRoutes(account: Account): Route[] {
  type Handler = (type: ObjectType, call: Call) => Answer;
  const route = (method: Route['method'], path: string, scopes: Route['scopes'], handle: Handler): Route[] =>
    atEach(
      bases.map((base) => base + path),
      { method, scopes, handle: (call) => handle(typeIn(call), call) },
    );
  const find = (type: ObjectType, { params }: Call): Property => existing(account, type, params.name ?? '');
  return [
    ...groupRoutes(account, route),
    ...route('GET', '', readSchemas, (type, { query }) => {
      const sensitivity = query.dataSensitivity ?? 'non_sensitive';
      const wanted = ({ archived, dataSensitivity }: Property): boolean =>
        archived === (query.archived === 'true') && dataSensitivity === sensitivity;
      return ok({ results: account.store(type).catalog.all().filter(wanted) });
    }),
    ...route('POST', '', writeSchemas, (type, { body }) => created(create(account, type, body))),
    ...route('POST', '/batch/create', writeSchemas, (type, call) => createBatch(account, type, call)),
    ...route('POST', '/batch/read', readSchemas, (type, call) => readBatch(account, type, call)),
    ...route('POST', '/batch/archive', writeSchemas, (type, { body }) => {
      for (const { name } of parsedBody(namesSchema, body).inputs)
        archive(account, type, existing(account, type, name));
      return noContent;
    }),
    ...route('GET', '/:name', readSchemas, (type, call) => ok(find(type, call))),
    ...route('PATCH', '/:name', writeSchemas, (type, call) => update(account, type, find(type, call), call)),
    ...route('DELETE', '/:name', writeSchemas, (type, call) => {
      archive(account, type, find(type, call));
      return noContent;
    }),
  ];
}

function existing(account: Account, type: ObjectType, name: string): Property {
  const property = account.store(type).catalog.active(name);
  if (property === undefined)
    throw new Problem(
      404,
      {
        message: `Property ${name} does not exist for object type ${type}`,
        category: 'OBJECT_NOT_FOUND',
        subCategory: 'Properties.PROPERTY_NOT_FOUND',
      },
      notFound().headers,
    );
  return property;
}

function create(account: Account, type: ObjectType, body: unknown): Property {
  const sent = parsedBody(createSchema, body, 'PropertyCreate');
  const { catalog } = account.store(type);
  const { name, groupName, options, hasUniqueValue } = sent;
  const known = catalog.find(name);
  if (known?.archived === false)
    throw new Problem(409, {
      message: `A property named '${name}' already exists.`,
      category: 'OBJECT_ALREADY_EXISTS',
      subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS',
    });
  if (catalog.group(groupName) === undefined) throw invalid(`Property group '${groupName}' does not exist.`);
  const unique = catalog.all().filter((property) => property.hasUniqueValue && !property.hubspotDefined).length;
  if (hasUniqueValue && unique >= mostUnique)
    throw invalid(`The limit of ${String(mostUnique)} properties with unique values has been reached.`);
  checkOptions(options);
  // A name that is archived comes back as it was, with its old type.
  const property = known === undefined ? propertySchema.parse(sent) : { ...known, archived: false };
  catalog.define(property);
  return property;
}

function createBatch(account: Account, type: ObjectType, { body }: Call): Answer {
  const { inputs } = parsedBody(batchSchema, body);
  checkSize(inputs.length);
  const startedAt = account.now();
  const results: Property[] = [];
  const errors: unknown[] = [];
  for (const input of inputs)
    try {
      results.push(create(account, type, input));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      errors.push({ status: 'error', category: 'VALIDATION_ERROR', ...error.body, context: {} });
    }
  return batchAnswer(account, startedAt, results, errors, 201);
}

function readBatch(account: Account, type: ObjectType, { body }: Call): Answer {
  const { inputs } = parsedBody(namesSchema, body);
  checkSize(inputs.length);
  const startedAt = account.now();
  const { catalog } = account.store(type);
  const missing = inputs.map(({ name }) => name).filter((name) => catalog.active(name) === undefined);
  const error = {
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    message: 'Could not get some properties, they may be deleted or not exist.',
    context: { name: missing },
  };
  return batchAnswer(
    account,
    startedAt,
    inputs.flatMap(({ name }) => catalog.active(name) ?? []),
    missing.length === 0 ? [] : [error],
  );
}

function update(account: Account, type: ObjectType, property: Property, { body }: Call): Answer {
  const sent = parsedBody(updateSchema, body);
  checkOptions(sent.options ?? []);
  const given = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined));
  const next = propertySchema.parse({ ...property, ...given });
  account.store(type).catalog.define(next);
  return ok(next);
}

function archive(account: Account, type: ObjectType, property: Property): void {
  if (!property.modificationMetadata.archivable)
    throw invalid(`Property '${property.name}' is defined by HubSpot and cannot be deleted.`, {
      subCategory: 'PropertyValidationError.CANNOT_DELETE_HUBSPOT_DEFINED_PROPERTY',
    });
  const usedBy = account.data.workflows.find(({ sets }) => type === 'contacts' && property.name in sets);
  if (usedBy !== undefined)
    throw invalid(`Property '${property.name}' is used by the workflow "${usedBy.name}" and cannot be deleted.`, {
      subCategory: 'PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE',
    });
  account.store(type).catalog.define({ ...property, archived: true });
}

/** Two options may share neither value nor label. */
function checkOptions(options: Property['options']): void {
  for (const part of ['value', 'label'] as const) {
    const seen = new Set<string>();
    for (const option of options) {
      if (seen.has(option[part]))
        throw invalid(`Property option ${part}s must be unique: "${option[part]}" is there twice`, {
          subCategory: 'PropertyValidationError.DUPLICATE_OPTION',
        });
      seen.add(option[part]);
    }
  }
}
