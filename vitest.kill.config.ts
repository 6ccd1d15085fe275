import { defineConfig } from 'vitest/config';
import base from './vitest.config.js';

/** Processes killed at random moments, over and over. KILL_ROUNDS says how often; 50 unless it is said. */
export default defineConfig({
  test: { ...base.test, include: ['test/kill/**/*.kill.test.ts'], exclude: ['**/node_modules/**'] },
});
