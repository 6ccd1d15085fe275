// Runs before anything is built, by Node's own type stripping: no imports of ours, only erasable types.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const built = path.join(root, 'dist', '.tsbuildinfo');

/** When the newest source below a folder was changed, in ms since 1970. */
function newest(folder: string): number {
  const entries = readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true });
  const files = entries.filter(
    (entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'),
  );
  return Math.max(...files.map((entry) => statSync(path.join(entry.parentPath, entry.name)).mtimeMs));
}

const isStale = (): boolean =>
  !existsSync(built) || Math.max(newest('src'), newest('config'), newest('bench')) > statSync(built).mtimeMs;

// An installation without the compiler (an image, a package) brings its build along.
if (existsSync(path.join(root, 'src')) && existsSync(path.join(root, 'node_modules', 'typescript')) && isStale()) {
  process.stdout.write('Building …\n');
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
