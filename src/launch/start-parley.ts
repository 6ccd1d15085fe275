import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createDataSource } from '../../config/data-source.js';
import type { Environment } from '../../config/env.js';
import { migrate } from '../database/database.module.js';
import { type LocalPostgres, startLocalPostgres } from '../database/local-postgres/local-postgres.js';
import { Resync } from '../delivery/resync.service.js';
import { DestinationStates } from '../delivery/destination-states.repository.js';
import { SharedPermits } from '../delivery/shared-permits.service.js';
import { PullStates } from '../enrichment/pulls.repository.js';
import { Provisioner } from '../provisioning/provisioner.service.js';
import { readConfiguration } from '../provisioning/read-configuration.js';
import type { RunningSandbox } from '../sandbox/sandbox-server.js';
import { ApiKeys } from '../security/api-keys.service.js';
import { createApp } from './create-app.js';
import { startSandboxes, variablesBefore, variablesWith } from './sandboxes.js';

/** A running Parley. */
export interface Parley {
  readonly app: NestFastifyApplication;
  readonly url: string;
  readonly role: Environment['ROLE'];
  readonly sandboxes: readonly RunningSandbox[];
  /** Made at the first start; to be shown once. */
  readonly firstApiKey: string | null;
  /** Finishes what is in hand and stops everything that was started, PostgreSQL last. */
  close(): Promise<void>;
}

/**
 * Starts everything a process consists of: PostgreSQL (unless DATABASE_URL names one), the sandbox CRMs, the service.
 *
 * @throws Error with one clear sentence: a port in use, a data folder that cannot be used, a wrong configuration
 */
export async function startParley(env: Environment): Promise<Parley> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    // Read before anything is started: a wrong line should cost no time.
    readConfiguration({
      folder: env.CONFIG_DIR,
      sandbox: env.sandbox,
      variables: variablesBefore(env),
    });
    const local =
      env.DATABASE_URL === undefined ? await startLocalPostgres({ folder: env.DATA_DIR, durable: true }) : null;
    if (local !== null) closers.push(() => local.stop());
    const sandboxes = env.sandbox ? await startSandboxes(env, path.join(env.DATA_DIR, 'sandbox')) : [];
    for (const sandbox of sandboxes) closers.push(() => sandbox.close());
    const databaseUrl = local?.url ?? env.DATABASE_URL ?? '';
    mkdirSync(env.DATA_DIR, { recursive: true });
    await migrateDatabase(databaseUrl);
    const app = await createApp(env, databaseUrl);
    closers.push(() => app.close());
    const firstApiKey = await prepare(app, env, sandboxes, local);
    const url = await listen(app, env);
    return { app, url, role: env.ROLE, sandboxes, firstApiKey, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function migrateDatabase(url: string): Promise<void> {
  const dataSource = createDataSource(url);
  await dataSource.initialize().catch((cause: unknown) => {
    const said = cause instanceof Error ? cause.message || cause.name : String(cause);
    throw new Error(
      `PostgreSQL cannot be reached at ${url.replace(/\/\/[^@]*@/, '//')}: ${said}. Start it, or correct DATABASE_URL.`,
      { cause },
    );
  });
  try {
    await migrate(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

async function prepare(
  app: NestFastifyApplication,
  env: Environment,
  sandboxes: readonly RunningSandbox[],
  local: LocalPostgres | null,
): Promise<string | null> {
  // Our own PostgreSQL serves one process at a time, so a lease in it belongs to nobody who still lives.
  if (local !== null) {
    await app.get(DestinationStates).dropLeases();
    await app.get(SharedPermits).dropLeases();
    await app.get(PullStates).dropLeases();
  }
  const configuration = readConfiguration({
    folder: env.CONFIG_DIR,
    sandbox: env.sandbox,
    variables: variablesWith(env, sandboxes),
  });
  await app.get(Provisioner).apply(configuration);
  if (env.ROLE !== 'api') await app.get(Resync).planOutdated();
  return app.get(ApiKeys).createFirst();
}

async function listen(app: NestFastifyApplication, { HOST, PORT }: Environment): Promise<string> {
  try {
    await app.listen(PORT, HOST);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')
      throw new Error(`Port ${PORT} is in use. Stop what uses it, or set PORT to another one.`, { cause });
    throw cause;
  }
  return (await app.getUrl()).replace('[::1]', 'localhost');
}
