import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { Redis } from 'ioredis';

export interface TestRedis {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * The Redis that REDIS_URL names, or one started from a `redis-server` on the PATH; null where there is neither.
 *
 * @throws Error when PARLEY_TEST_EVERYTHING is set and there is none: CI leaves nothing out
 */
export async function findRedis(): Promise<TestRedis | null> {
  const given = process.env.REDIS_URL;
  if (given !== undefined && given !== '') return { url: given, stop: () => Promise.resolve() };
  if (spawnSync('redis-server', ['--version']).status !== 0) {
    if (process.env.PARLEY_TEST_EVERYTHING !== undefined)
      throw new Error('PARLEY_TEST_EVERYTHING is set, but there is neither REDIS_URL nor a redis-server on the PATH');
    return null;
  }
  const port = await freePort();
  const server = spawn(
    'redis-server',
    ['--port', String(port), '--save', '', '--appendonly', 'no', '--bind', '127.0.0.1'],
    {
      stdio: 'ignore',
    },
  );
  const url = `redis://127.0.0.1:${port}`;
  await answers(url);
  return {
    url,
    stop: () =>
      new Promise((resolve) => {
        server.once('exit', () => resolve());
        server.kill('SIGTERM');
      }),
  };
}

async function answers(url: string): Promise<void> {
  const client = new Redis(url, { lazyConnect: false, retryStrategy: () => 50, maxRetriesPerRequest: 100 });
  client.on('error', () => undefined); // not up yet
  await client.ping();
  client.disconnect();
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
