import { attributesOf } from '../scoring/score-input.js';
import { checkRule } from '../segments/check-rule.js';
import { conditionsOf, type Rule } from '../segments/rule.js';
import type { ConfigurationFile } from './configuration-schema.js';

/**
 * What the segments of all files together get wrong, as far as files can tell: circles, and operators that do not fit the type that a file declares
 * for an attribute. A segment that no file has may have been made through the API.
 */
export function segmentProblems(files: readonly (ConfigurationFile & { readonly file: string })[]): string[] {
  const segments = files.flatMap((each) => each.segments);
  const named = segments.flatMap(({ rule }) =>
    conditionsOf(rule).flatMap((condition) => ('segment' in condition ? condition.segment : [])),
  );
  const elsewhere: Rule = { version: 1, all: [] };
  const rules = new Map([
    ...named.map((key) => [key, elsewhere] as const),
    ...segments.map(({ key, rule }) => [key, rule] as const),
  ]);
  const types = new Map(
    files.flatMap(({ attributes, scores }) =>
      [...attributes, ...scores.flatMap(attributesOf)].map(({ key, type }) => [key, type] as const),
    ),
  );
  return files.flatMap(({ file, segments: own }) =>
    own.flatMap(({ key, rule }, index) =>
      checkRule(rule, { attributeType: (attribute) => types.get(attribute), segment: key, rules }).map(
        ({ path, message }) => `${file}, segments[${index}].rule${path === '' ? '' : `.${path}`}: ${message}`,
      ),
    ),
  );
}
