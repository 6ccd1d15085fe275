import { z } from 'zod';
import type { Account } from '../account.js';
import { parsedBody } from '../body.js';
import { objectFacts, type ObjectType, objectTypeOf, objectTypes } from '../object-types.js';
import { invalid, notFound } from '../problem.js';
import { type Answer, atEach, type Call, created, noContent, ok, type Route } from '../route.js';
import { associateNew, checkNew, newAssociationsSchema } from './associate-new.js';
import {
  accepted,
  archiveRecords,
  createRecords,
  propertiesSchema,
  readRecords,
  updateRecords,
  upsertRecords,
} from './record-batches.js';
import { eraseContact, mergeRecords } from './merge.js';
import type { CrmRecord } from './record.js';
import { readAnswer, writeAnswer } from './record-answer.js';
import { commit, planWrite } from './record-write.js';
import { searchRecords } from './search.js';

const bases = ['/crm/v3/objects/:objectType', '/crm/objects/2026-03/:objectType'];

const updateSchema = z.object({ properties: propertiesSchema });
const createSchema = updateSchema.extend({ associations: newAssociationsSchema });

/** The kind of record a path names. @throws Problem 400 */
export function typeIn({ params }: Call, name = 'objectType'): ObjectType {
  const type = objectTypeOf(params[name] ?? '');
  if (type === undefined) throw invalid(`Unable to infer object type from: ${params[name] ?? ''}`);
  return type;
}

const read = (call: Call): readonly string[] => objectFacts(typeIn(call)).read;
const write = (call: Call): readonly string[] => objectFacts(typeIn(call)).write;

/** Records of every kind: one by one, in batches, searched, merged. @see https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide */
export function recordRoutes(account: Account): Route[] {
  type Handler = (account: Account, type: ObjectType, call: Call) => Answer;
  const route = (method: Route['method'], path: string, scopes: Route['scopes'], handle: Handler): Route[] =>
    atEach(
      bases.map((base) => base + path),
      { method, scopes, handle: (call) => handle(account, typeIn(call), call) },
    );
  return [
    ...route('POST', '/batch/upsert', write, upsertRecords),
    ...route('POST', '/batch/create', write, createRecords),
    ...route('POST', '/batch/update', write, updateRecords),
    ...route('POST', '/batch/read', read, readRecords),
    ...route('POST', '/batch/archive', write, archiveRecords),
    ...route('POST', '/search', read, searchRecords).map((search) => ({ ...search, lane: 'search' as const })),
    ...route('POST', '/merge', write, mergeRecords),
    ...route('POST', '/gdpr-delete', write, (_account, type, call) => {
      if (type !== 'contacts') throw notFound();
      return eraseContact(account, call);
    }),
    ...route('GET', '', read, page),
    ...route('POST', '', write, create),
    ...route('GET', '/:id', read, (_account, type, call) =>
      ok(withAssociations(account, type, find(account, type, call), call)),
    ),
    ...route('PATCH', '/:id', write, update),
    ...route('DELETE', '/:id', write, (_account, type, { params, origin }) => {
      const record = account.store(type).get(params.id ?? '');
      if (record !== undefined) account.store(type).archive(record, origin);
      return noContent;
    }),
  ];
}

function find(account: Account, type: ObjectType, { params, query }: Call): CrmRecord {
  const id = params.id ?? '';
  const store = account.store(type);
  const { idProperty } = query;
  const record = idProperty === undefined ? store.get(id, query.archived === 'true') : store.owner(idProperty, id);
  if (record === undefined) throw notFound();
  return record;
}

function withAssociations(account: Account, type: ObjectType, record: CrmRecord, call: Call): object {
  const answer = readAnswer(account, type, record, call.list('properties'), call.list('propertiesWithHistory'));
  const wanted = call.list('associations').flatMap((name) => objectTypeOf(name) ?? []);
  const associations = wanted.flatMap((toType) => {
    const results = account.associations.ids(type, record.id, toType).map((id) => ({
      id,
      type: `${objectTypes[type].singular}_to_${objectTypes[toType].singular}`,
    }));
    return results.length === 0 ? [] : [[toType, { results }] as const];
  });
  return associations.length === 0 ? answer : { ...answer, associations: Object.fromEntries(associations) };
}

function create(account: Account, type: ObjectType, { body, origin }: Call): Answer {
  const { properties, associations } = parsedBody(createSchema, body);
  checkNew(account, type, associations);
  const planned = accepted(planWrite(account, type, undefined, properties, new Map()));
  const record = commit(account, type, planned, origin);
  associateNew(account, type, record.id, associations, origin);
  return created(writeAnswer(account, type, record, planned.sent));
}

function update(account: Account, type: ObjectType, call: Call): Answer {
  const { properties } = parsedBody(updateSchema, call.body);
  const planned = accepted(planWrite(account, type, find(account, type, call), properties, new Map()));
  return ok(writeAnswer(account, type, commit(account, type, planned, call.origin), planned.sent));
}

function page(account: Account, type: ObjectType, call: Call): Answer {
  const { query, list } = call;
  const mostHere = list('propertiesWithHistory').length > 0 ? 50 : 100;
  const limit = Math.min(Number(query.limit ?? 10), mostHere);
  const after = Number(query.after ?? 0);
  const rest = account
    .store(type)
    .all(query.archived === 'true')
    .filter(({ id }) => Number(id) >= after);
  const next = rest[limit];
  const link = `https://api.hubapi.com/crm/v3/objects/${type}?after=${next?.id ?? ''}`;
  return ok({
    results: rest.slice(0, limit).map((record) => withAssociations(account, type, record, call)),
    ...(next === undefined ? {} : { paging: { next: { after: next.id, link } } }),
  });
}
