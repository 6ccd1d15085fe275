/** What PostgreSQL can keep of a text: it knows neither NUL nor half of a surrogate pair. */
export const storableText = (text: string): string => text.replaceAll('\u0000', '').toWellFormed();

/**
 * As JSON that a `jsonb` column takes. `JSON.stringify` escapes NUL and lone surrogates; what stands behind an escaped
 * backslash only looks like that.
 */
export const storableJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /\\(?:(u0000)|(ud[89a-f][0-9a-f]{2})|.)/g,
    (escape, nul?: string, surrogate?: string) =>
      nul === undefined ? (surrogate === undefined ? escape : '\ufffd') : '',
  );
