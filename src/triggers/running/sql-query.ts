/** Asks PostgreSQL inside somebody's transaction, or outside of any. */
export type SqlQuery = <Row extends object>(text: string, values: readonly unknown[]) => Promise<Row[]>;
