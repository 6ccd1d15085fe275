import { z } from 'zod';
import {
  isGroup,
  type Rule,
  type RuleGroup,
  type RuleNode,
  ruleSchema,
  ruleTimeZone,
  type RuleTimeZone,
} from './rule.js';

/** A rule as react-querybuilder holds it. @see https://react-querybuilder.js.org/docs/typescript */
export interface QueryRule {
  readonly field: string;
  readonly operator: string;
  /** Everything else that the condition says. */
  readonly value: unknown;
}
export interface QueryGroup {
  readonly combinator: 'and' | 'or';
  readonly not?: boolean | undefined;
  readonly rules: readonly (QueryRule | QueryGroup)[];
}
/** The query of a rule, beside what react-querybuilder has no place for. */
export interface BuilderQuery {
  readonly query: QueryGroup;
  readonly timeZone?: RuleTimeZone | undefined;
}

/**
 * How each kind of condition looks there. `operator`: the key that becomes the operator. `named`: the field says what is asked about
 * (`attribute.plan`). `plain`: its value is just the value; otherwise it is an object of all the other keys.
 */
const forms = {
  percentile: { operator: 'percentile', named: false, plain: false },
  sequence: { operator: 'then', named: false, plain: false },
  events: { operator: 'operator', named: false, plain: false },
  attribute: { operator: 'operator', named: true, plain: true },
  profile: { operator: 'operator', named: true, plain: true },
  consent: { operator: 'operator', named: true, plain: true },
  segment: { operator: 'operator', named: true, plain: false },
  channel: { operator: 'operator', named: true, plain: true },
  source: { operator: 'operator', named: true, plain: true },
  tags: { operator: 'tags', named: false, plain: true },
  random: { operator: null, named: false, plain: false },
} as const satisfies Record<
  string,
  { readonly operator: string | null; readonly named: boolean; readonly plain: boolean }
>;
type Form = keyof typeof forms;
const isForm = (name: string): name is Form => Object.hasOwn(forms, name);

/** For react-querybuilder's form; `fromQueryBuilder` gives back the very same rule. */
export function toQueryBuilder(rule: Rule): BuilderQuery {
  const { timeZone } = rule;
  return { query: groupOf(rule), ...(timeZone !== undefined && { timeZone }) };
}

function groupOf(group: RuleGroup): QueryGroup {
  if ('all' in group) return { combinator: 'and', rules: group.all.map(queryOf) };
  if ('any' in group) return { combinator: 'or', rules: group.any.map(queryOf) };
  return { combinator: 'or', not: true, rules: group.none.map(queryOf) };
}

function queryOf(node: RuleNode): QueryRule | QueryGroup {
  if (isGroup(node)) return groupOf(node);
  const keys = new Map<string, unknown>(Object.entries(node));
  const take = (key: string): string => {
    const value = keys.get(key);
    keys.delete(key);
    return String(value);
  };
  // In the order of the table: a sequence has events as well, a percentile an attribute.
  const form = Object.keys(forms).find((each) => keys.has(each)) ?? '';
  if (!isForm(form)) throw new Error('a condition without a kind has passed the schema');
  const { operator, named, plain } = forms[form];
  const field = named ? `${form}.${take(form)}` : form;
  const word = operator === null ? '=' : take(operator);
  return { field, operator: word, value: plain ? (keys.get('value') ?? null) : Object.fromEntries(keys) };
}

const parts = z.record(z.string(), z.unknown());
const looseRule = z.looseObject({ field: z.string(), operator: z.string(), value: z.unknown().optional() });
const looseGroup = z.looseObject({
  combinator: z.enum(['and', 'or']),
  not: z.boolean().optional(),
  rules: z.array(z.unknown()),
});

/**
 * A query that react-querybuilder has edited, as a rule. `not` before `and` becomes `none` around `all`, which means the same.
 *
 * @throws z.ZodError with the places in the rule, where the query is no rule of ours
 */
export function fromQueryBuilder({ query, timeZone }: BuilderInput): Rule {
  const root = nodeOf(query);
  const group = typeof root === 'object' && root !== null ? root : {};
  return ruleSchema.parse({ version: 1, ...(timeZone !== undefined && { timeZone }), ...group });
}

/** As a form sends it. What its query holds is read by `fromQueryBuilder`. */
export const builderInput = z.strictObject({
  query: z
    .looseObject({})
    .describe('{ combinator, not, rules }, see https://react-querybuilder.js.org/docs/typescript'),
  timeZone: ruleTimeZone.optional(),
});
export interface BuilderInput {
  readonly query: object;
  readonly timeZone?: RuleTimeZone | undefined;
}

/** Deeper than any rule may be. */
const deepest = 30;

/** As JSON that may be a rule; what it gets wrong is for the rule's schema to say. */
function nodeOf(input: unknown, depth = 0): unknown {
  const group = looseGroup.safeParse(input);
  if (group.success && depth < deepest) {
    const { combinator, not, rules } = group.data;
    const nodes = rules.map((rule) => nodeOf(rule, depth + 1));
    if (combinator === 'or') return not === true ? { none: nodes } : { any: nodes };
    return not === true ? { none: [{ all: nodes }] } : { all: nodes };
  }
  const rule = looseRule.safeParse(input);
  return rule.success ? conditionOf(rule.data) : input;
}

function conditionOf({ field, operator, value }: z.output<typeof looseRule>): unknown {
  const [, name = '', subject] = /^([^.]*)(?:[.](.*))?$/s.exec(field) ?? [];
  if (!isForm(name)) return { [name]: subject, operator, value };
  const form = forms[name];
  // A form leaves an empty text where an operator has no value; no condition has one.
  const rest = form.plain ? (value == null || value === '' ? {} : { value }) : (parts.safeParse(value).data ?? {});
  return {
    ...(form.named && { [name]: subject }),
    ...(form.operator !== null && { [form.operator]: operator }),
    ...rest,
  };
}
