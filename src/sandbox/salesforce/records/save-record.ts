import type { Org } from '../org.js';
import type { RestErrorEntry } from '../rest/rest-error.js';
import type { OrgObject } from '../schema/org-object.js';
import type { StoredValue } from '../schema/field-definition.js';
import { behaviourOf } from './behaviours.js';
import { readChanges } from './read-changes.js';
import { objectionToRecord } from './record-rules.js';
import type { StoredRecord } from './record-table.js';

export type SaveOutcome = { readonly id: string; readonly created: boolean } | { readonly objection: RestErrorEntry };

export interface SaveOptions {
  /** Alert rules against duplicates are passed. */
  readonly allowSave: boolean;
  readonly versionPath: string;
}

/**
 * Creates a record, or changes the existing one: null clears a field, a missing field stays as it is.
 *
 * @throws RestError JSON_PARSER_ERROR when a value is not of its field's JSON type
 */
export function saveRecord(
  org: Org,
  object: OrgObject,
  input: Readonly<Record<string, unknown>>,
  existing: StoredRecord | null,
  options: SaveOptions,
): SaveOutcome {
  const refusal = forbiddenHere(object, existing);
  if (refusal !== null) return { objection: refusal };
  const changes = readChanges(org, object, input, existing === null);
  if ('objection' in changes) return changes;
  const record = merged(org, object, changes.values, existing);
  const objection = objectionToRecord(org, { object, record, existing, ...options });
  if (objection !== null) return { objection };
  const id = existing?.Id ?? org.newId(object.keyPrefix);
  const saved = { ...record, Id: id };
  org.put(object, saved, existing);
  behaviourOf(object.name).afterSave?.(org, saved, existing);
  return { id, created: existing === null };
}

/** Puts a record into the recycle bin. @returns why not, or null */
export function deleteRecord(org: Org, object: OrgObject, record: StoredRecord): RestErrorEntry | null {
  if (!object.rights.delete || !object.permissions.delete) return noAccess;
  if (org.setup.lockedIds.includes(record.Id)) {
    const message = `unable to obtain exclusive access to this record or 1 records: ${record.Id}`;
    return { errorCode: 'UNABLE_TO_LOCK_ROW', message, fields: [] };
  }
  org.remove(object, record.Id);
  behaviourOf(object.name).afterDelete?.(org, record);
  return null;
}

const noAccess: RestErrorEntry = {
  errorCode: 'INSUFFICIENT_ACCESS_OR_READONLY',
  message: 'insufficient access rights on object id',
  fields: [],
};

function forbiddenHere({ name, rights, permissions }: OrgObject, existing: StoredRecord | null): RestErrorEntry | null {
  if (existing !== null) return rights.update && permissions.edit ? null : noAccess;
  if (rights.create && permissions.create) return null;
  const message = `entity type cannot be inserted: ${name}`;
  return { errorCode: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', message, fields: [] };
}

function merged(
  org: Org,
  object: OrgObject,
  changes: ReadonlyMap<string, StoredValue | null>,
  existing: StoredRecord | null,
): StoredRecord {
  const values = new Map<string, StoredValue>(Object.entries(existing ?? org.blank(object)));
  const apply = ([name, value]: readonly [string, StoredValue | null]): void => {
    if (value === null) values.delete(name);
    else values.set(name, value);
  };
  changes.forEach((value, name) => apply([name, value]));
  const Id = existing?.Id ?? '';
  const derived = behaviourOf(object.name).derive?.(org, { ...Object.fromEntries(values), Id }, existing) ?? {};
  Object.entries(derived).forEach(apply);
  return { ...Object.fromEntries(values), ...org.stamps(existing), Id };
}
