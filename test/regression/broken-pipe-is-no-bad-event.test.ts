import { expect, it } from 'vitest';
import { batchFailure } from '../../src/pipeline/batch-failure.js';

// EPIPE has five capital letters like one of PostgreSQL's codes, so a lost connection made dead letters of good events.
it('takes a broken pipe for a lost connection', () => {
  expect(batchFailure(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))).toBe('unavailable');
});
