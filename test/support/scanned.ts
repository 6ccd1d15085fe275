import type { DataSource } from 'typeorm';

/** Rows read one after the other, per table, while `work` ran, as PostgreSQL counts them; small numbers are left out. */
export async function scanned(
  database: DataSource,
  pools: readonly DataSource[],
  work: () => Promise<unknown>,
): Promise<Record<string, number>> {
  /** Every connection says what it has counted so far. */
  const flushed = async (): Promise<void> => {
    for (const pool of [database, ...pools])
      await Promise.all(
        Array.from({ length: 12 }, () => pool.query('SELECT pg_stat_force_next_flush(), pg_sleep(0.02)')),
      );
  };
  const counts = async (): Promise<Map<string, number>> => {
    const rows = await database.query<{ name: string; read: string }[]>(
      `SELECT relname AS name, seq_tup_read AS read FROM pg_stat_user_tables`,
    );
    return new Map(rows.map(({ name, read }) => [name, Number(read)]));
  };
  await flushed();
  const before = await counts();
  await work();
  await flushed();
  const after = await counts();
  const read = [...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const);
  return Object.fromEntries(read.filter(([, count]) => count > 1_000));
}
