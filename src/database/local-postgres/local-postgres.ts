import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import {
  type Binaries,
  findBinaries,
  reachableBinaries,
  reaches,
  type ServerUser,
  serverUser,
  systemFolder,
} from './binaries.js';

const run = promisify(execFile);

/** A PostgreSQL of our own, from npm, that belongs to one data folder. */
export interface LocalPostgres {
  readonly url: string;
  readonly dataFolder: string;
  /** Finishes what it is doing, writes everything to disk and ends. */
  stop(): Promise<void>;
}

export interface LocalPostgresOptions {
  /** The folder Parley keeps its things in, for example `.data`. */
  readonly folder: string;
  /** False only for tests, whose data may vanish with the machine. */
  readonly durable: boolean;
  /** Joins the server of a Parley that is running now instead of refusing; stopping it is then left to that one. */
  readonly shared?: boolean;
}

const version = '18';
/** Any number that only Parley uses: whoever holds this lock uses the data folder. */
const inUseLock = 7_275_539;

/**
 * Starts the PostgreSQL of a data folder, or takes over the one that a killed Parley has left running.
 *
 * @throws Error with one sentence and what to do: the folder cannot be written, is in use, or the server does not start
 */
export async function startLocalPostgres({
  folder,
  durable,
  shared = false,
}: LocalPostgresOptions): Promise<LocalPostgres> {
  const root = path.resolve(folder);
  makeWritable(root);
  const user = serverUser();
  const binaries = reachableBinaries(await findBinaries(), user, version);
  const dataFolder = realpathSync(placeData(root, user));
  const password = readPassword(root);
  if (!existsSync(path.join(dataFolder, 'PG_VERSION'))) await initialise(binaries, user, dataFolder, password);
  const running = await runningPort(binaries, user, dataFolder);
  const port = running ?? (await start(binaries, user, dataFolder, durable));
  const url = `postgres://parley:${password}@127.0.0.1:${port}/parley`;
  if (shared && running !== null) return { url, dataFolder, stop: () => Promise.resolve() };
  const holder = await takeLock(url, root);
  return {
    url,
    dataFolder,
    stop: async () => {
      await holder.end().catch(() => undefined);
      await pgCtl(binaries, user, ['stop', '-D', dataFolder, '-m', 'fast', '-w', '-t', '60']);
    },
  };
}

function makeWritable(root: string): void {
  try {
    mkdirSync(root, { recursive: true });
    const probe = path.join(root, `.probe-${randomUUID()}`);
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    throw new Error(
      `The data folder ${root} cannot be written (${error instanceof Error ? error.message : String(error)}). Give this user the right to write there, or set DATA_DIR to another folder.`,
      { cause: error },
    );
  }
}

/** `<folder>/postgres`; as a link to a folder under `/var/lib/parley` where the server's user cannot reach the project. */
function placeData(root: string, user: ServerUser): string {
  const data = path.join(root, 'postgres');
  const known = lstatSync(data, { throwIfNoEntry: false });
  if (known?.isSymbolicLink() === true && !existsSync(data)) rmSync(data);
  else if (known !== undefined) return data;
  if (user.uid === undefined || user.gid === undefined) {
    mkdirSync(data, { mode: 0o700 });
    return data;
  }
  if (reaches(user, root)) {
    mkdirSync(data, { mode: 0o700 });
    chownSync(data, user.uid, user.gid);
    return data;
  }
  const elsewhere = path.join(systemFolder, `data-${randomUUID()}`);
  mkdirSync(systemFolder, { recursive: true, mode: 0o755 });
  mkdirSync(elsewhere, { mode: 0o700 });
  chownSync(elsewhere, user.uid, user.gid);
  symlinkSync(elsewhere, data);
  return data;
}

function readPassword(root: string): string {
  const file = path.join(root, 'postgres.password');
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

async function initialise(binaries: Binaries, user: ServerUser, dataFolder: string, password: string): Promise<void> {
  const passwordFile = path.join(tmpdir(), `parley-${randomUUID()}`);
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user.uid !== undefined && user.gid !== undefined) chownSync(passwordFile, user.uid, user.gid);
  const encoding = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  try {
    await run(
      binaries.initdb,
      ['-D', dataFolder, '-U', 'parley', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, ...encoding],
      { ...user, cwd: '/' },
    );
  } catch (error) {
    throw new Error(`PostgreSQL could not set up its data in ${dataFolder}: ${lastLines(error)}`, { cause: error });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** The port of a server that is running on this data already, because the Parley that started it was killed. */
async function runningPort(binaries: Binaries, user: ServerUser, dataFolder: string): Promise<number | null> {
  const status = await pgCtl(binaries, user, ['status', '-D', dataFolder]).catch(() => null);
  if (status === null) return null;
  const [, , , port] = readFileSync(path.join(dataFolder, 'postmaster.pid'), 'utf8').split('\n');
  return port === undefined ? null : Number.parseInt(port, 10);
}

async function start(binaries: Binaries, user: ServerUser, dataFolder: string, durable: boolean): Promise<number> {
  const port = await freePort();
  const settings: Readonly<Record<string, string | number>> = {
    port,
    listen_addresses: '127.0.0.1',
    // No socket file: the system's folder for temporary files may not be writable for the server's user.
    unix_socket_directories: '',
    max_connections: durable ? 60 : 200,
    shared_buffers: '128MB',
    max_wal_size: '2GB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Our statements are short; compiling them costs more than it saves.
    jit: 'off',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const options = Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value === '' ? "''" : value}`)
    .join(' ');
  const log = path.join(dataFolder, 'server.log');
  try {
    await pgCtl(binaries, user, ['start', '-D', dataFolder, '-l', log, '-w', '-t', '60', '-o', options]);
  } catch (error) {
    const said = existsSync(log)
      ? readFileSync(log, 'utf8').trimEnd().split('\n').slice(-5).join(' | ')
      : lastLines(error);
    throw new Error(`PostgreSQL did not start on ${dataFolder}: ${said}`, { cause: error });
  }
  return port;
}

/**
 * Marks the data folder as used, for as long as this process lives, and makes the database on first use.
 *
 * @throws Error when another Parley uses the folder
 */
async function takeLock(url: string, root: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url.replace(/\/parley$/, '/postgres'),
    application_name: 'parley lock',
  });
  client.on('error', () => undefined); // the server going away is noticed where it is used
  await client.connect();
  // A killed process's connection takes a moment to be noticed.
  for (let attempt = 0; ; attempt += 1) {
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [inUseLock]);
    if (rows[0]?.taken === true) break;
    if (attempt === 10) {
      await client.end();
      throw new Error(
        `The data folder ${root} is in use by another Parley that is running now. Stop that one first, or set DATA_DIR to another folder.`,
      );
    }
    await delay(100);
  }
  const { rowCount } = await client.query(`SELECT 1 FROM pg_database WHERE datname = 'parley'`);
  if (rowCount === 0) await client.query('CREATE DATABASE parley');
  return client;
}

async function pgCtl(binaries: Binaries, user: ServerUser, args: readonly string[]): Promise<void> {
  await run(binaries.pgCtl, [...args], { ...user, cwd: '/' });
}

/** What a failed program wrote last, in one line. */
function lastLines(error: unknown): string {
  const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
  return output.trim().split('\n').slice(-3).join(' | ');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port was found on 127.0.0.1');
  return address.port;
}
