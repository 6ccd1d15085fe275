/** Asks PostgreSQL inside somebody's transaction, or outside of any. */
export type SqlQuery = <Row extends object>(text: string, values: readonly unknown[]) => Promise<Row[]>;

/** By what TypeORM asks with. */
export const queryBy =
  (manager: { query: <Rows>(text: string, values: unknown[]) => Promise<Rows> }): SqlQuery =>
  <Row extends object>(text: string, values: readonly unknown[]) =>
    manager.query<Row[]>(text, [...values]);
