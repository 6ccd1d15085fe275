import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startLocalPostgres } from '../../src/database/local-postgres/local-postgres.js';
import { webhookConfiguration } from '../configuration.js';
import { measureWebhooks } from '../webhooks.js';
import { measureBackfill } from './backfill.js';
import { measureEvaluations } from './evaluations.js';
import { addSegments } from './many-segments.js';

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    seconds: { type: 'string', default: '10' },
    profiles: { type: 'string', default: '1000000' },
  },
});
const seconds = Number(values.seconds);
const profiles = Number(values.profiles);
const say = (line = ''): boolean => process.stdout.write(`${line}\n`);
const perSecond = (rate: number): string => `${Math.round(rate).toLocaleString('en').padStart(12)}/s`;

const folder = mkdtempSync(path.join(tmpdir(), 'parley-bench-'));
const server = await startLocalPostgres({ folder, durable: true });
try {
  const database = async (name: string): Promise<string> => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query(`CREATE DATABASE ${name}`);
    await client.end();
    return server.url.replace(/\/parley$/, `/${name}`);
  };

  say('Evaluations of the same rules, one process, in turns');
  const evaluations = await measureEvaluations();
  say(`  compiled predicates        ${perSecond(evaluations.predicatesPerSecond)}`);
  say(`  … with their next moment   ${perSecond(evaluations.outlooksPerSecond)}`);
  say(`  written by hand            ${perSecond(evaluations.byHandPerSecond)}`);
  say(`  json-rules-engine          ${perSecond(evaluations.jsonRulesEnginePerSecond)}`);

  say();
  say(`Webhooks: 100 connections, ${seconds} s each`);
  const webhooks = async (title: string, segments: number): Promise<number> => {
    const configFolder = path.join(folder, title);
    webhookConfiguration(configFolder);
    addSegments(configFolder, segments);
    const databaseUrl = await database(title);
    const { requestsPerSecond, p99Ms, errors } = await measureWebhooks({
      target: 'parley',
      databaseUrl,
      configFolder,
      seconds,
    });
    say(
      `  with ${String(segments).padStart(5)} segments ${perSecond(requestsPerSecond)}   p99 ${p99Ms} ms   errors ${errors}`,
    );
    return requestsPerSecond;
  };
  const noneBefore = await webhooks('none_before', 0);
  const hundred = await webhooks('hundred', 100);
  const thousand = await webhooks('thousand', 1_000);
  const noneAfter = await webhooks('none_after', 0);

  say();
  say(`Backfill of a new segment over ${profiles.toLocaleString('en')} profiles`);
  const backfillFolder = path.join(folder, 'backfill');
  mkdirSync(backfillFolder, { recursive: true });
  const backfill = await measureBackfill(await database('backfill'), backfillFolder, profiles);
  const { backfillMs, countMs, entered, memoryMb } = backfill;
  say(
    `  backfill ${Math.round(backfillMs)} ms, ${entered.toLocaleString('en')} entered; one count(*) ${Math.round(countMs)} ms`,
  );
  say(`  memory ${Math.round(memoryMb.before)} MB before, ${Math.round(memoryMb.most)} MB at most`);

  // Before and after, so that a machine that gets slower or faster meanwhile does not decide.
  const ratios = {
    ...evaluations.ratios,
    webhookWith1000Segments: thousand / ((noneBefore + noneAfter) / 2),
    backfillVsCount: backfillMs / countMs,
  };
  say();
  say(`  predicate / json-rules-engine ${ratios.evaluateVsJsonRulesEngine.toFixed(1)} (wanted: at least 20)`);
  say(`  predicate / by hand           ${ratios.evaluateVsHandWritten.toFixed(2)} (wanted: at least 0.5)`);
  say(`  webhooks, 1,000 / no segments ${ratios.webhookWith1000Segments.toFixed(2)} (wanted: at least 0.7)`);
  say(`  backfill / count(*)           ${ratios.backfillVsCount.toFixed(2)} (wanted: at most 3)`);
  if (values.json !== undefined)
    writeFileSync(
      values.json,
      `${JSON.stringify({ evaluations, webhooks: { noneBefore, hundred, thousand, noneAfter }, backfill, ratios }, null, 2)}\n`,
    );
} finally {
  await server.stop();
  rmSync(server.dataFolder, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
}
