import { defineConfig } from 'vitest/config';
import { everyFile, wholeRun } from './vitest.shared.js';

/** Files that put other destinations in the place of ours: a module that is replaced is replaced for all who share it. */
const replacing = ['test/authorization/**/*.test.ts', 'test/enrichment/**/*.test.ts'];

/**
 * Three rings: plain logic and providers, a real PostgreSQL, the service as a process. Files share what they import, which the providers' SDKs
 * make worth half of the time.
 */
export default defineConfig({
  test: {
    ...wholeRun,
    // More than a small machine has cores: many tests wait for a process, a database or a deadline.
    maxWorkers: 3,
    projects: [
      {
        test: {
          ...everyFile,
          name: 'together',
          isolate: false,
          include: ['src/**/*.test.ts', 'config/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'dist/**', 'test/{browser,contract,kill}/**', ...replacing],
        },
      },
      { test: { ...everyFile, name: 'alone', include: replacing } },
    ],
  },
});
