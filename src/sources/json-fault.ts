export interface JsonFault {
  /** Both count from 1; the column counts characters. */
  readonly line: number;
  readonly column: number;
  /** What is wrong there, in words for a bot's author. */
  readonly reason: string;
}

type Expected = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'nothing';

/** Where a scan stopped; thrown inside this file only, because it ends the scan from any depth. */
class Fault extends Error {
  constructor(
    readonly at: number,
    readonly reason: string,
  ) {
    super(reason);
  }
}

/**
 * Finds the first place where `text` stops being JSON. `JSON.parse` names a position for some mistakes only, and quotes the
 * body, which holds personal data; so the place is looked up again, here, after `JSON.parse` has refused.
 */
export function findJsonFault(text: string): JsonFault {
  const { at, reason } = scan(text) ?? new Fault(0, 'it cannot be read');
  const before = text.slice(0, at);
  const lineStart = before.lastIndexOf('\n') + 1;
  const line = before.split('\n').length;
  return { line, column: Array.from(before.slice(lineStart)).length + 1, reason };
}

function scan(text: string): Fault | null {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let at = 0;
  try {
    for (at = skipBlanks(text, 0); at < text.length; at = skipBlanks(text, at)) {
      const char = text.charAt(at);
      if (expected === 'nothing') throw new Fault(at, 'the JSON is complete, but more text follows');
      if (expected === 'comma or end' || expected === 'colon') {
        at += 1;
        expected = afterValue(text, at - 1, expected, open);
      } else if ((char === '}' && expected === 'key or end') || (char === ']' && expected === 'value or end')) {
        open.pop();
        at += 1;
        expected = open.length === 0 ? 'nothing' : 'comma or end';
      } else if (expected === 'key' || expected === 'key or end') {
        at = skipKey(text, at);
        expected = 'colon';
      } else if (char === '{' || char === '[') {
        open.push(char);
        at += 1;
        expected = char === '{' ? 'key or end' : 'value or end';
      } else {
        at = skipScalar(text, at);
        expected = open.length === 0 ? 'nothing' : 'comma or end';
      }
    }
    return expected === 'nothing' ? null : new Fault(text.length, 'the body ends too early');
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown;
    throw thrown;
  }
}

/** What may follow the character at `at`, which stands where a colon, a comma or a closing bracket belongs. */
function afterValue(text: string, at: number, expected: 'colon' | 'comma or end', open: ('{' | '[')[]): Expected {
  const char = text.charAt(at);
  const inside = open.at(-1);
  if (expected === 'colon') {
    if (char === ':') return 'value';
    throw new Fault(at, strayAfterText(text, at) ?? 'a colon is missing after a name');
  }
  if (char === ',') return inside === '{' ? 'key' : 'value';
  if (char === (inside === '{' ? '}' : ']')) {
    open.pop();
    return open.length === 0 ? 'nothing' : 'comma or end';
  }
  throw new Fault(at, strayAfterText(text, at) ?? 'a comma or a closing bracket is missing');
}

function strayAfterText(text: string, at: number): string | null {
  const previous = text.slice(0, at).trimEnd();
  return previous.endsWith('"') ? 'the text goes on after its closing quote; a quote inside it is not escaped' : null;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at += 1;
  return at;
}

function skipKey(text: string, at: number): number {
  if (text.charAt(at) === '"') return skipText(text, at);
  if (text.charAt(at) === '}') throw new Fault(at, 'a comma stands before the closing bracket');
  throw new Fault(at, 'a name in double quotes is expected');
}

const scalar = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;

function skipScalar(text: string, at: number): number {
  const char = text.charAt(at);
  if (char === '"') return skipText(text, at);
  scalar.lastIndex = at;
  if (scalar.test(text)) return scalar.lastIndex;
  if (char === ']' || char === '}') throw new Fault(at, 'a value is missing before the closing bracket');
  if (char === ',') throw new Fault(at, 'a value is missing before the comma');
  throw new Fault(at, 'a value is expected; texts need double quotes');
}

const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

function skipText(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === '"') return at + 1;
    if (char === '\n' || char === '\r') throw new Fault(at, 'a line break stands inside a text, not escaped');
    if (char < ' ') throw new Fault(at, 'a control character stands inside a text');
    if (char === '\\') {
      escape.lastIndex = at;
      if (!escape.test(text)) throw new Fault(at, 'a backslash stands inside a text, not escaped');
      at = escape.lastIndex;
    } else at += 1;
  }
  throw new Fault(start, 'the text that begins here has no closing quote');
}
