import type { Fitting } from './fitting.js';

/** Leaves out the last parts of an answer until it is small enough. What is left of it after all parts counts whatever its size. */
export function fitSize(
  build: (parts: readonly object[]) => object,
  parts: readonly { readonly what: string; readonly value: object }[],
  mostBytes: number,
  fitting: Fitting,
): object {
  for (let count = parts.length; count > 0; count -= 1) {
    const body = build(parts.slice(0, count).map(({ value }) => value));
    if (Buffer.byteLength(JSON.stringify(body)) <= mostBytes) return body;
    fitting.leave(`${parts[count - 1]?.what ?? 'A part'}: the answer would be larger than ${mostBytes} bytes.`);
  }
  return build([]);
}
