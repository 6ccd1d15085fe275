import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { testDatabase } from '../../test/support/database.js';
import { percentileKey, percentileThresholdSql } from './percentile.js';

const database = testDatabase();
const threshold = async (
  percentile: 'top' | 'bottom',
  percent: number,
  attribute = 'spend',
): Promise<number | null> => {
  const { text, values } = percentileThresholdSql({ percentile, percent, attribute });
  const [row] = await database.dataSource.query<{ threshold: number | null }[]>(text, [...values]);
  return row!.threshold;
};

it('finds the value that a share of the profiles is at or beyond, among those who have a number', async () => {
  const attributes = [
    ...Array.from({ length: 100 }, (_unused, n) => ({ spend: n + 1 })),
    { spend: 'a lot' },
    { spend: [1_000] },
    {},
  ];
  await database.dataSource.query(
    `INSERT INTO profiles (id, version, attributes, created_at, updated_at, last_event_at)
     SELECT id, 1, attributes, now(), now(), now() FROM unnest($1::uuid[], $2::jsonb[]) AS p (id, attributes)`,
    [attributes.map(() => randomUUID()), attributes.map((each) => JSON.stringify(each))],
  );
  expect(await threshold('top', 5)).toBe(96);
  expect(await threshold('bottom', 10)).toBe(10);
  expect(await threshold('top', 5, 'nobody has this')).toBeNull();
  expect(percentileKey({ percentile: 'top', percent: 5, attribute: 'spend' })).toBe('top 5 spend');
});
