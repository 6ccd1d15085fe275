import type { DroppedField, FieldValues, OutgoingRecord } from '../destination.js';
import type { WireRecord, WireValue } from './client.js';
import { emailOptOutField, withdrawsEmail } from './consent-fields.js';
import { toWire, type Objection } from './field-value.js';
import { readMemo } from './memo.js';
import { isRequired, type ObjectSchema } from './object-schema.js';
import { canHoldTags, hasTagNews, writeTags } from './tags.js';

/** One record as it is sent. */
export interface OutgoingRow {
  readonly record: OutgoingRecord;
  readonly values: WireRecord;
  readonly dropped: readonly DroppedField[];
  /** Everything the profile knows was sent, not only what changed. */
  readonly complete: boolean;
}

export interface RowPlan {
  readonly schema: ObjectSchema;
  readonly keyField: string;
  readonly tagsField: string | null;
  readonly lastNameFallback: string;
}

/** What is known about the record at Salesforce before it is written. */
export interface Present {
  /** false: Salesforce has no such record; null: nobody looked. */
  readonly exists: boolean | null;
  readonly tags: string | null;
}

/** The field without which Salesforce makes no contact and no lead. */
export const lastName = 'LastName';

/** Turns a record into the row to send, leaving out what the org would not take. */
export function toRow(record: OutgoingRecord, present: Present, plan: RowPlan): OutgoingRow {
  const complete = record.known === null || present.exists === false;
  const draft = new RowDraft(plan, record.known !== null || present.exists === true);
  draft.addFields(complete ? record.fields : record.changed);
  draft.addTags(record, present);
  if (withdrawsEmail(record) && (complete || !readMemo(record).optedOutOfEmail)) draft.addValue(emailOptOutField, true);
  if (present.exists === false) draft.addLastName();
  return { record, values: draft.values, dropped: draft.dropped, complete };
}

/** Must Salesforce be asked about this record before it is written? */
export function mustRead(record: OutgoingRecord, { schema, tagsField, keyField, lastNameFallback }: RowPlan): boolean {
  if (writableTagsField(schema, tagsField) !== null && hasTagNews(record)) return true;
  const field = schema.fields.get(lastName);
  if (record.known !== null || field === undefined || !isRequired(field)) return false;
  const row = toRow(record, { exists: null, tags: null }, { schema, keyField, tagsField: null, lastNameFallback });
  return row.values[lastName] === undefined;
}

export function writableTagsField(schema: ObjectSchema, tagsField: string | null) {
  const field = tagsField === null ? undefined : schema.fields.get(tagsField);
  return field !== undefined && field.updateable && canHoldTags(field) ? field : null;
}

/** Without these fields; each is reported with the reason. */
export function without(row: OutgoingRow, fields: readonly string[], { code, message }: Objection): OutgoingRow {
  const left = Object.entries(row.values).filter(([name]) => !fields.includes(name));
  const dropped = fields.map((field) => ({ field, code, message }));
  return { ...row, values: Object.fromEntries(left), dropped: [...row.dropped, ...dropped] };
}

class RowDraft {
  readonly #values = new Map<string, WireValue>();
  readonly dropped: DroppedField[] = [];

  constructor(
    private readonly plan: RowPlan,
    private readonly known: boolean,
  ) {}

  get values(): WireRecord {
    return Object.fromEntries(this.#values);
  }

  addFields(fields: FieldValues): void {
    for (const [name, value] of Object.entries(fields)) {
      const field = this.#writable(name);
      if (field === null) continue;
      const { wire, objections } = toWire(value, field);
      if (wire !== undefined) this.#values.set(name, wire);
      this.#drop(name, objections);
    }
  }

  addValue(name: string, value: WireValue): void {
    if (this.#writable(name) !== null) this.#values.set(name, value);
  }

  addTags(record: OutgoingRecord, { exists, tags }: Present): void {
    const { tagsField } = this.plan;
    if (tagsField === null || !hasTagNews(record)) return;
    const field = this.#writable(tagsField);
    if (field === null) return;
    if (!canHoldTags(field)) {
      this.#drop(tagsField, [
        { code: 'NOT_A_TAGS_FIELD', message: `Tags need a multi-select picklist, not ${field.type}` },
      ]);
      return;
    }
    const write = writeTags(record, exists === false ? null : tags, field);
    if (write.value !== undefined) this.#values.set(tagsField, write.value);
    this.#drop(tagsField, write.objections);
  }

  /** Only for a record that Salesforce does not have: an existing last name is never overwritten with a stop-gap. */
  addLastName(): void {
    const field = this.plan.schema.fields.get(lastName);
    if (field !== undefined && isRequired(field) && !this.#values.has(lastName))
      this.#values.set(lastName, this.plan.lastNameFallback);
  }

  #writable(name: string) {
    const { schema, keyField } = this.plan;
    if (name === keyField) return null;
    const field = schema.fields.get(name);
    const message = `${schema.label} has no field ${name} that the integration user may`;
    if (field === undefined) this.#drop(name, [{ code: 'INVALID_FIELD', message: `${message} see` }]);
    else if (!(this.known ? field.updateable : field.createable))
      this.#drop(name, [{ code: 'INVALID_FIELD_FOR_INSERT_UPDATE', message: `${message} edit` }]);
    else return field;
    return null;
  }

  #drop(field: string, objections: readonly Objection[]): void {
    this.dropped.push(...objections.map(({ code, message }) => ({ field, code, message })));
  }
}
