import { defineConfig } from 'vitest/config';
import base from './vitest.config.js';

/** The pages, in a real Chromium. */
export default defineConfig({
  test: { ...base.test, include: ['test/browser/**/*.browser.test.ts'], exclude: ['**/node_modules/**'] },
});
