import { defineConfig } from 'vitest/config';
import { everyFile, wholeRun } from './vitest.shared.js';

/** The pages, in a real Chromium. */
export default defineConfig({
  test: { ...wholeRun, ...everyFile, include: ['test/browser/**/*.browser.test.ts'] },
});
