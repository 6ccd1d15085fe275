import { defineConfig } from 'vitest/config';

/** Three rings: plain logic and providers (`unit`), a real PostgreSQL (`database`), the service as a process (`e2e`). */
export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    include: ['src/**/*.test.ts', 'config/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**', 'test/browser/**', 'test/contract/**', 'test/kill/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    unstubEnvs: true,
  },
});
