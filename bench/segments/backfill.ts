import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { stringify } from 'yaml';

export interface BackfillFigures {
  readonly backfillMs: number;
  readonly countMs: number;
  readonly entered: number;
  /** Memory of the process (resident set) before, and the most while it was under way. */
  readonly memoryMb: { readonly before: number; readonly most: number };
}

/** As SQL for the count, and as a rule for the segment: one in fifty. */
const condition = `merged_into IS NULL AND attributes ->> 'country' = 'PE' AND (attributes ->> 'budget')::float8 >= 800`;
const rule = {
  version: 1,
  all: [
    { attribute: 'country', operator: 'equals', value: 'PE' },
    { attribute: 'budget', operator: 'atLeast', value: 800 },
  ],
};

/** Ids as ours are: they grow with time. */
const fill = `INSERT INTO profiles (id, version, attributes, created_at, updated_at, last_event_at)
  SELECT uuidv7(), 1, jsonb_build_object('firstName', 'Ada', 'lastName', 'Lovelace', 'email', 'p' || n || '@example.com', 'language', 'en',
    'country', (ARRAY['ES','FR','DE','IT','PE','GB','US','MX','AR','CO'])[1 + n % 10], 'budget', (n / 10 * 7) % 1000, 'plan', 'free'),
    now(), now(), now() FROM generate_series(1, $1::int) AS n`;

/** A new segment over so many profiles, in a process of its own, against one `SELECT count(*)` with the same condition. */
export async function measureBackfill(databaseUrl: string, folder: string, profiles: number): Promise<BackfillFigures> {
  const configuration = path.join(folder, 'bench.yaml');
  writeFileSync(configuration, '{}');
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const first = await started(databaseUrl, folder); // makes the schema
  await stopped(first);
  await client.query(fill, [profiles]);
  await client.query(`INSERT INTO attribute_definitions (key, type, label) VALUES ('country', 'string', 'Country'), ('budget', 'number', 'Budget')
    ON CONFLICT DO NOTHING`);
  await client.query('VACUUM ANALYZE profiles');
  writeFileSync(configuration, stringify({ segments: [{ key: 'bench', title: 'Benchmark', rule }] }));
  const child = await started(databaseUrl, folder);
  try {
    const before = memoryMb(child);
    let most = before;
    for (;;) {
      most = Math.max(most, memoryMb(child));
      const { rows } = await client.query<{ ms: number; entered: string }>(
        `SELECT extract(epoch FROM finished_at - started_at) * 1000 AS ms, entered FROM segment_backfills WHERE state = 'done'`,
      );
      const [done] = rows;
      if (done !== undefined) {
        const { countMs, count } = await bestCount(client);
        if (count !== Number(done.entered))
          throw new Error(`${done.entered} entered, but the rule fits ${String(count)}`);
        return { backfillMs: done.ms, countMs, entered: count, memoryMb: { before, most } };
      }
      await delay(50);
    }
  } finally {
    await stopped(child);
    await client.end();
  }
}

async function bestCount(client: pg.Client): Promise<{ readonly countMs: number; readonly count: number }> {
  const times: number[] = [];
  let count = 0;
  for (let round = 0; round < 3; round += 1) {
    const startedMs = performance.now();
    const { rows } = await client.query<{ count: string }>(`SELECT count(*) FROM profiles WHERE ${condition}`);
    times.push(performance.now() - startedMs);
    count = Number(rows[0]?.count);
  }
  return { countMs: Math.min(...times), count };
}

async function started(databaseUrl: string, folder: string): Promise<ChildProcess> {
  const child = fork(path.join(import.meta.dirname, '../targets.js'), ['parley'], {
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      CONFIG_DIR: folder,
      ENCRYPTION_KEY: '0'.repeat(64),
      PORT: '0',
      SANDBOX: 'false',
      LOG_LEVEL: 'error',
    },
  });
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('the service did not start'))),
  ]);
  return child;
}

async function stopped(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** Resident set, as the kernel says. */
function memoryMb({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
}
