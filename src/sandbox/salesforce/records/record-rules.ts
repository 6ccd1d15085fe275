import type { Org } from '../org.js';
import type { RestErrorEntry } from '../rest/rest-error.js';
import type { OrgObject } from '../schema/org-object.js';
import { behaviourOf } from './behaviours.js';
import { duplicateOf } from './duplicate-rule.js';
import type { StoredRecord } from './record-table.js';

/** A record that is about to be saved. */
export interface Candidate {
  readonly object: OrgObject;
  readonly record: StoredRecord;
  readonly existing: StoredRecord | null;
  /** The caller sent `Sforce-Duplicate-Rule-Header: allowSave=true`. */
  readonly allowSave: boolean;
  readonly versionPath: string;
}

type Rule = (org: Org, candidate: Candidate) => RestErrorEntry | null;

/** What can keep a whole record from being saved although each of its values is fine, in the order Salesforce looks. */
const rules: readonly Rule[] = [locked, incomplete, particular, forbidden, duplicateOf, notUnique];

/** The first objection, or null. */
export function objectionToRecord(org: Org, candidate: Candidate): RestErrorEntry | null {
  for (const rule of rules) {
    const found = rule(org, candidate);
    if (found !== null) return found;
  }
  return null;
}

/** Somebody else's transaction holds the record itself, or one that it points to: Salesforce locks parents, too. */
function locked(org: Org, { object, record, existing }: Candidate): RestErrorEntry | null {
  const { lockedIds } = org.setup;
  if (lockedIds.length === 0) return null;
  const held = [existing?.Id, ...parentsOf(object, record)].find((id) => id !== undefined && lockedIds.includes(id));
  if (held === undefined) return null;
  const message = `unable to obtain exclusive access to this record or 1 records: ${held}`;
  return { errorCode: 'UNABLE_TO_LOCK_ROW', message, fields: [] };
}

const parentsOf = (object: OrgObject, record: StoredRecord): string[] =>
  object.fields
    .filter(({ type, system, name }) => type === 'reference' && !system && name !== 'OwnerId')
    .map(({ name }) => String(record[name] ?? ''));

function incomplete(_org: Org, { object, record }: Candidate): RestErrorEntry | null {
  const fields = object.required.filter(({ name }) => record[name] === undefined).map(({ name }) => name);
  if (fields.length === 0) return null;
  const message = `Required fields are missing: [${fields.join(', ')}]`;
  return { errorCode: 'REQUIRED_FIELD_MISSING', message, fields };
}

function particular(org: Org, { object, record, existing }: Candidate): RestErrorEntry | null {
  return behaviourOf(object.name).object?.(org, record, existing) ?? null;
}

function forbidden(org: Org, { object, record }: Candidate): RestErrorEntry | null {
  const broken = org.setup.validationRules.find(
    (rule) => rule.object === object.name && record[rule.field] === rule.forbidden,
  );
  if (broken === undefined) return null;
  return { errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: broken.message, fields: [] };
}

function notUnique(_org: Org, { object, record }: Candidate): RestErrorEntry | null {
  for (const field of object.unique) {
    const value = record[field.name];
    if (value === undefined) continue;
    const other = object.table.where(field, value).find(({ Id }) => Id !== record.Id);
    if (other === undefined) continue;
    const message = `duplicate value found: ${field.name} duplicates value on record with id: ${other.Id.slice(0, 15)}`;
    return { errorCode: 'DUPLICATE_VALUE', message, fields: [field.name] };
  }
  return null;
}
