import { Problem } from '../observability/problem.js';

/** The thing that was asked for. @throws Problem 404 */
export function found<T>(thing: T | null | undefined, what: string, id: string): T {
  if (thing === null || thing === undefined) throw new Problem(404, `Unknown ${what}`, `There is no ${what} "${id}".`);
  return thing;
}
