import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnreadableBodyError } from './chat-platform.js';
import { readJson } from './read-json.js';

const read = (text: string) => readJson(Buffer.from(text));

function reasonFor(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof UnreadableBodyError) return error.message;
    throw error;
  }
  throw new Error('expected the body to be refused');
}

describe('ids', () => {
  it('keeps an integer beyond 2^53 to the last digit, wherever it stands', () => {
    expect(read('{"id":9007199254740993,"in":[-12345678901234567890], "x" : 90071992547409931}')).toEqual({
      id: '9007199254740993',
      in: ['-12345678901234567890'],
      x: '90071992547409931',
    });
  });

  it('keeps every integer exact, as a number while it fits and as its own digits from there on', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (id) => {
        const fits = id >= BigInt(Number.MIN_SAFE_INTEGER) && id <= BigInt(Number.MAX_SAFE_INTEGER);
        expect(read(`[${id.toString()}]`)).toEqual([fits ? Number(id) : id.toString()]);
      }),
    );
  });

  it('leaves decimals and exponents numbers', () => {
    expect(read('[1760000000.123456, 1e3, 0.12345678901234567, 1234567890123456.5]')).toEqual([
      1760000000.123456, 1000, 0.12345678901234567, 1234567890123456.5,
    ]);
  });

  it('does not touch digits inside a text', () => {
    expect(read('{"key":"user:9007199254740993","id":"9007199254740993"}')).toEqual({
      key: 'user:9007199254740993',
      id: '9007199254740993',
    });
  });
});

describe('texts', () => {
  it('reads whatever JSON.stringify wrote', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes('__proto__') && !/\d{16}|e\+\d\d/.test(text));
        expect(read(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('removes what PostgreSQL cannot store, and keeps emoji however they are written', () => {
    expect(read(String.raw`{"a\u0000b":"x\u0000y","lone":"\ud83d!\udc4d","emoji":"\ud83d\udc4d 👍"}`)).toEqual({
      ab: 'xy',
      lone: '!',
      emoji: '👍 👍',
    });
  });

  it('never returns a text with NUL or half a surrogate pair', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 0, max: 0xffff }), (text, unit) => {
        const escaped = `\\u${unit.toString(16).padStart(4, '0')}`;
        const value = read(`["${escaped}",${JSON.stringify(text)}]`);
        expect(JSON.stringify(value)).not.toMatch(/\\u0000|\\ud[89a-f]/i);
      }),
    );
  });

  it('accepts a byte order mark', () => {
    expect(read('\uFEFF{"a":1}')).toEqual({ a: 1 });
  });
});

describe('attacks', () => {
  it.each(['{"__proto__":{"admin":true},"a":1}', String.raw`{"\u005f_proto__":{"admin":true},"a":1}`])(
    'drops a __proto__ key however it is spelled: %s',
    (text) => {
      const value = read(text);
      expect(Object.keys(value ?? {})).toEqual(['a']);
      expect(Object.assign({}, value)).not.toHaveProperty('admin');
    },
  );

  it('refuses a body that is nested too deep, and allows many brackets side by side', () => {
    expect(reasonFor('['.repeat(100_000) + ']'.repeat(100_000))).toContain('nested more than 64 levels');
    expect(reasonFor('{"a":'.repeat(65) + '1' + '}'.repeat(65))).toContain('nested more than 64 levels');
    expect(read(`[${Array(200).fill('[]').join()}]`)).toHaveLength(200);
  });
});

describe('a body that cannot be read', () => {
  it.each([
    ['', 'empty'],
    [' \n ', 'empty'],
    ['{"a":"say "hi""}', 'line 1, column 12: the text goes on after its closing quote'],
    ['{\n "a":"one\ntwo"}', 'line 2, column 10: a line break stands inside a text'],
    ['{"a":1,}', 'line 1, column 8: a comma stands before the closing bracket'],
    ['{"a":}', 'line 1, column 6: a value is missing'],
    ['{"a":"b', 'line 1, column 6: the text that begins here has no closing quote'],
    ['{"a":{"b":1}', 'line 1, column 13: the body ends too early'],
    ['{"a":1 "b":2}', 'line 1, column 8: a comma or a closing bracket is missing'],
    ['{a:1}', 'line 1, column 2: a name in double quotes is expected'],
    ['{"a":{{first_name}}}', 'line 1, column 7: a name in double quotes is expected'],
    ['{"a" 1}', 'line 1, column 6: the text goes on after its closing quote'],
    ['{"a":1}x', 'line 1, column 8: the JSON is complete'],
    [String.raw`{"a":"C:\q"}`, 'line 1, column 9: a backslash'],
    ['{"ä👍":tru}', 'line 1, column 7: a value is expected'],
    ['[1,,2]', 'line 1, column 4: a value is missing before the comma'],
  ])('says where and why: %j', (text, expected) => {
    expect(reasonFor(text)).toContain(expected);
  });

  it('adds the advice for the author and never a piece of the body', () => {
    const refuse = () => readJson(Buffer.from('{"mail":"ada@mail.test" x}'), 'Switch it on.');
    expect(refuse).toThrow(/Switch it on\.$/);
    expect(refuse).not.toThrow(/ada/);
  });

  it('is refused when it is not UTF-8', () => {
    expect(() => readJson(Buffer.from([0x7b, 0xff, 0x7d]))).toThrow(/not UTF-8/);
  });

  it('is found wrong at a place wherever JSON.parse refuses it', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '1',
      '01',
      '-',
      'true',
      'nul',
      ' ',
      '\n',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        let refused = false;
        try {
          JSON.parse(text);
        } catch {
          refused = true;
        }
        fc.pre(refused && text.trim() !== '');
        expect(reasonFor(text)).toMatch(/line \d+, column \d+: (?!it cannot be read)/);
      }),
      { numRuns: 2_000 },
    );
  });
});
