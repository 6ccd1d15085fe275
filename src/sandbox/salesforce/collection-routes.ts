import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { mayDuplicate, readBody } from './contact-routes.js';
import { comparable, type Contact } from './contact-table.js';
import type { FieldDefinition } from './field-definition.js';
import { readValue } from './incoming-value.js';
import type { Org } from './org.js';
import { fullId } from './record-id.js';
import { notFound, RestError, type RestErrorEntry } from './rest-error.js';
import { saveContact, type SaveOptions } from './save-contact.js';

const params = z.object({ object: z.string(), externalIdField: z.string() });
const collection = z.object({
  allOrNone: z.boolean().default(false),
  records: z.array(z.looseObject({ attributes: z.looseObject({ type: z.string() }) })),
});
type Incoming = z.infer<typeof collection>['records'][number];
const most = 200;

/**
 * Update of up to 200 records by id, and upsert by an external id: always HTTP 200 with one row per record, in request order.
 * The sandbox plays `allOrNone:false` only, and refuses the other plainly.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections_upsert.htm
 */
export function registerCollections(app: FastifyInstance, org: Org): void {
  app.patch('/composite/sobjects', (request) => {
    const records = readCollection(org, readBody(request));
    return records.map((record) => update(org, record, { allowSave: mayDuplicate(request) }));
  });
  app.patch('/composite/sobjects/:object/:externalIdField', (request) => {
    const { object, externalIdField } = params.parse(request.params);
    if (object !== 'Contact') throw notFound();
    const field = org.field(externalIdField);
    if (field?.externalId !== true) throw unknownKey(externalIdField);
    const records = readCollection(org, readBody(request));
    const options = { allowSave: mayDuplicate(request) };
    const repeated = repeatedKeys(field, records);
    return records.map((record) => upsert(org, field, record, repeated, options));
  });
}

function update(org: Org, { id, ...values }: Incoming, options: SaveOptions): unknown {
  const existing = typeof id === 'string' ? org.contacts.get(fullId(id)) : undefined;
  if (existing === undefined)
    return failed({ errorCode: 'INVALID_CROSS_REFERENCE_KEY', message: 'invalid cross reference id', fields: [] });
  const outcome = saveContact(org, values, existing, options);
  return 'objection' in outcome ? failed(outcome.objection) : { id: outcome.id, success: true, errors: [] };
}

function upsert(
  org: Org,
  field: FieldDefinition,
  record: Incoming,
  repeated: ReadonlySet<string>,
  options: SaveOptions,
): unknown {
  const key = record[field.name];
  if (typeof key !== 'string' || key === '')
    return failed({ errorCode: 'MISSING_ARGUMENT', message: `${field.name} not specified`, fields: [] });
  if (repeated.has(comparable(field, key)))
    return failed({
      errorCode: 'DUPLICATE_VALUE',
      message: `Duplicate external id specified: ${key}`,
      fields: [field.name],
    });
  const matching = org.contacts.where(field, key);
  if (matching.length > 1) return failed(ambiguous(field, matching));
  const outcome = saveContact(org, record, matching[0] ?? null, options);
  if ('objection' in outcome) return failed(outcome.objection);
  return { id: outcome.id, success: true, errors: [], created: outcome.created };
}

/** Values of the wrong JSON type end the whole request before any record is looked at. */
function checkJson(org: Org, records: readonly Incoming[]): void {
  for (const { attributes: _attributes, ...values } of records)
    for (const [name, value] of Object.entries(values)) {
      const field = org.field(name);
      if (field !== undefined) readValue(field, value);
    }
}

function repeatedKeys(field: FieldDefinition, records: readonly Incoming[]): Set<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const record of records) {
    const given = record[field.name];
    if (typeof given !== 'string') continue;
    const key = comparable(field, given);
    if (seen.has(key)) repeated.add(key);
    seen.add(key);
  }
  return repeated;
}

/** The records of a request. @throws RestError when Salesforce would refuse the request as a whole */
function readCollection(org: Org, body: unknown): readonly Incoming[] {
  const parsed = collection.safeParse(body);
  if (parsed.success) {
    const { allOrNone, records } = parsed.data;
    if (allOrNone) throw notPlayed();
    if (records.length > most) throw tooMany();
    checkJson(org, records);
    return records;
  }
  throw new RestError(400, {
    errorCode: 'JSON_PARSER_ERROR',
    message: `Unexpected parameter encountered during deserialization: ${z.prettifyError(parsed.error)}`,
  });
}

/** Rows of a collection say `statusCode` where single records say `errorCode`. */
const failed = ({ errorCode, message, fields = [] }: RestErrorEntry): unknown => ({
  success: false,
  errors: [{ statusCode: errorCode, message, fields }],
});

const ambiguous = (field: FieldDefinition, matching: readonly Contact[]): RestErrorEntry => ({
  errorCode: 'DUPLICATE_EXTERNAL_ID',
  message: `${field.label}: more than one record found for external id field: [${matching.map(({ Id }) => Id).join(', ')}]`,
  fields: [field.name],
});

const unknownKey = (name: string): RestError =>
  new RestError(404, {
    errorCode: 'NOT_FOUND',
    message: `Provided external ID field does not exist or is not accessible: ${name}`,
  });

const tooMany = (): RestError =>
  new RestError(400, {
    errorCode: 'EXCEEDED_ID_LIMIT',
    message: `record limit reached. cannot submit more than ${most} records into this call`,
  });

const notPlayed = (): RestError =>
  new RestError(501, { errorCode: 'NOT_IMPLEMENTED', message: 'The sandbox does not play allOrNone:true yet' });
