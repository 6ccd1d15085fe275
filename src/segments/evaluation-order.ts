import { conditionsOf, type Rule } from './rule.js';

/** By segment, the segments its rule asks for, as far as they are among these. */
function askedFor(rules: ReadonlyMap<string, Rule>): Map<string, string[]> {
  return new Map(
    Array.from(rules, ([key, rule]) => {
      const asked = conditionsOf(rule).flatMap((each) => ('segment' in each ? each.segment : []));
      return [key, asked.filter((other) => rules.has(other))];
    }),
  );
}

/**
 * The segments in an order in which each stands behind those it asks for. Never fails: of segments that ask for each other in a circle,
 * one comes first, see `circlesIn`.
 */
export function evaluationOrder(rules: ReadonlyMap<string, Rule>): string[] {
  const asked = askedFor(rules);
  const ordered = new Set<string>();
  const open = new Set<string>();
  const visit = (key: string): void => {
    if (ordered.has(key) || open.has(key)) return;
    open.add(key);
    for (const other of asked.get(key) ?? []) visit(other);
    ordered.add(key);
  };
  for (const key of rules.keys()) visit(key);
  return [...ordered];
}

/** Circles of segments that ask for each other, each as a list that begins and ends with the same one. Empty: there is none. */
export function circlesIn(rules: ReadonlyMap<string, Rule>): string[][] {
  const asked = askedFor(rules);
  const circles: string[][] = [];
  const done = new Set<string>();
  const visit = (key: string, path: readonly string[]): void => {
    const start = path.indexOf(key);
    if (start >= 0) circles.push([...path.slice(start), key]);
    if (start >= 0 || done.has(key)) return;
    for (const other of asked.get(key) ?? []) visit(other, [...path, key]);
    done.add(key);
  };
  for (const key of rules.keys()) visit(key, []);
  return circles;
}
