import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keyFromFile, SecretBox } from './secret-box.js';

const box = new SecretBox(randomBytes(32));

describe('a sealed secret', () => {
  it('comes out as it went in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (secret) => {
        expect(box.open(box.seal(secret))).toBe(secret);
      }),
    );
  });

  it('shows nothing, and looks different each time', () => {
    expect(box.seal('pat-secret')).not.toBe(box.seal('pat-secret'));
    expect(Buffer.from(box.seal('pat-secret'), 'base64').toString('latin1')).not.toContain('pat-secret');
  });

  it('stays shut for another key, and says what to do', () => {
    expect(() => new SecretBox(randomBytes(32)).open(box.seal('x'))).toThrow(/ENCRYPTION_KEY/);
  });

  it('stays shut when a single bit of it was changed, or a part is missing', () => {
    const sealed = Buffer.from(box.seal('pat-secret'), 'base64');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: sealed.length * 8 - 1 }), (bit) => {
        const altered = Buffer.from(sealed);
        altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => box.open(altered.toString('base64'))).toThrow(/ENCRYPTION_KEY/);
      }),
    );
    for (const length of [0, 11, 12, 16, 20, 27, sealed.length - 1])
      expect(() => box.open(sealed.subarray(0, length).toString('base64'))).toThrow(/ENCRYPTION_KEY/);
  });

  it('needs a key of 32 bytes', () => {
    expect(() => new SecretBox(randomBytes(16))).toThrow(/32 bytes/);
  });
});

it('makes the key of a data folder once, readable only by its owner', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-key-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'encryption.key');
  const key = keyFromFile(file);
  expect(key).toHaveLength(32);
  expect(keyFromFile(file)).toEqual(key);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).toMatch(/^[0-9a-f]{64}$/);
});
