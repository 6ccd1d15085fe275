import { defineConfig } from 'vitest/config';
import { everyFile, wholeRun } from './vitest.shared.js';

/** Processes killed at random moments, over and over. KILL_ROUNDS says how often; 50 unless it is said. */
export default defineConfig({
  test: { ...wholeRun, ...everyFile, include: ['test/kill/**/*.kill.test.ts'] },
});
