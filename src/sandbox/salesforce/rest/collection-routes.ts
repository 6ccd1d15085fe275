import { z } from 'zod';
import type { Org } from '../org.js';
import { fullId } from '../record-id.js';
import { readValue } from '../records/incoming-value.js';
import { deleteRecord, saveRecord, type SaveOptions, type SaveOutcome } from '../records/save-record.js';
import type { OrgObject } from '../schema/org-object.js';
import { publishEvent } from '../streaming/platform-events.js';
import { mayDuplicate, objectOf, parseBody } from './read-request.js';
import type { RestError } from './rest-error.js';
import { badRequest, unknownObject, type RestErrorEntry } from './rest-error.js';
import { ok, type RestAnswer, type RestCall, type RestRoute } from './rest-route.js';
import { externalIdField, repeatedKeys, upsertByKey } from './upsert-by-key.js';

const collection = z.object({
  allOrNone: z.boolean().default(false),
  records: z.array(z.looseObject({ attributes: z.looseObject({ type: z.string() }) })),
});
type Collection = z.infer<typeof collection>;
type Incoming = Collection['records'][number];
const most = 200;
const mostChunks = 10;

/**
 * Up to 200 records at once: always HTTP 200 with one row per record, in request order.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections.htm
 */
export const collectionRoutes: readonly RestRoute[] = [
  {
    method: 'POST',
    path: '/composite/sobjects',
    handle: (call) => each(call, (record, object) => create(call.org, object, record, optionsOf(call))),
  },
  {
    method: 'PATCH',
    path: '/composite/sobjects',
    handle: (call) => each(call, (record, object) => update(call.org, object, record, optionsOf(call))),
  },
  {
    method: 'PATCH',
    path: '/composite/sobjects/:object/:field',
    handle: (call) => {
      const object = objectOf(call);
      const field = externalIdField(object, call.params.field ?? '');
      const { records, allOrNone } = readCollection(call);
      const repeated = repeatedKeys(field, records);
      return answered(call.org, records, allOrNone, (record) =>
        withCreated(upsertByKey(call.org, object, field, record, repeated, optionsOf(call))),
      );
    },
  },
  { method: 'DELETE', path: '/composite/sobjects', handle: deleteAll },
];

interface Row {
  readonly id?: string;
  readonly success: boolean;
  readonly errors: readonly unknown[];
  readonly created?: boolean;
}

function each(call: RestCall, save: (record: Incoming, object: OrgObject) => Row): RestAnswer {
  const { records, allOrNone } = readCollection(call);
  return answered(call.org, records, allOrNone, (record) => save(record, typeOf(call.org, record)));
}

function create(org: Org, object: OrgObject, record: Incoming, options: SaveOptions): Row {
  if (object.nature === 'event') {
    const { attributes: _attributes, ...values } = record;
    return publishEvent(org, object, values);
  }
  return plain(saveRecord(org, object, record, null, options));
}

function update(org: Org, object: OrgObject, { id, Id, ...values }: Incoming, options: SaveOptions): Row {
  const given = typeof id === 'string' ? id : typeof Id === 'string' ? Id : '';
  const existing = object.table.get(fullId(given));
  if (existing !== undefined) return plain(saveRecord(org, object, values, existing, options));
  return failed(gone(object, given));
}

function deleteAll(call: RestCall): RestAnswer {
  const { ids = '', allOrNone } = call.query;
  const given = ids.split(',').filter((id) => id !== '');
  if (given.length > most) throw tooMany();
  return answered(call.org, given, allOrNone === 'true', (id) => {
    const object = call.org.schema.ofId(id);
    const record = object?.table.get(fullId(id));
    if (object === undefined || record === undefined) return failed(gone(object, id));
    const objection = deleteRecord(call.org, object, record);
    return objection === null ? { id: record.Id, success: true, errors: [] } : failed(objection);
  });
}

const gone = (object: OrgObject | undefined, id: string): RestErrorEntry =>
  object?.table.deleted(fullId(id)) === undefined
    ? { errorCode: 'INVALID_CROSS_REFERENCE_KEY', message: 'invalid cross reference id', fields: [] }
    : { errorCode: 'ENTITY_IS_DELETED', message: 'entity is deleted', fields: [] };

/** Each record for itself, or, with `allOrNone`, all or none. */
function answered<T>(org: Org, all: readonly T[], allOrNone: boolean, work: (one: T) => Row): RestAnswer {
  const one = (input: T): Row =>
    org.transaction(
      () => work(input),
      ({ success }) => success,
    );
  if (!allOrNone) return ok(all.map(one));
  const wentWell = (rows: readonly Row[]): boolean => rows.every(({ success }) => success);
  const rows = org.transaction(() => all.map(one), wentWell);
  return ok(wentWell(rows) ? rows : rows.map((row) => (row.success ? failed(rolledBack) : row)));
}

const rolledBack: RestErrorEntry = {
  errorCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK',
  message: 'Record rolled back because not all records were valid and the request was using AllOrNone header',
  fields: [],
};

const plain = (outcome: SaveOutcome): Row =>
  'objection' in outcome ? failed(outcome.objection) : { id: outcome.id, success: true, errors: [] };
const withCreated = (outcome: SaveOutcome): Row =>
  'objection' in outcome ? failed(outcome.objection) : { ...plain(outcome), created: outcome.created };

/** Rows of a collection say `statusCode` where single records say `errorCode`, and no more of duplicates than that. */
const failed = ({ errorCode, message, fields = [] }: RestErrorEntry): Row => ({
  success: false,
  errors: [{ statusCode: errorCode, message, fields }],
});

const optionsOf = (call: RestCall): SaveOptions => ({ allowSave: mayDuplicate(call), versionPath: call.versionPath });

function typeOf(org: Org, { attributes: { type } }: Incoming): OrgObject {
  const object = org.schema.readableByName(type);
  if (object === undefined) throw unknownObject(type);
  return object;
}

/** The records of a request. @throws RestError when Salesforce would refuse the request as a whole */
function readCollection(call: RestCall): Collection {
  const read = parseBody(collection, call);
  if (read.records.length > most) throw tooMany();
  if (chunksOf(read.records) > mostChunks)
    throw badRequest('INVALID_BATCH_SIZE', `The request has more than ${mostChunks} chunks of different objects`);
  checkJson(call.org, read.records);
  return read;
}

/** Records are worked on in chunks that end where the type changes. */
const chunksOf = (records: readonly Incoming[]): number =>
  records.filter(({ attributes: { type } }, index) => type !== records[index - 1]?.attributes.type).length;

/** Values of the wrong JSON type end the whole request before any record is looked at. */
function checkJson(org: Org, records: readonly Incoming[]): void {
  for (const { attributes, ...values } of records) {
    const object = typeOf(org, { attributes });
    for (const [name, value] of Object.entries(values)) {
      const field = object.field(name);
      if (field !== undefined && field.type !== 'id') readValue(field, value);
    }
  }
}

const tooMany = (): RestError =>
  badRequest('EXCEEDED_ID_LIMIT', `record limit reached. cannot submit more than ${most} records into this call`);
