import 'reflect-metadata';
import Fastify from 'fastify';
import pg from 'pg';
import { readEnvironment } from '../config/env.js';
import { startParley } from '../src/launch/start-parley.js';

/** The three things that are compared; each runs in a process of its own and says its address to its parent. */
const targets = {
  /** Our webhook, in the size of batches the environment says. */
  async parley(): Promise<string> {
    const { url } = await startParley(readEnvironment());
    return url;
  },
  /** The least a webhook can do and not lose anything: one INSERT for each request. */
  async bare(): Promise<string> {
    const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 12 });
    await pool.query(
      'CREATE TABLE IF NOT EXISTS bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz DEFAULT now(), body jsonb)',
    );
    const app = Fastify();
    app.post('/hooks/:source', async (request) => {
      await pool.query({
        name: 'insert',
        text: 'INSERT INTO bare (body) VALUES ($1)',
        values: [JSON.stringify(request.body)],
      });
      return { status: 'ok' };
    });
    return app.listen({ port: 0, host: '127.0.0.1' });
  },
} as const;

const name = process.argv[2];
if (name !== 'parley' && name !== 'bare') throw new Error('say which target: parley or bare');
process.send?.({ url: await targets[name]() });
// A profile (`--cpu-prof`) is written only by a process that ends by itself.
process.once('SIGTERM', () => process.exit(0));
