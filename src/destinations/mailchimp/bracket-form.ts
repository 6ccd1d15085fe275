/** A form as PHP writes it, nested: `data[merges][FNAME]=Ada`. */
export interface FormTree {
  readonly [key: string]: string | FormTree;
}

/** Keys that would reach into every object. */
const forbidden = new Set(['__proto__', 'constructor', 'prototype']);
const deepest = 6;

/** Reads such a form; of a key that comes twice the last one counts. */
export function readBracketForm(body: string): FormTree {
  const tree: MutableTree = {};
  for (const [name, value] of new URLSearchParams(body)) {
    const path = [...name.matchAll(/[^[\]]+/g)].map(([part]) => part).slice(0, deepest);
    const last = path.pop();
    if (last === undefined || [...path, last].some((part) => forbidden.has(part))) continue;
    let branch = tree;
    for (const part of path) branch = below(branch, part);
    branch[last] = value;
  }
  return tree;
}

interface MutableTree {
  [key: string]: string | MutableTree;
}

function below(branch: MutableTree, part: string): MutableTree {
  const there = branch[part];
  if (typeof there === 'object') return there;
  const made: MutableTree = {};
  branch[part] = made;
  return made;
}
