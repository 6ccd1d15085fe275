import type { StoredRecord } from '../records/record-table.js';
import { comparable } from '../records/record-table.js';
import { deleteRecord, saveRecord, type SaveOutcome } from '../records/save-record.js';
import { fullId, isRecordId } from '../record-id.js';
import type { FieldDefinition } from '../schema/field-definition.js';
import type { OrgObject } from '../schema/org-object.js';
import { wholeRow } from '../soql/run-query.js';
import { publishEvent } from '../streaming/platform-events.js';
import { mayDuplicate, objectOf, readBody } from './read-request.js';
import { badRequest, notFound, RestError } from './rest-error.js';
import { created, noContent, ok, type RestAnswer, type RestCall, type RestRoute } from './rest-route.js';
import { externalIdField } from './upsert-by-key.js';

/**
 * One record at a time.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_basic_info.htm
 */
export const recordRoutes: readonly RestRoute[] = [
  { method: 'POST', path: '/sobjects/:object', handle: createOne },
  {
    method: 'GET',
    path: '/sobjects/:object/:id',
    handle: (call) => {
      const object = objectOf(call);
      return shown(call, object, byId(call, object));
    },
  },
  {
    method: 'PATCH',
    path: '/sobjects/:object/:id',
    handle: (call) => {
      const object = objectOf(call);
      const before = byId(call, object);
      refuseIfChanged(call, before);
      if ('Id' in readBody(call))
        throw badRequest('INVALID_FIELD', 'The Id field should not be specified in the sobject data.');
      saved(saveRecord(call.org, object, readBody(call), before, optionsOf(call)));
      return noContent;
    },
  },
  {
    method: 'DELETE',
    path: '/sobjects/:object/:id',
    handle: (call) => {
      const object = objectOf(call);
      const objection = deleteRecord(call.org, object, byId(call, object));
      if (objection !== null) throw new RestError(400, objection);
      return noContent;
    },
  },
  {
    method: 'GET',
    path: '/sobjects/:object/:field/:key',
    handle: (call) => {
      const { object, matching } = byKey(call);
      const [record, ...others] = matching;
      if (record === undefined) throw notFound();
      return others.length > 0 ? several(call, object, matching) : shown(call, object, record);
    },
  },
  { method: 'PATCH', path: '/sobjects/:object/:field/:key', handle: upsertOne },
  {
    method: 'DELETE',
    path: '/sobjects/:object/:field/:key',
    handle: (call) => {
      const { object, matching } = byKey(call);
      const [record, ...others] = matching;
      if (record === undefined) throw notFound();
      if (others.length > 0) return several(call, object, matching);
      const objection = deleteRecord(call.org, object, record);
      if (objection !== null) throw new RestError(400, objection);
      return noContent;
    },
  },
];

const optionsOf = (call: RestCall) => ({ allowSave: mayDuplicate(call), versionPath: call.versionPath });

function createOne(call: RestCall): RestAnswer {
  const object = objectOf(call);
  if (object.nature === 'event') return created(publishEvent(call.org, object, readBody(call)));
  const { id } = saved(saveRecord(call.org, object, readBody(call), null, optionsOf(call)));
  return created({ id, success: true, errors: [] });
}

/** 201 where a record was made, 200 where one was changed (204 before version 46), 300 where several have the key. */
function upsertOne(call: RestCall): RestAnswer {
  const { object, field, key, matching } = byKey(call);
  const body = readBody(call);
  if (field.name in body)
    throw badRequest('INVALID_FIELD', `The ${field.name} field should not be specified in the sobject data.`);
  const [existing = null, ...others] = matching;
  if (others.length > 0) return several(call, object, matching);
  if (existing === null && (call.query.updateOnly === 'true' || field.type === 'id')) throw notFound();
  const input = existing === null ? { ...body, [field.name]: typedKey(field, key) } : body;
  const outcome = saved(saveRecord(call.org, object, input, existing, optionsOf(call)));
  const answer = { id: outcome.id, success: true, errors: [], created: outcome.created };
  if (outcome.created) return created(answer);
  return Number(/v(\d+)/.exec(call.versionPath)?.[1]) < 46 ? noContent : ok(answer);
}

const typedKey = (field: FieldDefinition, key: string): string | number =>
  ['int', 'double'].includes(field.type) ? Number(key) : key;

interface Keyed {
  readonly object: OrgObject;
  readonly field: FieldDefinition;
  readonly key: string;
  readonly matching: readonly StoredRecord[];
}

function byKey(call: RestCall): Keyed {
  const object = objectOf(call);
  const { field: name = '', key = '' } = call.params;
  if (name.toLowerCase() === 'id') {
    const field = object.field('Id');
    if (field === undefined) throw notFound();
    return { object, field, key, matching: [byId({ ...call, params: { ...call.params, id: key } }, object)] };
  }
  const field = externalIdField(object, name);
  const matching = object.table.where(field, key).filter((row) => comparable(field, row[field.name] ?? '') !== '');
  return { object, field, key, matching };
}

const several = ({ versionPath }: RestCall, { name }: OrgObject, matching: readonly StoredRecord[]): RestAnswer => ({
  status: 300,
  body: matching.map(({ Id }) => `${versionPath}/sobjects/${name}/${Id}`),
});

/** @throws RestError 404, which tells a deleted record from one that never was */
function byId({ params }: RestCall, { table }: OrgObject): StoredRecord {
  const id = fullId(params.id ?? '');
  const record = table.get(id);
  if (record !== undefined) return record;
  if (table.deleted(id) !== undefined)
    throw new RestError(404, { errorCode: 'ENTITY_IS_DELETED', message: 'entity is deleted', fields: [] });
  if (!isRecordId(id))
    throw new RestError(404, {
      errorCode: 'NOT_FOUND',
      message: 'Provided external ID field does not exist or is not accessible: Id',
    });
  throw new RestError(404, {
    errorCode: 'INVALID_CROSS_REFERENCE_KEY',
    message: 'invalid cross reference id',
    fields: [],
  });
}

function shown(call: RestCall, object: OrgObject, record: StoredRecord): RestAnswer {
  const row = wholeRow(object, record, call.versionPath);
  const headers = { 'last-modified': modifiedAt(record).toUTCString() };
  const asked = call.query.fields?.split(',').map((name) => name.trim());
  if (asked === undefined) return { ...ok(row), headers };
  const values = asked.map((name) => {
    const field = object.field(name);
    if (field === undefined)
      throw badRequest('INVALID_FIELD', `No such column '${name}' on sobject of type ${object.name}`);
    return [field.name, row[field.name]] as const;
  });
  return { ...ok({ attributes: row.attributes, ...Object.fromEntries(values), Id: record.Id }), headers };
}

const modifiedAt = ({ SystemModstamp }: StoredRecord): Date => new Date(String(SystemModstamp).replace('+0000', 'Z'));

/** `If-Unmodified-Since`: somebody else has been here, to the second. */
function refuseIfChanged({ header }: RestCall, record: StoredRecord): void {
  const since = Date.parse(header('if-unmodified-since'));
  if (Number.isNaN(since) || modifiedAt(record).getTime() <= since) return;
  throw new RestError(412, {
    errorCode: 'PRECONDITION_FAILED',
    message: 'The precondition of one or more request headers is not met',
  });
}

function saved(outcome: SaveOutcome): { readonly id: string; readonly created: boolean } {
  if ('objection' in outcome) throw new RestError(400, outcome.objection);
  return outcome;
}
