import { z } from 'zod';
import type { Account } from './account.js';
import { invalid, notFound, Problem, unreadable } from './problem.js';
import { created, noContent, ok, type Answer, type Call, type Route } from './route.js';
import { propertySchema, type Property } from './state.js';

const base = '/crm/v3/properties/contacts';
const read = ['crm.schemas.contacts.read', 'crm.objects.contacts.read', 'crm.objects.contacts.write'];
const write = ['crm.schemas.contacts.write'];

const createSchema = propertySchema
  .omit({ modificationMetadata: true, hubspotDefined: true, archived: true, calculated: true })
  .extend({ name: z.string().regex(/^[a-z][a-z0-9_]*$/) });
const updateSchema = z.object({
  label: z.string().optional(),
  description: z.string().optional(),
  groupName: z.string().optional(),
  hidden: z.boolean().optional(),
  formField: z.boolean().optional(),
  displayOrder: z.int().optional(),
  options: propertySchema.shape.options.optional().describe('Replaces the whole list'),
});

/** @see https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide */
export function propertyRoutes(account: Account): Route[] {
  const find = ({ params }: Call): Property => {
    const property = account.property(params.name ?? '');
    if (property === undefined || property.archived) throw notFound();
    return property;
  };
  return [
    {
      method: 'GET',
      path: base,
      scopes: read,
      handle: ({ query }) =>
        ok({ results: account.properties().filter(({ archived }) => archived === (query.archived === 'true')) }),
    },
    { method: 'POST', path: base, scopes: write, handle: (call) => create(account, call) },
    { method: 'GET', path: `${base}/groups`, scopes: read, handle: () => ok({ results: account.groups }) },
    { method: 'GET', path: `${base}/:name`, scopes: read, handle: (call) => ok(find(call)) },
    { method: 'PATCH', path: `${base}/:name`, scopes: write, handle: (call) => update(account, find(call), call) },
    {
      method: 'DELETE',
      path: `${base}/:name`,
      scopes: write,
      handle: (call) => {
        account.define({ ...find(call), archived: true });
        return noContent;
      },
    },
  ];
}

function create(account: Account, { body }: Call): Answer {
  const sent = createSchema.safeParse(body);
  if (!sent.success) throw unreadable(z.prettifyError(sent.error));
  const { name, groupName, options } = sent.data;
  const existing = account.property(name);
  if (existing?.archived === false)
    throw new Problem(409, {
      message: `A property named '${name}' already exists.`,
      category: 'OBJECT_ALREADY_EXISTS',
      subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS',
    });
  if (!account.groups.some((group) => group.name === groupName))
    throw invalid(`Property group '${groupName}' does not exist.`);
  checkOptions(options);
  // A name that is archived comes back as it was, with its old type.
  const property = existing === undefined ? propertySchema.parse(sent.data) : { ...existing, archived: false };
  account.define(property);
  return created(property);
}

function update(account: Account, property: Property, { body }: Call): Answer {
  const sent = updateSchema.safeParse(body);
  if (!sent.success) throw unreadable(z.prettifyError(sent.error));
  checkOptions(sent.data.options ?? []);
  const given = Object.fromEntries(Object.entries(sent.data).filter(([, value]) => value !== undefined));
  const next = propertySchema.parse({ ...property, ...given });
  account.define(next);
  return ok(next);
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
