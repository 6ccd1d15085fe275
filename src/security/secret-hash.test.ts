import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hashSecret, isOneOf, newSecret } from './secret-hash.js';

it('knows each of several secrets by its hash, and no other', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 4 }), ([stranger = '', ...own]) => {
      const hashes = own.map(hashSecret);
      for (const secret of own) expect(isOneOf(secret, hashes)).toBe(true);
      expect(isOneOf(stranger, hashes)).toBe(false);
    }),
  );
});

it('lets nobody in where there is no hash, or one that is none', () => {
  expect(isOneOf('', [])).toBe(false);
  expect(isOneOf('x', ['', 'not hexadecimal', hashSecret('x').slice(0, 20)])).toBe(false);
});

it('makes secrets of 256 bits that are safe in a header and in a URL, never the same twice', () => {
  const secrets = Array.from({ length: 100 }, () => newSecret('parley'));
  expect(new Set(secrets).size).toBe(100);
  for (const secret of secrets) expect(secret).toMatch(/^parley_[A-Za-z0-9_-]{43}$/);
});

it('is SHA-256', () => {
  expect(hashSecret('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
