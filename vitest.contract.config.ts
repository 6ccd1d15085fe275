import { defineConfig } from 'vitest/config';

/** The sandboxes against the providers' own OpenAPI files; they lie in the folder that SPEC_DIR names. See docs/contract-tests.md. */
export default defineConfig({
  test: {
    include: ['test/contract/**/*.contract.test.ts'],
    globalSetup: ['test/contract/spec-folder.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
