/** A statement with its parameters, for the driver. */
export interface SqlStatement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The parameters of one statement, in the making. Every value from a rule goes through here, never into the text. */
export class SqlParameters {
  readonly #values: unknown[];

  /** @param before the parameters that the statement has already; ours are numbered after them */
  constructor(before: readonly unknown[] = []) {
    this.#values = [...before];
  }

  get values(): readonly unknown[] {
    return this.#values;
  }

  add(value: unknown, type: string): string {
    this.#values.push(value);
    return `$${this.#values.length}::${type}`;
  }

  text(value: string): string {
    return this.add(value, 'text');
  }

  texts(values: readonly string[]): string {
    return this.add(values, 'text[]');
  }

  number(value: number): string {
    return this.add(value, 'float8');
  }

  json(value: unknown): string {
    return this.add(JSON.stringify(value), 'jsonb');
  }

  moment(atMs: number): string {
    return this.add(timestampText(atMs), 'timestamptz');
  }
}

/** The years 1 to 9999, which are those that an attribute or an event can have. */
const [firstMs, lastMs] = [-62_135_596_800_000, 253_402_300_799_999];

/** A moment as PostgreSQL reads it; what lies outside the years that we can hold is as good as infinitely far. */
export const timestampText = (atMs: number): string =>
  atMs > lastMs ? 'infinity' : atMs < firstMs ? '-infinity' : new Date(atMs).toISOString();
