import { expect, it } from 'vitest';
import { testDatabase } from '../support/database.js';

const database = testDatabase();

it('keeps entities and migrations the same', async () => {
  const { upQueries } = await database.dataSource.driver.createSchemaBuilder().log();
  expect(upQueries.map(({ query }) => query)).toEqual([]);
});
