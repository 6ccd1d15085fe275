import { isDeepStrictEqual } from 'node:util';
import { getQueueToken } from '@nestjs/bull';
import type { Queue } from 'bull';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Resync } from '../../src/delivery/resync.service.js';
import { MappingDirectory } from '../../src/mapping/mapping-directory.service.js';
import { configurationFile, destinationInput, sourceInput } from '../../src/provisioning/configuration-schema.js';
import { Configuration, type Origin } from '../../src/provisioning/configuration.service.js';
import { Provisioner } from '../../src/provisioning/provisioner.service.js';
import { type Core, startCore, TestClock } from '../support/core.js';
import { testDatabase } from '../support/database.js';

const database = testDatabase();
const clock = new TestClock();
let core: Core;
let other: Core;

beforeAll(async () => {
  [core, other] = [await startCore(database.url, clock), await startCore(database.url, clock)];
});
afterAll(async () => {
  await Promise.all([core.close(), other.close()]);
});

const hubspot = (key: string, more: object = {}) =>
  destinationInput.parse({
    key,
    provider: 'hubspot',
    title: 'HubSpot',
    settings: { accessToken: 'pat-very-secret', tier: 'starter' },
    mapping: { object: 'contacts', key: { from: 'email', to: 'email' }, fields: [{ from: 'plan', to: 'plan' }] },
    ...more,
  });
/** A configuration file that says nothing. */
const nothing = configurationFile.parse({});
const save = (input: ReturnType<typeof hubspot>, origin: Origin) => {
  const configuration = core.get(Configuration);
  return configuration.change((manager) => configuration.saveDestination(manager, input, origin));
};
const provision = (...destinations: ReturnType<typeof hubspot>[]) =>
  core.get(Provisioner).apply({ ...nothing, destinations });
const versionsOf = async (key: string): Promise<number[]> =>
  (
    await database.dataSource.query<{ version: number }[]>(
      `SELECT version FROM mappings WHERE destination = $1 ORDER BY version`,
      [key],
    )
  ).map(({ version }) => version);

describe('a destination', () => {
  it('is known with its secrets to every process, and stored without them', async () => {
    await save(hubspot('secretive'), 'api');
    const stored = JSON.stringify(
      await database.dataSource.query(`SELECT * FROM destinations WHERE key = 'secretive'`),
    );
    expect(stored).toContain('starter');
    expect(stored).not.toContain('pat-very-secret');
    for (const each of [core, other])
      await expect
        .poll(() => each.get(MappingDirectory).find('secretive')?.settings, { timeout: 20_000 })
        .toMatchObject({ accessToken: 'pat-very-secret', tier: 'starter' });
  });

  it('gets a new version of its mapping only when that says something else', async () => {
    await save(hubspot('versioned'), 'api');
    await save(hubspot('versioned', { title: 'Another title' }), 'api');
    expect(await versionsOf('versioned')).toEqual([1]);
    const mapping = { object: 'contacts', key: { from: 'email', to: 'email' } };
    await save(hubspot('versioned', { mapping }), 'api');
    expect(await versionsOf('versioned')).toEqual([1, 2]);
    expect(core.get(MappingDirectory).find('versioned')?.mappingVersion).toBe(2);
  });
});

describe('a destination that was switched off for a while', () => {
  const planned = async (key: string): Promise<boolean> => {
    const add = vi.spyOn(core.get<Queue>(getQueueToken('delivery')), 'add');
    await core.get(Resync).planOutdated();
    const asked = add.mock.calls.some(
      ([name, data]) => name === 'resync' && isDeepStrictEqual(data, { destination: key }),
    );
    add.mockRestore();
    return asked;
  };

  it.each(['api', 'file'] as const)('is compared with every profile once it is on again (%s)', async (origin) => {
    const key = `paused-${origin}`;
    await save(hubspot(key), origin);
    await core.get(Resync).run(key);
    await save(hubspot(key), origin);
    expect(await planned(key)).toBe(false);
    await save(hubspot(key, { enabled: false }), origin);
    await save(hubspot(key), origin);
    expect(await planned(key)).toBe(true);
  });
});

describe('a destination that is deleted', () => {
  it('leaves no dead letter open, which a replay would make due for nobody', async () => {
    await save(hubspot('deleted'), 'api');
    await database.dataSource.query(
      `INSERT INTO dead_letters (id, kind, origin, subject, cause, message, request, created_at, last_at)
       VALUES (gen_random_uuid(), 'sync', 'deleted', 'p1', 'INVALID_EMAIL', 'no', '{}', $1, $1),
         (gen_random_uuid(), 'sync', 'kept', 'p1', 'INVALID_EMAIL', 'no', '{}', $1, $1)`,
      [clock.now()],
    );
    const configuration = core.get(Configuration);
    await configuration.change((manager) => configuration.deleteDestination(manager, 'deleted'));
    expect(
      await database.dataSource.query(`SELECT origin, resolution FROM dead_letters ORDER BY origin`),
    ).toMatchObject([
      { origin: 'deleted', resolution: 'dismissed' },
      { origin: 'kept', resolution: null },
    ]);
  });
});

describe('what comes from a file', () => {
  it('can be changed only there', async () => {
    await provision(hubspot('from-file'));
    await expect(save(hubspot('from-file', { title: 'Mine' }), 'api')).rejects.toMatchObject({ status: 409 });
    const configuration = core.get(Configuration);
    const deleted = configuration.change((manager) => configuration.deleteDestination(manager, 'from-file'));
    await expect(deleted).rejects.toMatchObject({ status: 409 });
  });

  it('is switched off and kept when no file names it any more, and can be edited from then on', async () => {
    await provision(hubspot('dropped'));
    expect(core.get(MappingDirectory).find('dropped')).toBeDefined();
    await provision();
    expect(core.get(MappingDirectory).find('dropped')).toBeUndefined();
    expect(
      await database.dataSource.query(`SELECT enabled, provisioned FROM destinations WHERE key = 'dropped'`),
    ).toEqual([{ enabled: false, provisioned: false }]);
    await save(hubspot('dropped', { title: 'Mine now' }), 'api');
  });

  it('takes over what was made by hand', async () => {
    await save(hubspot('by-hand'), 'api');
    await provision(hubspot('by-hand', { title: 'From the file' }));
    expect(
      await database.dataSource.query(`SELECT title, provisioned FROM destinations WHERE key = 'by-hand'`),
    ).toEqual([{ title: 'From the file', provisioned: true }]);
  });

  it('makes one version of a mapping when two processes start at once', async () => {
    const twice = [core, other].map((each) =>
      each.get(Provisioner).apply({ ...nothing, destinations: [hubspot('raced')] }),
    );
    await Promise.all(twice);
    expect(await versionsOf('raced')).toEqual([1]);
  });
});

it('keeps only hashes of a source’s secrets', async () => {
  const input = sourceInput.parse({
    key: 'acme',
    platform: 'manychat',
    title: 'Acme',
    secrets: ['webhook-secret', 'the-next-secret'],
  });
  await core.get(Provisioner).apply({ ...nothing, sources: [input] });
  const [row] = await database.dataSource.query<{ secret_hashes: string[] }[]>(`SELECT * FROM sources`);
  expect(row?.secret_hashes).toHaveLength(2);
  expect(JSON.stringify(row)).not.toContain('secret"');
  expect(JSON.stringify(row)).not.toContain('webhook-secret');
});
