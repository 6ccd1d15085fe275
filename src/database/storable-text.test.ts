import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storableJson, storableText } from './storable-text.js';

const nul = '\u0000';

describe('what PostgreSQL can keep', () => {
  it('of a text is all but NUL and halves of surrogate pairs', () => {
    expect(storableText(`a${nul}b\ud83d c 🎂`)).toBe('ab\ufffd c 🎂');
  });

  it('of JSON is the same, in values and in names', () => {
    expect(JSON.parse(storableJson({ [`a${nul}`]: [`x${nul}\ud83dy`, '🎂'] }))).toEqual({ a: ['x\ufffdy', '🎂'] });
  });

  it('leaves alone what only looks like an escape', () => {
    const texts = ['\\u0000', '\\\\u0000', '\\ud83d', `\\${nul}`];
    expect(JSON.parse(storableJson(texts))).toEqual(['\\u0000', '\\\\u0000', '\\ud83d', '\\']);
  });

  it('of any JSON is what its texts are without these', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '\\', nul, 'u0000', '\ud83d', '🎂', '"', '\n') });
    fc.assert(
      fc.property(fc.array(text), (texts) => {
        expect(JSON.parse(storableJson(texts))).toEqual(texts.map(storableText));
      }),
    );
  });
});
