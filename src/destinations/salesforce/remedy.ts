import type { DroppedField } from '../destination.js';
import { policyFor, type Remedy } from './error-table.js';
import type { ObjectSchema } from './object-schema.js';
import { toRow, without, type OutgoingRow } from './outgoing-row.js';
import type { RowPlan } from './row-plan.js';
import type { Complaint } from './wire.js';

/** Where Salesforce names the field in its words only. */
const namesInWords: readonly RegExp[] = [
  /No such column '([^']+)'/,
  /Unable to create\/update fields: ([\w, ]+)\./,
  /Required fields are missing: \[([\w, ]+)\]/,
  /^([^:]+): /, // the field's label, before a complaint about its value
];

/** Names or labels of the fields that a complaint is about. */
function named({ fields, message }: Complaint): ReadonlySet<string> {
  if (fields.length > 0) return new Set(fields);
  return new Set(namesInWords.flatMap((pattern) => pattern.exec(message)?.[1]?.split(', ') ?? []));
}

/** The fields of a row that a complaint is about; the key field is none of them, for without it there is no record. */
export function fieldsAtFault(complaint: Complaint, values: OutgoingRow['values'], schema: ObjectSchema): string[] {
  const names = named(complaint);
  return Object.keys(values).filter((name) => names.has(name) || names.has(schema.fields.get(name)?.label ?? name));
}

type Apply = (row: OutgoingRow, complaint: Complaint, plan: RowPlan) => OutgoingRow | null;

const remedies = {
  leave_out_fields: (row, complaint, { schema }) => {
    const fields = fieldsAtFault(complaint, row.values, schema);
    return fields.length === 0 ? null : without(row, fields, complaint);
  },
  ask_alone: () => null,
  complete_record: (row, complaint, plan) => {
    // Nobody without a last name exists in Salesforce: it was about to make a record that we took for an existing one.
    const demanded = plan.kind.demanded.filter((name) => named(complaint).has(name));
    if (demanded.length > 0)
      return demanded.some((name) => row.values[name] === undefined) ? completed(row, plan, false) : null;
    return row.complete ? null : completed(row, plan, true);
  },
} as const satisfies Record<Remedy, Apply>;

/**
 * The row with everything the profile knows, without what Salesforce has just refused.
 * @param exists false: a new record, with a stop-gap for its last name and with our tags only
 */
function completed(row: OutgoingRow, plan: RowPlan, exists: boolean): OutgoingRow {
  const whole = toRow(
    { ...row.record, known: null },
    { ...row.place, exists, tags: null, notes: [] },
    exists ? { ...plan, tagsField: null } : plan,
  );
  const refused = new Set(row.dropped.map(({ field }) => field).filter((name) => row.values[name] === undefined));
  for (const name of plan.kind.demanded) refused.delete(name); // its stop-gap may stay
  const values = exists ? { ...whole.values, ...row.values } : whole.values;
  const kept = Object.entries(values).filter(([name]) => !refused.has(name));
  const isNew = (found: DroppedField): boolean =>
    !row.dropped.some(
      ({ field, code, message }) => field === found.field && code === found.code && message === found.message,
    );
  const dropped = [...row.dropped, ...whole.dropped.filter(isNew)];
  return { ...row, values: Object.fromEntries(kept), dropped, complete: true };
}

/** The row as it may still succeed, or null: then it failed for good. */
export function remedied(row: OutgoingRow, complaints: readonly Complaint[], plan: RowPlan): OutgoingRow | null {
  let next = complaints.length === 0 ? null : row;
  for (const complaint of complaints) {
    const { remedy } = policyFor(complaint, 200, plan.keyField.name);
    next = next === null || remedy === undefined ? null : remedies[remedy](next, complaint, plan);
  }
  return next;
}
