const pattern = /@\{([\w.[\]]+)\}/g;

type Filled = { readonly value: unknown } | { readonly missing: string };

/** Puts what earlier subrequests answered in the place of `@{ref.path}`, anywhere in a value. Names are case-sensitive. */
export function fillReferences(value: unknown, bodyOf: (referenceId: string) => unknown): Filled {
  const missing: string[] = [];
  const look = (path: string): unknown => {
    const [referenceId = '', ...steps] = path.replace(/\[(\d+)\]/g, '.$1').split('.');
    const found = steps.reduce<unknown>(
      (at, step) =>
        typeof at === 'object' && at !== null ? Object.entries(at).find(([name]) => name === step)?.[1] : undefined,
      bodyOf(referenceId),
    );
    if (found === undefined) missing.push(path);
    return found;
  };
  const fill = (at: unknown): unknown => {
    if (typeof at === 'string') return at.replace(pattern, (_whole, path: string) => String(look(path)));
    if (Array.isArray(at)) return at.map(fill);
    if (typeof at === 'object' && at !== null)
      return Object.fromEntries(Object.entries(at).map(([name, inner]) => [name, fill(inner)]));
    return at;
  };
  const filled = fill(value);
  const [first] = missing;
  return first === undefined ? { value: filled } : { missing: first };
}
