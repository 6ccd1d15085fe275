import { isIndexed, type FieldDefinition, type StoredValue } from '../schema/field-definition.js';

export type StoredRecord = Readonly<Record<string, StoredValue>> & { readonly Id: string };
interface Index {
  readonly field: FieldDefinition;
  readonly ids: Map<string, Set<string>>;
}

/**
 * The records of one object in order of creation, with an index on external ids, unique fields, e-mail addresses, phones
 * and look-ups. Deleted ones lie in the recycle bin.
 */
export class RecordTable {
  readonly #rows = new Map<string, StoredRecord>();
  readonly #bin = new Map<string, StoredRecord>();
  #indexes: ReadonlyMap<string, Index> = new Map();

  constructor(
    fields: readonly FieldDefinition[],
    records: readonly StoredRecord[] = [],
    bin: readonly StoredRecord[] = [],
  ) {
    this.index(fields);
    for (const record of records) this.put(record);
    for (const record of bin) this.#bin.set(record.Id, record);
  }

  /** Builds the indexes anew, after fields were added or changed. */
  index(fields: readonly FieldDefinition[]): void {
    this.#indexes = new Map(fields.filter(isIndexed).map((field) => [field.name, { field, ids: new Map() }]));
    for (const record of this.#rows.values()) this.#addToIndexes(record);
  }

  get size(): number {
    return this.#rows.size;
  }

  get(id: string): StoredRecord | undefined {
    return this.#rows.get(id);
  }

  deleted(id: string): StoredRecord | undefined {
    return this.#bin.get(id);
  }

  all(): StoredRecord[] {
    return [...this.#rows.values()];
  }

  bin(): StoredRecord[] {
    return [...this.#bin.values()];
  }

  put(record: StoredRecord): void {
    this.#removeFromIndexes(record.Id);
    this.#bin.delete(record.Id);
    this.#rows.set(record.Id, record);
    this.#addToIndexes(record);
  }

  /** Takes a record out of the table; with `deleted` as it then lies in the recycle bin, without it for good. */
  remove(id: string, deleted: StoredRecord | null): void {
    this.#removeFromIndexes(id);
    this.#rows.delete(id);
    if (deleted === null) this.#bin.delete(id);
    else this.#bin.set(id, deleted);
  }

  /** Whether `where` answers for this field without looking at every record. */
  isIndexed(field: FieldDefinition): boolean {
    return field.name === 'Id' || this.#indexes.has(field.name);
  }

  /** Records whose field equals the value, as Salesforce compares: without regard to case unless the field says otherwise. */
  where(field: FieldDefinition, value: StoredValue): StoredRecord[] {
    if (field.name === 'Id') return [this.#rows.get(String(value))].filter((row) => row !== undefined);
    const index = this.#indexes.get(field.name);
    if (index === undefined) {
      const wanted = comparable(field, value);
      return this.all().filter((row) => comparable(field, row[field.name] ?? '') === wanted);
    }
    const ids = index.ids.get(comparable(field, value)) ?? [];
    return [...ids].map((id) => this.#rows.get(id)).filter((row) => row !== undefined);
  }

  #addToIndexes(record: StoredRecord): void {
    for (const [name, { field, ids }] of this.#indexes) {
      const value = record[name];
      if (value === undefined) continue;
      const key = comparable(field, value);
      const known = ids.get(key);
      if (known === undefined) ids.set(key, new Set([record.Id]));
      else known.add(record.Id);
    }
  }

  #removeFromIndexes(id: string): void {
    const record = this.#rows.get(id);
    if (record === undefined) return;
    for (const [name, { field, ids }] of this.#indexes) {
      const value = record[name];
      if (value !== undefined) ids.get(comparable(field, value))?.delete(id);
    }
  }
}

/** Ids are case-sensitive whatever else holds; other texts only where their field says so. */
export function comparable(field: FieldDefinition, value: StoredValue): string {
  const exact = field.caseSensitive || field.type === 'reference' || field.type === 'id';
  return exact ? String(value) : String(value).toLowerCase();
}
