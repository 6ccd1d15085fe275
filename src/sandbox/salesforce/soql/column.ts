import type { StoredRecord } from '../records/record-table.js';
import { fieldDefinition, type FieldDefinition, type StoredValue } from '../schema/field-definition.js';
import type { OrgObject } from '../schema/org-object.js';
import { unknownColumn, unknownRelationship, type QueryScope } from './query-scope.js';

/** A record together with the object it belongs to. */
export interface Located {
  readonly object: OrgObject;
  readonly record: StoredRecord;
}

/** One step from a record to a parent of it. */
export interface ParentStep {
  /** As the answer calls it: `Account`. */
  readonly name: string;
  readonly lookup: FieldDefinition;
}

/** A field, perhaps of a parent, that a query names. */
export interface Column {
  readonly steps: readonly ParentStep[];
  readonly field: FieldDefinition;
  valueOf(from: Located): StoredValue | undefined;
}

/** What SOQL shows of a parent that may be of several objects. */
const nameFields: ReadonlyMap<string, FieldDefinition> = new Map(
  ['Id', 'Name', 'FirstName', 'LastName', 'Email', 'Phone', 'Title', 'Type', 'Username', 'IsActive'].map((name) => [
    name.toLowerCase(),
    fieldDefinition.parse({
      name,
      label: name,
      type: name === 'Id' ? 'id' : name === 'IsActive' ? 'boolean' : 'string',
    }),
  ]),
);
const mostSteps = 5;

/**
 * Finds the field a path such as `Account.Owner.Name` names.
 * @throws RestError INVALID_FIELD
 */
export function columnOf(scope: QueryScope, path: string): Column {
  const parts = path.split('.');
  const named = [scope.alias, scope.object.name].some((name) => name?.toLowerCase() === parts[0]?.toLowerCase());
  const names = parts.length > 1 && named ? parts.slice(1) : parts;
  const steps: ParentStep[] = [];
  let object: OrgObject | null = scope.object;
  for (const name of names.slice(0, -1)) {
    const lookup: FieldDefinition | undefined = object?.parent(name);
    if (lookup === undefined || steps.length === mostSteps) throw unknownRelationship(scope, path, name);
    steps.push({ name: lookup.relationshipName ?? name, lookup });
    object = parentObject(scope, lookup, path, name);
  }
  const last = names.at(-1) ?? '';
  const field = object === null ? nameFields.get(last.toLowerCase()) : object.field(last);
  if (field === undefined) throw unknownColumn(scope, path, object?.name ?? 'Name');
  return { steps, field, valueOf: valueAt(scope, steps, field) };
}

/** null: the look-up may point to several objects, of which SOQL shows only a few common fields. */
function parentObject(scope: QueryScope, lookup: FieldDefinition, path: string, name: string): OrgObject | null {
  if (lookup.referenceTo.length > 1) return null;
  const parent = scope.org.schema.readableByName(lookup.referenceTo[0] ?? '');
  if (parent === undefined) throw unknownRelationship(scope, path, name);
  return parent;
}

function valueAt(scope: QueryScope, steps: readonly ParentStep[], field: FieldDefinition): Column['valueOf'] {
  return (from) => {
    let at: Located | undefined = from;
    for (const step of steps) at = at && parentOf(scope, at.record, step.lookup);
    if (at === undefined) return undefined;
    const isPolymorphic = (steps.at(-1)?.lookup.referenceTo.length ?? 1) > 1;
    return isPolymorphic && field.name === 'Type' ? at.object.name : at.record[field.name];
  };
}

/** The record that a look-up of this one points to. */
export function parentOf({ org }: QueryScope, record: StoredRecord, lookup: FieldDefinition): Located | undefined {
  const id = record[lookup.name];
  if (typeof id !== 'string') return undefined;
  const object = org.schema.ofId(id);
  const parent = object?.table.get(id);
  return object === undefined || parent === undefined ? undefined : { object, record: parent };
}
