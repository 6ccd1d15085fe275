/** Ranges of letters with case beyond ASCII: Latin, Greek, Cyrillic, Armenian. */
const ranges = [
  [0x00c0, 0x024f],
  [0x0370, 0x052f],
  [0x0531, 0x0556],
  [0x1e00, 0x1fff],
] as const;

const smallOf = new Map<string, string>();
for (const [first, last] of ranges)
  for (let code = first; code <= last; code += 1) {
    const capital = String.fromCharCode(code);
    const small = capital.toLowerCase();
    if (small !== capital && small.length === 1) smallOf.set(capital, small);
  }

/** Capital letters beyond ASCII and, place by place, their small ones. PostgreSQL is given the same two texts. */
export const beyondAscii = { capitals: [...smallOf.keys()].join(''), smalls: [...smallOf.values()].join('') } as const;

const anyCapital = new RegExp(`[A-Z${beyondAscii.capitals}]`, 'g');
const beyond = /[\u0080-\uffff]/;

/**
 * A text without regard to case, letter by letter and by a fixed table, so that every PostgreSQL, whatever its collations,
 * comes to the same: `ÉCOLE` → `école`.
 */
export const fold = (text: string): string =>
  beyond.test(text)
    ? text.replace(anyCapital, (letter) => smallOf.get(letter) ?? letter.toLowerCase())
    : text.toLowerCase();
