import { z } from 'zod';
import { ruleText } from './comparison.js';
import { type Condition, conditionSchema, conditionSchemas } from './condition.js';
import { isTimeZone } from './time-zones.js';

/** True if all, at least one, or none of its parts are. Without parts `all` and `none` are true, `any` is false. */
export type RuleGroup =
  | { readonly all: readonly RuleNode[] }
  | { readonly any: readonly RuleNode[] }
  | { readonly none: readonly RuleNode[] };
export type RuleNode = RuleGroup | Condition;

const fixedZone = z.string().refine(isTimeZone, { error: 'must be a time zone such as Europe/Madrid, UTC or UTC-07' });

/** An IANA zone, or the attribute that names the person's own one. */
export const ruleTimeZone = z.union(
  [fixedZone, z.strictObject({ attribute: ruleText.max(200), otherwise: fixedZone })],
  {
    error: 'must be a time zone, or { attribute: name, otherwise: time zone }',
  },
);
export type RuleTimeZone = z.output<typeof ruleTimeZone>;

export type Rule = RuleGroup & { readonly version: 1; readonly timeZone?: RuleTimeZone | undefined };

const maxDepth = 12;
const maxConditions = 300;

/**
 * Who is in a segment. One form in the API (JSON), in files (YAML) and in the database.
 *
 * `timeZone`: in which days begin; left out: the installation's. Problems are told with the place in the rule.
 */
export const ruleSchema: z.ZodType<Rule> = z.unknown().transform((input, context): Rule => {
  const head = z.looseObject({ version: z.literal(1), timeZone: ruleTimeZone.optional() }).safeParse(input);
  if (!head.success) return refuse(context, head.error, []);
  const { version, timeZone: zone, ...group } = head.data;
  const reader: Reader = { context, conditions: 0, failed: false };
  const root = readNode(group, [], reader);
  if (reader.failed || root === null) return z.NEVER;
  if (isGroup(root)) return { version, ...(zone !== undefined && { timeZone: zone }), ...root };
  context.addIssue('must begin with all, any or none');
  return z.NEVER;
});

type Path = readonly (string | number)[];
type Context = Pick<z.RefinementCtx, 'addIssue'>;
interface Reader {
  readonly context: Context;
  conditions: number;
  failed: boolean;
}

function readNode(input: unknown, path: Path, reader: Reader): RuleNode | null {
  const fail = (message: string): null => {
    reader.failed = true;
    reader.context.addIssue({ code: 'custom', path: [...path], message });
    return null;
  };
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return fail('must be a group or a condition');
  if (path.length > maxDepth * 2) return fail(`is nested deeper than ${maxDepth} groups`);
  const kind = groupKinds.find((each) => each in input);
  if (kind !== undefined) return readGroup(kind, input, path, reader);
  reader.conditions += 1;
  if (reader.conditions > maxConditions) return fail(`has more than ${maxConditions} conditions`);
  const schema = conditionSchema(input);
  if (schema === null) return fail(`must have one of the keys ${knownKeys.join(', ')}`);
  const read = schema.safeParse(input);
  if (read.success) return read.data;
  reader.failed = true;
  return refuse(reader.context, read.error, path);
}

const groupKinds = ['all', 'any', 'none'] as const;
const knownKeys = [...groupKinds, ...Object.keys(conditionSchemas), 'events'];

function readGroup(kind: (typeof groupKinds)[number], input: object, path: Path, reader: Reader): RuleNode | null {
  const read = z.strictObject({ [kind]: z.array(z.unknown()) }).safeParse(input);
  if (!read.success) {
    reader.failed = true;
    return refuse(reader.context, read.error, path);
  }
  const parts = (read.data[kind] ?? []).map((part, index) => readNode(part, [...path, kind, index], reader));
  const nodes = parts.filter((part) => part !== null);
  return { all: { all: nodes }, any: { any: nodes }, none: { none: nodes } }[kind];
}

function refuse(context: Context, error: z.ZodError, path: Path): never {
  for (const issue of error.issues)
    context.addIssue({ code: 'custom', path: [...path, ...issue.path], message: issue.message });
  return z.NEVER;
}

export function isGroup(node: RuleNode): node is RuleGroup {
  return 'all' in node || 'any' in node || 'none' in node;
}

/** The parts of a group, whatever its kind. */
export function partsOfGroup(group: RuleGroup): readonly RuleNode[] {
  if ('all' in group) return group.all;
  return 'any' in group ? group.any : group.none;
}

/** All conditions of a rule, in the order in which they are written. */
export function conditionsOf(node: RuleNode): Condition[] {
  return isGroup(node) ? partsOfGroup(node).flatMap(conditionsOf) : [node];
}
