import { conditionsOf, type Rule } from './rule.js';

const askedBy = (rule: Rule): string[] => conditionsOf(rule).flatMap((each) => ('segment' in each ? each.segment : []));

/** By segment, the segments its rule asks for, as far as they are among these. */
function askedFor(rules: ReadonlyMap<string, Rule>): Map<string, string[]> {
  return new Map(
    Array.from(rules, ([key, rule]) => {
      return [key, askedBy(rule).filter((other) => rules.has(other))];
    }),
  );
}

/**
 * The segments in an order in which each stands behind those it asks for. Never fails: of segments that ask for each other in a circle,
 * one comes first, see `circleThrough`.
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

/** The segments through which a segment asks for itself, as a list that begins and ends with it; null: it does not. */
export function circleThrough(segment: string, ruleOf: (key: string) => Rule | undefined): string[] | null {
  const done = new Set<string>();
  const visit = (key: string, path: readonly string[]): string[] | null => {
    if (key === segment && path.length > 0) return [...path, key];
    const rule = ruleOf(key);
    if (rule === undefined || done.has(key)) return null;
    done.add(key);
    for (const other of askedBy(rule)) {
      const circle = visit(other, [...path, key]);
      if (circle !== null) return circle;
    }
    return null;
  };
  return visit(segment, []);
}
