import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Emulator, SandboxClock, SandboxWorld } from './emulator.js';
import { UnparsableBody } from './emulator.js';
import { FaultPlan } from './fault-plan.js';
import { Journal } from './journal.js';
import { registerControlApi } from './control-api.js';

export interface SandboxOptions {
  readonly port: number;
  /** Where an emulator that speaks another protocol beside HTTP is reached by that; left out: at any free port. */
  readonly serverPort?: number;
  readonly host?: string;
  /** Where the account survives a restart; left out: in memory only. */
  readonly stateFile?: string;
  /** Told when the state could not be saved; left out: standard error. */
  readonly warn?: (line: string) => void;
}

export interface RunningSandbox {
  readonly id: string;
  readonly title: string;
  readonly origin: string;
  /** Of the server of another protocol; null: it has none. */
  readonly serverPort: number | null;
  readonly journal: Journal;
  close(): Promise<void>;
}

const snapshotEveryMs = 1_000;

/** A clock that runs with the real one, from whatever moment it was set to. */
export function sandboxClock(realNow: () => number = Date.now): SandboxClock {
  let offsetMs = 0;
  return {
    now: () => new Date(realNow() + offsetMs),
    set: (to) => {
      offsetMs = to === null ? 0 : to.getTime() - realNow();
    },
  };
}

/**
 * Serves one emulator at its own origin, with the control API under `/_sandbox` beside the provider's own paths.
 *
 * @throws Error with one clear sentence when the port is taken
 */
export async function startSandbox(
  create: (world: SandboxWorld) => Emulator,
  options: SandboxOptions,
): Promise<RunningSandbox> {
  const clock = sandboxClock();
  const host = options.host ?? '127.0.0.1';
  let origin = '';
  let changes = 0;
  const changed = (): void => {
    changes += 1;
  };
  const emulator = create({ clock, origin: () => origin, changed });
  const journal = new Journal(clock);
  const faults = new FaultPlan();
  // SDKs differ in the slash before the query (`/crm/v3/owners/?limit=1`) and providers take both.
  const app = Fastify({
    bodyLimit: 160 * 1024 * 1024,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 2_000 },
    forceCloseConnections: true,
    exposeHeadRoutes: false,
  });
  readBodies(app);
  journal.observe(app);
  app.addHook('onResponse', (request, _reply, done) => {
    if (request.method !== 'GET') changed();
    done();
  });
  faults.observe(app, (request, fault) => {
    journal.played(request, fault);
    journal.dropped(request);
  });
  registerControlApi(app, { emulator, clock, journal, faults });
  emulator.register(app);
  if (options.stateFile !== undefined) await restore(emulator, options.stateFile);
  await listening(emulator, `SANDBOX_${emulator.id.toUpperCase()}_PORT`, options.port, () =>
    app.listen({ host, port: options.port }),
  );
  const serverPort = await listenBeside(app, emulator, host, options.serverPort ?? 0);
  const address = app.server.address();
  origin = `http://${host}:${address !== null && typeof address === 'object' ? address.port : options.port}`;
  const stopSaving =
    options.stateFile === undefined
      ? noSaving
      : saveRegularly(emulator, () => changes, options.stateFile, options.warn ?? toStandardError);
  return {
    id: emulator.id,
    title: emulator.title,
    origin,
    serverPort,
    journal,
    close: async () => {
      await emulator.close?.();
      await app.close();
      await stopSaving();
    },
  };
}

const noSaving = (): Promise<void> => Promise.resolve();

async function listenBeside(app: FastifyInstance, emulator: Emulator, host: string, port: number) {
  const variable = `SANDBOX_${emulator.id.toUpperCase()}_SERVER_PORT`;
  try {
    return await listening(emulator, variable, port, async () => (await emulator.listen?.(host, port)) ?? null);
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** @param variable by which another port is chosen */
async function listening<T>(emulator: Emulator, variable: string, port: number, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
      throw new Error(
        `Port ${String(port)}, meant for the ${emulator.title} sandbox, is in use. Stop what uses it, or set ${variable} to another one.`,
        { cause: error },
      );
    throw error;
  }
}

/** JSON as a value (or `UnparsableBody`), forms as strings, anything else as it came. */
function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(/^application\/([\w.-]+\+)?json/i, { parseAs: 'buffer' }, (_request, body, done) => {
    const text = body.toString('utf8');
    if (text.trim() === '') {
      done(null, undefined);
      return;
    }
    try {
      done(null, JSON.parse(text));
    } catch (error) {
      done(null, new UnparsableBody(text, error instanceof Error ? error.message : String(error)));
    }
  });
  app.addContentTypeParser(/^application\/x-www-form-urlencoded/i, { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

const toStandardError = (line: string): boolean => process.stderr.write(`${line}\n`);

async function restore(emulator: Emulator, stateFile: string): Promise<void> {
  if (!existsSync(stateFile)) return;
  try {
    emulator.importState(JSON.parse(await readFile(stateFile, 'utf8')));
  } catch (error) {
    throw new Error(
      `The ${emulator.title} sandbox cannot read its saved state in ${stateFile}: ${error instanceof Error ? error.message : String(error)}. Delete that file to start with an empty account.`,
      { cause: error },
    );
  }
}

/** Writes the state at most once a second while it is used, and once more on the last call; the file is never half written. */
function saveRegularly(
  emulator: Emulator,
  changes: () => number,
  stateFile: string,
  warn: (line: string) => void,
): () => Promise<void> {
  let savedAt = changes();
  const save = async (): Promise<void> => {
    const savingAt = changes();
    if (savingAt === savedAt) return;
    const next = `${stateFile}.${randomUUID()}`;
    await writeFile(next, JSON.stringify(emulator.exportState()));
    await rename(next, stateFile);
    savedAt = savingAt;
  };
  const tryToSave = (): Promise<void> =>
    save().catch((error: unknown) =>
      warn(
        `The ${emulator.title} sandbox could not save what it holds: ${error instanceof Error ? error.message : String(error)}`,
      ),
    );
  let pending = Promise.resolve();
  const timer = setInterval(() => {
    pending = pending.then(tryToSave);
  }, snapshotEveryMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await pending;
    await save();
  };
}
