import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { RemoteFact } from '../../src/destinations/remote-fact.js';
import { FactIntake } from '../../src/enrichment/fact-intake.service.js';
import { about, activity, consentSaid, recordChanged, recordMerged } from '../../src/enrichment/test-support.js';
import { MappingDirectory } from '../../src/mapping/mapping-directory.service.js';
import { type Core, startCore, TestClock } from '../support/core.js';
import { testDatabase } from '../support/database.js';
import { scanned } from '../support/scanned.js';

vi.mock('../../src/destinations/registry.js', async () => {
  const { acme } = await import('../support/acme.js');
  return { destinations: [acme()] };
});

const database = testDatabase();
const clock = new TestClock();
const people = 60_000;
const generatedId = `('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`;
let core: Core;

beforeAll(async () => {
  core = await startCore(database.url, clock);
  await core.connect({
    key: 'acme',
    provider: 'acme',
    title: 'Acme',
    settings: { baseUrl: 'https://acme.test', key: 'k' },
    mapping: {
      object: 'people',
      key: { from: 'email', to: 'email' },
      fields: [{ from: 'plan', to: 'plan', direction: 'both' }],
    },
  });
  const generate = [
    `INSERT INTO profiles (id, version, created_at, updated_at, last_event_at) SELECT ${generatedId}, 1, now(), now(), now() FROM generate_series(1, ${people}) n`,
    `INSERT INTO identities SELECT 'email', '', 'p' || n || '@example.com', ${generatedId}, now() FROM generate_series(1, ${people}) n`,
    `INSERT INTO identities SELECT 'record', 'acme/people', 'known-' || n, ${generatedId}, now() FROM generate_series(1, ${people / 2}) n`,
    `INSERT INTO remote_records (destination, profile_id, key, remote_id, fields, delivered_version, mapping_version, delivery_id, delivered_at)
     SELECT 'acme', ${generatedId}, 'k' || n, 'known-' || n, '{}', 1, 1, ${generatedId}, now() - interval '1 year' FROM generate_series(1, ${people}) n`,
    'ANALYZE',
  ];
  for (const statement of generate) await database.dataSource.query(statement);
});
afterAll(() => core.close());

it('with 60,000 people, no table is read from end to end by what a destination tells', async () => {
  const from = core.get(MappingDirectory).findConnected('acme');
  if (from === undefined) throw new Error('Acme is not connected');
  const page: RemoteFact[] = Array.from({ length: 100 }, (_unused, n) => [
    // Known by its record, by what we have written, by its address, and not at all.
    recordChanged(
      { plan: { type: 'string', value: 'pro' } },
      { about: about(`known-${String(n + 1)}`), dedupeKey: randomUUID() },
    ),
    consentSaid('revoked', clock.now(), { about: about(`known-${String(people - n)}`), dedupeKey: randomUUID() }),
    activity('deal_won', {
      about: about(`new-${String(n)}`, `p${String(1_000 + n)}@example.com`),
      dedupeKey: randomUUID(),
    }),
    activity('deal_won', { about: about(`x-${String(n)}`, `nobody${String(n)}@example.com`), dedupeKey: randomUUID() }),
  ]).flat();
  const merged = recordMerged(['known-31000'], { about: about('known-30'), dedupeKey: randomUUID() });
  const work = async () => {
    expect(await core.get(FactIntake).take(from, [...page, merged])).toMatchObject({ event: 301, unknown: 100 });
  };
  expect(await scanned(database.dataSource, [core.get(DataSource)], work)).toEqual({});
  const rows = await database.dataSource.query<object[]>(`SELECT 1 FROM remote_records WHERE fields ? 'plan'`);
  expect(rows).toHaveLength(100);
});
