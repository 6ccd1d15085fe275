import type { CustomField, ManychatClient } from './client.js';

const freshForMs = 10 * 60_000;

/** The page's custom fields by name; names are compared without regard to case, as ManyChat does. */
export class FieldCatalog {
  #fields: ReadonlyMap<string, CustomField> | null = null;
  #readAtMs = 0;

  constructor(
    private readonly client: ManychatClient,
    private readonly now: () => Date,
  ) {}

  /** @param atMostMs how old the list may be */
  async read(atMostMs = freshForMs): Promise<ReadonlyMap<string, CustomField>> {
    const nowMs = this.now().getTime();
    if (this.#fields === null || nowMs - this.#readAtMs > atMostMs) {
      const fields = await this.client.fields();
      this.#fields = new Map(fields.map((field) => [nameKey(field.name), field]));
      this.#readAtMs = nowMs;
    }
    return this.#fields;
  }
}

export const nameKey = (name: string): string => name.trim().toLowerCase();
