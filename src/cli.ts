import 'reflect-metadata';
import { createDataSource } from '../config/data-source.js';
import { ConfigurationError, readEnvironment } from '../config/env.js';
import { migrate } from './database/database.module.js';
import { startLocalPostgres } from './database/local-postgres/local-postgres.js';
import { runDemo } from './demo/run-demo.js';
import { announce } from './launch/announce.js';
import { fail, runUntilStopped } from './launch/run-until-stopped.js';
import { variablesBefore } from './launch/sandboxes.js';
import { startParley } from './launch/start-parley.js';
import { readConfiguration } from './provisioning/read-configuration.js';
import { ApiKeys } from './security/api-keys.service.js';

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

/** What can be asked for on the command line; `npm run <name>` is the way people use. */
const commands = {
  /** The service on sandboxes, with a realistic piece of traffic played through its webhooks; stays up afterwards. */
  async demo(): Promise<void> {
    const env = readEnvironment({ LOG_LEVEL: 'error', ...process.env });
    if (!env.sandbox)
      throw new ConfigurationError(
        'environment, SANDBOX: the demo needs the sandbox CRMs; leave it out, or set it to true',
      );
    await runUntilStopped(async () => {
      say('Starting PostgreSQL, the sandbox CRMs and Parley …');
      const parley = await startParley(env);
      await runDemo(
        {
          url: parley.url,
          sandboxes: parley.sandboxes,
          apiKey: parley.firstApiKey ?? (await parley.app.get(ApiKeys).create('demo')),
          secret: env.variables.DEMO_SECRET ?? 'demo-secret',
        },
        process.stdout,
      );
      announce(parley);
      return parley;
    });
  },

  /** Reads environment and configuration files as a start would, and says what is wrong with them. */
  'check-config': function checkConfig(): Promise<void> {
    const env = readEnvironment();
    const { sources, destinations, attributes, segments, scores, triggers } = readConfiguration({
      folder: env.CONFIG_DIR,
      sandbox: env.sandbox,
      variables: variablesBefore(env),
    });
    say(
      `The configuration in ${env.CONFIG_DIR} is right: ${sources.length} sources, ${destinations.length} destinations, ${attributes.length} declared attributes, ${segments.length} segments, ${scores.length} scores, ${triggers.length} triggers.`,
    );
    return Promise.resolve();
  },

  /** Makes another API key and shows it once. */
  async 'api-key'(): Promise<void> {
    const env = readEnvironment();
    const local =
      env.DATABASE_URL === undefined
        ? await startLocalPostgres({ folder: env.DATA_DIR, durable: true, shared: true })
        : null;
    const dataSource = createDataSource(local?.url ?? env.DATABASE_URL ?? '', 2);
    try {
      await dataSource.initialize();
      await migrate(dataSource);
      say(await new ApiKeys(dataSource).create('made on the command line'));
    } finally {
      if (dataSource.isInitialized) await dataSource.destroy();
      await local?.stop();
    }
  },
} as const satisfies Record<string, () => Promise<void>>;

const name = process.argv[2] ?? '';
const command = Object.entries(commands).find(([known]) => known === name)?.[1];
if (command === undefined) fail(new Error(`Say what to do: ${Object.keys(commands).join(', ')}.`));
await Promise.resolve().then(command).catch(fail);
