import type { CustomField, ManychatClient } from './client.js';

const freshForMs = 10 * 60_000;
/** A field that we do not find may have just been made, by a person or by `prepare` in another process. */
const lookAgainAfterMs = 5_000;

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
    if (this.#fields === null || nowMs - this.#readAtMs >= atMostMs) {
      const fields = await this.client.fields();
      this.#fields = new Map(fields.map((field) => [nameKey(field.name), field]));
      this.#readAtMs = nowMs;
    }
    return this.#fields;
  }

  /** As `read`, and read again where one of these is not in it. */
  async readFor(names: readonly string[]): Promise<ReadonlyMap<string, CustomField>> {
    const fields = await this.read();
    return names.every((name) => fields.has(nameKey(name))) ? fields : this.read(lookAgainAfterMs);
  }
}

export const nameKey = (name: string): string => name.trim().toLowerCase();
