import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Limits that hold across processes, and what an admin says of reading history. */
export class SharedLimitsAndPulls1764300000000 implements MigrationInterface {
  name = 'SharedLimitsAndPulls1764300000000';

  async up(db: QueryRunner): Promise<void> {
    // Few rows, written twice a second at most each: room for versions of a row within its page.
    await db.query(`CREATE TABLE call_permits (
      account text PRIMARY KEY,
      revision bigint NOT NULL,
      book jsonb NOT NULL
    ) WITH (fillfactor = 30)`);
    await db.query(`ALTER TABLE destinations ADD COLUMN pulls jsonb NOT NULL DEFAULT '{}'`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE destinations DROP COLUMN pulls');
    await db.query('DROP TABLE call_permits');
  }
}
