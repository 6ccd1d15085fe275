import type { Org } from '../org.js';
import { comparable, type StoredRecord } from '../records/record-table.js';
import { saveRecord, type SaveOptions, type SaveOutcome } from '../records/save-record.js';
import type { FieldDefinition } from '../schema/field-definition.js';
import type { OrgObject } from '../schema/org-object.js';
import { RestError, type RestErrorEntry } from './rest-error.js';

/** A record as it comes in a collection or a job. */
export type IncomingRecord = Readonly<Record<string, unknown>>;

/** The field a caller wants to match by. @throws RestError 404 when it cannot be matched by */
export function externalIdField(object: OrgObject, name: string): FieldDefinition {
  const field = object.field(name);
  if (field?.externalId === true) return field;
  throw new RestError(404, {
    errorCode: 'NOT_FOUND',
    message: `Provided external ID field does not exist or is not accessible: ${name}`,
  });
}

/** Keys that stand in more than one record: each of these is refused. */
export function repeatedKeys(field: FieldDefinition, records: readonly IncomingRecord[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const record of records) {
    const key = keyOf(field, record);
    if (key === null) continue;
    if (seen.has(key)) repeated.add(key);
    seen.add(key);
  }
  return repeated;
}

function keyOf(field: FieldDefinition, record: IncomingRecord): string | null {
  const given = record[field.name];
  return typeof given === 'string' || typeof given === 'number' ? comparable(field, given) : null;
}

/** One record of many, matched by a key. @throws RestError JSON_PARSER_ERROR */
export function upsertByKey(
  org: Org,
  object: OrgObject,
  field: FieldDefinition,
  record: IncomingRecord,
  repeated: ReadonlySet<string>,
  options: SaveOptions,
): SaveOutcome {
  const given = record[field.name];
  const key = keyOf(field, record);
  if (key === null || key === '' || (typeof given !== 'string' && typeof given !== 'number'))
    return refusal('MISSING_ARGUMENT', `${field.name} not specified`, []);
  if (repeated.has(key)) return refusal('DUPLICATE_VALUE', `Duplicate external id specified: ${given}`, [field.name]);
  const matching = object.table.where(field, given);
  if (matching.length > 1) return { objection: ambiguous(field, matching) };
  const existing = matching[0] ?? null;
  if (existing === null) return saveRecord(org, object, record, null, options);
  const { [field.name]: _key, ...values } = record;
  return saveRecord(org, object, values, existing, options);
}

const refusal = (errorCode: string, message: string, fields: readonly string[]): SaveOutcome => ({
  objection: { errorCode, message, fields },
});

const ambiguous = (field: FieldDefinition, matching: readonly StoredRecord[]): RestErrorEntry => ({
  errorCode: 'DUPLICATE_EXTERNAL_ID',
  message: `${field.label}: more than one record found for external id field: [${matching.map(({ Id }) => Id).join(', ')}]`,
  fields: [field.name],
});
