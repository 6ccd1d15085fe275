import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseListText } from './list-text.js';

describe('parseListText', () => {
  it.each([
    ["['a', 'b']", ['a', 'b']],
    [`["it's", 'say "hi"']`, ["it's", 'say "hi"']],
    [String.raw`['it\'s', '\u00e9\n']`, ["it's", 'é\n']],
    ['[1, 2.5, True]', ['1', '2.5', 'true']],
    ['["a",2,true]', ['a', '2', 'true']],
    ['[]', []],
  ])('reads %s', (text, list) => expect(parseListText(text)).toEqual(list));

  it.each(['a, b', '[a, b]', "['a' 'b']", "['a',]", "['a'", "['a', ['b']]", '[{"a":1}]', "['it's']", '[None]'])(
    'does not guess at %s',
    (text) => expect(parseListText(text)).toBeNull(),
  );

  it('reads back every list of texts in both notations', () => {
    const texts = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 });
    fc.assert(
      fc.property(texts, (list) => {
        const python = list.map(
          (each) => `'${each.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`,
        );
        expect(parseListText(JSON.stringify(list))).toEqual(list);
        expect(parseListText(`[${python.join(', ')}]`)).toEqual(list);
      }),
    );
  });
});
