const maxTextLength = 256;

/**
 * Remembers the answers of a pure function of a text. Contacts repeat themselves with every message, so this takes
 * the slow part (Unicode tables, phone metadata) out of the hot path. Full, it starts anew, so its memory has a limit;
 * long texts are not remembered.
 */
export function boundedMemo<T>(compute: (text: string) => T, limit = 5_000): (text: string) => T {
  const known = new Map<string, { readonly answer: T }>();
  return (text) => {
    if (text.length > maxTextLength) return compute(text);
    const found = known.get(text);
    if (found) return found.answer;
    const answer = compute(text);
    if (known.size >= limit) known.clear();
    known.set(text, { answer });
    return answer;
  };
}
