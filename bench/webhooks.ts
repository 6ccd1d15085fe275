import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import autocannon from 'autocannon';
import pg from 'pg';
import { z } from 'zod';
import { contactBodies } from './contacts.js';

export interface WebhookFigures {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
}

export interface WebhookOptions {
  readonly target: 'parley' | 'bare';
  readonly databaseUrl: string;
  readonly configFolder: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly seconds: number;
}

const connections = 100;
/** As many people as talk at the same time in a busy hour; a conversation is several messages. */
const contacts = 5_000;
/** And again, until everybody is known: what is measured is a conversation, not how people are met for the first time. */
const warmUpSeconds = 10;

/** Load of 100 connections on one target in a process of its own, after a warm-up with the same load. */
export async function measureWebhooks(options: WebhookOptions): Promise<WebhookFigures> {
  const child = start(options);
  try {
    const url = await address(child);
    await pauseDestinations(options);
    const nextBody = contactBodies(contacts);
    for (let sent = 0; sent < 2 * contacts;) sent += (await load(url, nextBody, warmUpSeconds)).requests.total;
    const result = await load(url, nextBody, options.seconds);
    return {
      requestsPerSecond: result.requests.average,
      p50Ms: result.latency.p50,
      p99Ms: result.latency.p99,
      errors: result.errors + result.non2xx,
    };
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}

function start({ target, databaseUrl, configFolder, environment }: WebhookOptions): ChildProcess {
  return fork(path.join(import.meta.dirname, 'targets.js'), [target], {
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      CONFIG_DIR: configFolder,
      ENCRYPTION_KEY: '0'.repeat(64),
      PORT: '0',
      SANDBOX: 'false',
      LOG_LEVEL: 'error',
      ...environment,
    },
  });
}

async function address(child: ChildProcess): Promise<string> {
  const [message] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('the target did not start'))),
  ])) as unknown[];
  return z.object({ url: z.string() }).parse(message).url;
}

/** The webhook's own work is measured: marks are made, as always, and wait. */
async function pauseDestinations({ target, databaseUrl }: WebhookOptions): Promise<void> {
  if (target !== 'parley') return;
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(
    `INSERT INTO destination_states (destination, paused_reason) SELECT key, 'benchmark' FROM destinations
     ON CONFLICT (destination) DO UPDATE SET paused_reason = 'benchmark'`,
  );
  await client.end();
}

function load(url: string, nextBody: () => string, seconds: number): Promise<autocannon.Result> {
  return autocannon({
    url: `${url}/hooks/bench`,
    connections,
    duration: seconds,
    requests: [
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-parley-secret': 'benchmark-secret' },
        setupRequest: (request) => ({ ...request, body: nextBody() }),
      },
    ],
  });
}
