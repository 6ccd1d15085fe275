import { isIndexed, type FieldDefinition } from './field-definition.js';

/** What a field can hold, as REST sends it. */
export type StoredValue = string | number | boolean;
export type Contact = Readonly<Record<string, StoredValue>> & { readonly Id: string };

/** The contacts of an org in order of creation, with an index on external ids, unique fields and e-mail addresses. */
export class ContactTable {
  readonly #rows = new Map<string, Contact>();
  readonly #indexes: ReadonlyMap<string, { readonly field: FieldDefinition; readonly ids: Map<string, Set<string>> }>;

  constructor(fields: readonly FieldDefinition[], contacts: readonly Contact[] = []) {
    this.#indexes = new Map(fields.filter(isIndexed).map((field) => [field.name, { field, ids: new Map() }]));
    for (const contact of contacts) this.put(contact);
  }

  get(id: string): Contact | undefined {
    return this.#rows.get(id);
  }

  all(): Contact[] {
    return [...this.#rows.values()];
  }

  put(contact: Contact): void {
    this.#unindex(contact.Id);
    this.#rows.set(contact.Id, contact);
    for (const [name, { field, ids }] of this.#indexes) {
      const value = contact[name];
      if (value === undefined) continue;
      const known = ids.get(comparable(field, value));
      if (known === undefined) ids.set(comparable(field, value), new Set([contact.Id]));
      else known.add(contact.Id);
    }
  }

  delete(id: string): void {
    this.#unindex(id);
    this.#rows.delete(id);
  }

  /** Records whose field equals the value, as Salesforce compares: without regard to case unless the field says otherwise. */
  where(field: FieldDefinition, value: StoredValue): Contact[] {
    if (field.name === 'Id') return [this.#rows.get(String(value))].filter((row) => row !== undefined);
    const index = this.#indexes.get(field.name);
    if (index === undefined) {
      const wanted = comparable(field, value);
      return this.all().filter((row) => comparable(field, row[field.name] ?? '') === wanted);
    }
    const ids = index.ids.get(comparable(field, value)) ?? [];
    return [...ids].map((id) => this.#rows.get(id)).filter((row) => row !== undefined);
  }

  #unindex(id: string): void {
    const contact = this.#rows.get(id);
    if (contact === undefined) return;
    for (const [name, { field, ids }] of this.#indexes) {
      const value = contact[name];
      if (value !== undefined) ids.get(comparable(field, value))?.delete(id);
    }
  }
}

export function comparable(field: FieldDefinition, value: StoredValue): string {
  return field.caseSensitive ? String(value) : String(value).toLowerCase();
}
