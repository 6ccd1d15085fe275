import { anyMoment } from './content-template.js';

/** What decides whether a template is for a person at a moment. */
export interface Choosable {
  readonly key: string;
  readonly moment: string;
  readonly segment: string | null;
  readonly priority: number;
}

/**
 * Of the templates for this event, the one with the highest priority whose segment the person is in; one for every event (`*`) only
 * where none for this event fits. Of equals the first by key, so that everybody gets the same.
 */
export function chooseTemplate<T extends Choosable>(
  templates: readonly T[],
  { event, segments }: { readonly event: string; readonly segments: readonly string[] },
): T | null {
  return best(templates, event, segments) ?? best(templates, anyMoment, segments);
}

function best<T extends Choosable>(templates: readonly T[], moment: string, segments: readonly string[]): T | null {
  let found: T | null = null;
  for (const template of templates) {
    if (template.moment !== moment) continue;
    if (template.segment !== null && !segments.includes(template.segment)) continue;
    if (found === null || isBefore(template, found)) found = template;
  }
  return found;
}

const isBefore = (one: Choosable, other: Choosable): boolean =>
  one.priority === other.priority ? one.key < other.key : one.priority > other.priority;
