import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startLocalPostgres } from '../src/database/local-postgres/local-postgres.js';
import { measureDelivery } from './delivery.js';
import { webhookConfiguration } from './configuration.js';
import { measureWebhooks, type WebhookOptions } from './webhooks.js';

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    seconds: { type: 'string', default: '10' },
    profiles: { type: 'string', default: '30000' },
  },
});
const seconds = Number(values.seconds);
const say = (line = ''): boolean => process.stdout.write(`${line}\n`);

const folder = mkdtempSync(path.join(tmpdir(), 'parley-bench-'));
const server = await startLocalPostgres({ folder, durable: true });
try {
  const configFolder = path.join(folder, 'config');
  webhookConfiguration(configFolder);
  const database = async (name: string): Promise<string> => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query(`CREATE DATABASE ${name}`);
    await client.end();
    return server.url.replace(/\/parley$/, `/${name}`);
  };
  const measure = async (title: string, name: string, options: Pick<WebhookOptions, 'target' | 'environment'>) => {
    const figures = await measureWebhooks({ ...options, databaseUrl: await database(name), configFolder, seconds });
    const { requestsPerSecond, p50Ms, p99Ms, errors } = figures;
    say(
      `  ${title.padEnd(46)} ${requestsPerSecond.toFixed(0).padStart(6)}/s   p50 ${p50Ms} ms   p99 ${p99Ms} ms   errors ${errors}`,
    );
    return figures;
  };

  say(`Webhooks: 100 connections, ${seconds} s each, one machine, one run`);
  const bareBefore = await measure('(b) bare handler, one INSERT per request', 'bare_before', { target: 'bare' });
  const parley = await measure('(a) Parley, fully processed and committed', 'parley_batched', { target: 'parley' });
  const each = await measure('(c) the same work, one transaction per request', 'parley_each', {
    target: 'parley',
    environment: { BATCH_EVENTS: '1', BATCHES_AT_ONCE: '12', DATABASE_POOL_SIZE: '14' },
  });
  const bareAfter = await measure('(b) bare handler, once more', 'bare_after', { target: 'bare' });
  // Before and after, so that a machine that gets slower or faster meanwhile does not decide.
  const bare = (bareBefore.requestsPerSecond + bareAfter.requestsPerSecond) / 2;

  say();
  say(`Delivery: ${Number(values.profiles).toLocaleString('en')} new profiles to each sandbox, limits off`);
  const deliveries = await measureDelivery({
    databaseUrl: await database('delivery'),
    folder,
    profiles: Number(values.profiles),
  });
  for (const { destination, profilesPerSecond, calls, leastCalls } of deliveries)
    say(
      `  ${destination.padEnd(12)} ${profilesPerSecond.toFixed(0).padStart(6)} profiles/s   ${calls} calls, at least ${leastCalls} are needed`,
    );

  const total = (pick: (figures: (typeof deliveries)[number]) => number): number =>
    deliveries.reduce((sum, one) => sum + pick(one), 0);
  const ratios = {
    webhookVsBareInsert: parley.requestsPerSecond / bare,
    webhookVsTransactionEach: parley.requestsPerSecond / each.requestsPerSecond,
    callsVsLeast: total(({ calls }) => calls) / total(({ leastCalls }) => leastCalls),
  };
  say();
  say(`  a/b ${ratios.webhookVsBareInsert.toFixed(2)} (wanted: at least 1.2)`);
  say(`  a/c ${ratios.webhookVsTransactionEach.toFixed(2)} (wanted: at least 3)`);
  say(`  calls/least ${ratios.callsVsLeast.toFixed(3)} (wanted: at most 1.02)`);
  if (values.json !== undefined)
    writeFileSync(
      values.json,
      `${JSON.stringify({ webhooks: { bareBefore, parley, each, bareAfter }, deliveries, ratios }, null, 2)}\n`,
    );
} finally {
  await server.stop();
  rmSync(server.dataFolder, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
}
