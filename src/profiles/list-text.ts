/**
 * A list that arrived as text: JSON (`["a","b"]`), or Python's notation of it (`['a', "b's"]`), which Landbot sends.
 *
 * @returns its elements as texts; null where the text is anything else, or could be read in two ways
 */
export function parseListText(text: string): string[] | null {
  const trimmed = text.trim();
  if (!trimmed.startsWith('[') || !trimmed.endsWith(']')) return null;
  return fromJson(trimmed) ?? fromPython(trimmed.slice(1, -1));
}

function fromJson(text: string): string[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every(isScalar) ? value.map(String) : null;
  } catch {
    return null;
  }
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value);
}

const element = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(-?\d+(?:\.\d+)?|True|False))\s*(,|$)/y;

function fromPython(inner: string): string[] | null {
  if (inner.trim() === '') return [];
  const found: string[] = [];
  element.lastIndex = 0;
  for (let match = element.exec(inner); match; match = element.exec(inner)) {
    const quoted = match[1] ?? match[2];
    found.push(quoted === undefined ? (match[3] ?? '').toLowerCase() : unescaped(quoted));
    if (match[4] === '') return found;
  }
  return null;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function unescaped(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|(.))/gi,
    (_all, byte?: string, unit?: string, char?: string) => {
      const code = byte ?? unit;
      return code === undefined ? (escapes[char ?? ''] ?? char ?? '') : String.fromCharCode(Number.parseInt(code, 16));
    },
  );
}
