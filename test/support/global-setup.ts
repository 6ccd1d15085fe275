import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { createDataSource } from '../../config/data-source.js';
import { startLocalPostgres } from '../../src/database/local-postgres/local-postgres.js';
import { findRedis } from './redis.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL for this run; its database `template` has every migration. */
    databaseServerUrl: string;
    /** null: there is no Redis here, and what needs one is left out. */
    redisUrl: string | null;
    /** Why what is built cannot be started; null: it can. Only tests of the service as a process need it. */
    buildFailure: string | null;
  }
}

/** One real PostgreSQL for the whole run, and a Redis where there is one. Nothing has to be installed for the first. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide('buildFailure', build());
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-test-'));
  const server = await startLocalPostgres({ folder, durable: false });
  const redis = await findRedis();
  await prepareTemplate(server.url);
  project.provide('databaseServerUrl', server.url);
  project.provide('redisUrl', redis?.url ?? null);
  if (redis === null)
    process.stdout.write('\nLEFT OUT: tests that need Redis. Set REDIS_URL, or install redis-server, to run them.\n\n');
  return async () => {
    await redis?.stop();
    await server.stop();
    rmSync(server.dataFolder, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  };
}

/** Folders without tests that start what is built: whoever names only files in them does not wait for the build. */
const unbuilt = /^(src|config|test\/(authorization|contract|database|enrichment|jobs|regression|triggers))\b/;

function needsBuild(): boolean {
  const named = process.argv.slice(2).filter((word) => /^(\.\/)?(src|config|test)\b/.test(word));
  return named.length === 0 || !named.every((word) => unbuilt.test(word.replace(/^\.\//, '')));
}

function build(): string | null {
  if (!needsBuild()) return 'it was not built, because only files were named that do not need it';
  try {
    execFileSync(process.execPath, ['src/launch/ensure-built.ts'], { stdio: ['ignore', 'inherit', 'pipe'] });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function prepareTemplate(url: string): Promise<void> {
  const admin = createDataSource(url);
  await admin.initialize();
  await admin.query('CREATE DATABASE template');
  await admin.destroy();
  const template = createDataSource(url.replace(/\/parley$/, '/template'));
  await template.initialize();
  await template.runMigrations();
  await template.destroy();
}
