/** What the tests of every kind share: one real PostgreSQL for the whole run, and time enough on a busy machine. */
export const wholeRun = { globalSetup: ['test/support/global-setup.ts'] };
export const everyFile = { testTimeout: 30_000, hookTimeout: 60_000, unstubEnvs: true };
