import { setTimeout as delay } from 'node:timers/promises';
import path from 'node:path';
import { readEnvironment } from '../config/env.js';
import { Delivery } from '../src/delivery/delivery.service.js';
import { startParley } from '../src/launch/start-parley.js';
import { emulators } from '../src/sandbox/registry.js';
import { type RunningSandbox, startSandbox } from '../src/sandbox/sandbox-server.js';
import { AttributeCatalog } from '../src/profiles/attribute-catalog.service.js';
import { DataSource } from 'typeorm';
import { crms, webhookConfiguration } from './configuration.js';

export interface DeliveryFigures {
  readonly destination: string;
  readonly profilesPerSecond: number;
  readonly calls: number;
  readonly leastCalls: number;
}

/** Records each provider takes in one call at most, by its documentation. */
const largestBatch: Readonly<Record<string, number>> = { hubspot: 100, salesforce: 200, mailchimp: 500 };

interface Options {
  readonly databaseUrl: string;
  readonly folder: string;
  readonly profiles: number;
}

/** New people with an address, a name, a plan and consent to e-mail; due for every destination. */
const insertProfiles = `
  INSERT INTO profiles (id, version, attributes, attribute_provenance, consents, created_at, updated_at, last_event_at)
  SELECT gen_random_uuid(), 1,
    jsonb_build_object('email', 'person' || n || '@bench.test', 'firstName', 'First' || n, 'lastName', 'Last' || n, 'plan', 'pro', 'budget', n),
    '[]', '{"email": {"status": "granted", "at": "2026-01-01T00:00:00.000Z", "source": "bench", "event": "00000000-0000-0000-0000-000000000000"}}',
    now(), now(), now()
  FROM generate_series(1, $1::int) AS n`;
const insertDefinitions = `
  INSERT INTO attribute_definitions (key, type, label)
  VALUES ('email', 'string', 'email'), ('firstName', 'string', 'first name'), ('lastName', 'string', 'last name'), ('plan', 'string', 'plan'), ('budget', 'number', 'budget')`;
const insertMarks = `
  INSERT INTO sync_marks (destination, profile_id, wanted_version, waiting_since, due_at) SELECT $1, id, 1, now(), now() FROM profiles`;

/** How fast one drain brings new profiles to each sandbox, and with how many calls. The sandboxes share our process. */
export async function measureDelivery({ databaseUrl, folder, profiles }: Options): Promise<DeliveryFigures[]> {
  const sandboxes: RunningSandbox[] = [];
  for (const crm of crms) sandboxes.push(await startSandbox(emulators[crm], { port: 0 }));
  const configFolder = path.join(folder, 'delivery-config');
  webhookConfiguration(configFolder, Object.fromEntries(sandboxes.map(({ id, origin }) => [id, origin])));
  const parley = await startParley(
    readEnvironment({
      DATABASE_URL: databaseUrl,
      CONFIG_DIR: configFolder,
      DATA_DIR: folder,
      ENCRYPTION_KEY: '0'.repeat(64),
      PORT: '0',
      SANDBOX: 'false',
      LOG_LEVEL: 'error',
    }),
  );
  try {
    const dataSource = parley.app.get(DataSource);
    // A start compares everybody with new mappings; that must not run into what is measured.
    await until(
      dataSource,
      `SELECT count(*)::int AS left FROM destinations d LEFT JOIN destination_states s ON s.destination = d.key WHERE COALESCE(s.resynced_mapping, 0) = 0`,
    );
    await dataSource.query(insertDefinitions);
    await parley.app.get(AttributeCatalog).onModuleInit();
    await dataSource.query(insertProfiles, [profiles]);
    const figures: DeliveryFigures[] = [];
    for (const sandbox of sandboxes)
      figures.push(await drainOne(parley.app.get(Delivery), dataSource, sandbox, profiles));
    return figures;
  } finally {
    await parley.close();
    for (const sandbox of sandboxes) await sandbox.close();
  }
}

async function drainOne(
  delivery: Delivery,
  dataSource: DataSource,
  sandbox: RunningSandbox,
  profiles: number,
): Promise<DeliveryFigures> {
  await dataSource.query(insertMarks, [sandbox.id]);
  const started = performance.now();
  // A sweep may have begun it; then it is that drain we wait for.
  await delivery.drain(sandbox.id);
  await until(
    dataSource,
    `SELECT count(*)::int AS left FROM sync_marks WHERE destination = '${sandbox.id}' AND due_at IS NOT NULL`,
  );
  const seconds = (performance.now() - started) / 1_000;
  const [{ left } = { left: -1 }] = await dataSource.query<{ left: number }[]>(
    `SELECT count(*)::int AS left FROM sync_marks WHERE destination = $1 AND outcome <> 'delivered'`,
    [sandbox.id],
  );
  if (left !== 0) throw new Error(`${left} of ${profiles} profiles did not reach ${sandbox.title}`);
  const largest = largestBatch[sandbox.id];
  if (largest === undefined) throw new Error(`how many records ${sandbox.id} takes at once is not known here`);
  return {
    destination: sandbox.id,
    profilesPerSecond: profiles / seconds,
    calls: sandbox.journal.count,
    leastCalls: Math.ceil(profiles / largest),
  };
}

/** Asks until nothing is left. */
async function until(dataSource: DataSource, question: string): Promise<void> {
  for (;;) {
    const [row] = await dataSource.query<{ left: number }[]>(question);
    if (row?.left === 0) return;
    await delay(10);
  }
}
