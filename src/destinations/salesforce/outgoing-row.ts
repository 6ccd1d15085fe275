import type { DroppedField, FieldValues, OutgoingRecord } from '../destination.js';
import { isAccountField } from './account-fields.js';
import type { WireRecord, WireValue } from './collections.js';
import { toWire, type Objection } from './field-value.js';
import { readMemo } from './memo.js';
import { isRequired, type ObjectSchema } from './object-schema.js';
import { boxesToTick } from './opt-outs.js';
import { unseen, type Place } from './place.js';
import type { RowPlan } from './row-plan.js';
import { canHoldTags, hasTagNews, writeTags } from './tags.js';

/** One record as it is sent. */
export interface OutgoingRow {
  readonly record: OutgoingRecord;
  readonly place: Place;
  readonly values: WireRecord;
  readonly dropped: readonly DroppedField[];
  /** Everything the profile knows was sent, not only what changed. */
  readonly complete: boolean;
}

/** Turns a record into the row to send, leaving out what the org would not take. */
export function toRow(record: OutgoingRecord, place: Place, plan: RowPlan): OutgoingRow {
  const complete = record.known === null || place.exists === false;
  const draft = new RowDraft(plan, record.known !== null || place.exists === true);
  draft.addFields(complete ? record.fields : record.changed);
  draft.addTags(record, place);
  const ticked = complete ? [] : readMemo(record).ticked;
  for (const box of boxesToTick(record, plan.optOuts)) if (!ticked.includes(box)) draft.addValue(box, true);
  if (place.exists === false) draft.addStopGaps();
  if (complete && place.exists !== true) draft.addBirthright();
  return { record, place, values: draft.values, dropped: [...place.notes, ...draft.dropped], complete };
}

/** Must Salesforce be asked about this record before it is written by its key? */
export function mustRead(record: OutgoingRecord, plan: RowPlan): boolean {
  if (writableTagsField(plan.schema, plan.tagsField) !== null && hasTagNews(record)) return true;
  if (record.known !== null) return false;
  const demanded = plan.kind.demanded.filter((name) => isDemanded(plan, name));
  if (demanded.length === 0) return false;
  const row = toRow(record, unseen(plan.kind), { ...plan, tagsField: null });
  return demanded.some((name) => row.values[name] === undefined);
}

export function writableTagsField(schema: ObjectSchema, tagsField: string | null) {
  const field = tagsField === null ? undefined : schema.fields.get(tagsField);
  return field !== undefined && field.updateable && canHoldTags(field) ? field : null;
}

/** Person accounts demand a last name although the object Account does not. */
const isDemanded = ({ kind, schema }: RowPlan, name: string): boolean => {
  const field = schema.fields.get(name);
  return field !== undefined && (isRequired(field) || (kind.id === 'PersonAccount' && field.createable));
};

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
      if (isAccountField(name)) continue; // goes another way
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

  addTags(record: OutgoingRecord, { exists, tags }: Place): void {
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
  addStopGaps(): void {
    for (const [name, stopGap] of Object.entries(this.plan.stopGaps))
      if (isDemanded(this.plan, name) && !this.#values.has(name)) this.#values.set(name, stopGap);
  }

  addBirthright(): void {
    for (const [name, value] of Object.entries(this.plan.bornWith)) this.#values.set(name, value);
  }

  #writable(name: string) {
    const { schema, keyField } = this.plan;
    if (name === keyField.name) return null;
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
