import { expect, it } from 'vitest';
import { boundedMemo } from './bounded-memo.js';

it('computes an answer once, null too, and forgets all when it is full', () => {
  const computed: string[] = [];
  const lengthOf = boundedMemo((text) => {
    computed.push(text);
    return text.length || null;
  }, 2);
  expect(['', 'ab', '', 'ab'].map(lengthOf)).toEqual([null, 2, null, 2]);
  expect(computed).toEqual(['', 'ab']);
  lengthOf('abc');
  lengthOf('ab');
  expect(computed).toEqual(['', 'ab', 'abc', 'ab']);
});

it('does not remember long texts', () => {
  let computed = 0;
  const memo = boundedMemo(() => ++computed);
  expect([memo('x'.repeat(257)), memo('x'.repeat(257))]).toEqual([1, 2]);
});
