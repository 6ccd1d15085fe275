import type { AttributeType } from '../profiles/attribute.js';
import type { ComparisonOperator } from './comparison.js';
import { circleThrough } from './evaluation-order.js';
import type { AttributeCondition, Condition } from './condition.js';
import { isGroup, partsOfGroup, type Rule, type RuleNode } from './rule.js';

/** What the rule is checked against. */
export interface RuleSurroundings {
  readonly attributeType: (key: string) => AttributeType | undefined;
  /** Key of the segment that the rule is for. */
  readonly segment: string;
  /** All segments, by key; that of `segment` itself may be among them and does not count. */
  readonly rules: ReadonlyMap<string, Rule>;
}

export interface RuleProblem {
  /** Where in the rule, as in `all.0.none.1`. */
  readonly path: string;
  readonly message: string;
}

/**
 * What a rule in itself well formed gets wrong about the rest of the world: types of attributes, segments that are not there, circles.
 * Empty: it may be saved. An attribute that nobody has declared yet is no problem; its first value will decide.
 */
export function checkRule(rule: Rule, surroundings: RuleSurroundings): RuleProblem[] {
  const problems = placed(rule).flatMap(([path, condition]) =>
    problemsOf(condition, surroundings).map((message) => ({ path, message })),
  );
  const { segment, rules } = surroundings;
  const circle = circleThrough(segment, (key) => (key === segment ? rule : rules.get(key)));
  if (circle !== null)
    problems.push({ path: '', message: `the segments ask for each other in a circle: ${circle.join(' → ')}` });
  return problems;
}

/** Each condition with its place. */
function placed(node: RuleNode, path = ''): (readonly [path: string, condition: Condition])[] {
  if (!isGroup(node)) return [[path, node]];
  const kind = 'all' in node ? 'all' : 'any' in node ? 'any' : 'none';
  const start = path === '' ? kind : `${path}.${kind}`;
  return partsOfGroup(node).flatMap((part, index) => placed(part, `${start}.${index}`));
}

function problemsOf(condition: Condition, { attributeType, rules, segment }: RuleSurroundings): string[] {
  if ('percentile' in condition) {
    const type = attributeType(condition.attribute);
    return type === undefined || type === 'number'
      ? []
      : [`${condition.attribute} is a ${type}; only a number has a ${condition.percentile}`];
  }
  if ('attribute' in condition) return attributeProblems(condition, attributeType(condition.attribute));
  if ('segment' in condition && condition.segment !== segment && !rules.has(condition.segment))
    return [`there is no segment ${condition.segment}`];
  return [];
}

const any = ['string', 'number', 'boolean', 'date', 'datetime', 'list'] as const;
/** The types of attribute that each operator can be asked of. */
const operatorTypes = {
  known: any,
  unknown: any,
  equals: ['string', 'number', 'boolean', 'date'],
  notEquals: ['string', 'number', 'boolean', 'date'],
  oneOf: ['string', 'number', 'date'],
  notOneOf: ['string', 'number', 'date'],
  contains: ['string'],
  notContains: ['string'],
  startsWith: ['string'],
  endsWith: ['string'],
  matches: ['string'],
  notMatches: ['string'],
  greaterThan: ['number'],
  atLeast: ['number'],
  lessThan: ['number'],
  atMost: ['number'],
  between: ['number', 'date', 'datetime'],
  before: ['date', 'datetime'],
  onOrBefore: ['date', 'datetime'],
  after: ['date', 'datetime'],
  onOrAfter: ['date', 'datetime'],
  inNext: ['date', 'datetime'],
  inLast: ['date', 'datetime'],
  moreThanAgo: ['date', 'datetime'],
  moreThanAhead: ['date', 'datetime'],
  birthday: ['date'],
  anyOf: ['list'],
  allOf: ['list'],
  noneOf: ['list'],
} as const satisfies Record<ComparisonOperator, readonly AttributeType[]>;

/** The operators for attributes of a type, for whoever builds a form. */
export const operatorsFor = (type: AttributeType): ComparisonOperator[] =>
  Object.entries(operatorTypes).flatMap(([operator, types]: [string, readonly AttributeType[]]) =>
    types.includes(type) && isOperator(operator) ? [operator] : [],
  );
const isOperator = (name: string): name is ComparisonOperator => Object.hasOwn(operatorTypes, name);

function attributeProblems(condition: AttributeCondition, type: AttributeType | undefined): string[] {
  if (type === undefined) return [];
  const { attribute, operator } = condition;
  const types: readonly AttributeType[] = operatorTypes[operator];
  if (!types.includes(type))
    return [
      `${attribute} is a ${type}; ${operator} is for ${types.join(', ')}. Use one of ${operatorsFor(type).join(', ')}`,
    ];
  const values = 'value' in condition ? [condition.value].flat() : [];
  return values.flatMap((value) => {
    const problem = valueProblem(value, type);
    return problem === null ? [] : [`${attribute} is a ${type}; ${problem}`];
  });
}

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text);

/** Why a value in a rule cannot be one of this type; null: it can. */
function valueProblem(value: unknown, type: AttributeType): string | null {
  if (typeof value === 'object' && value !== null) {
    const isFine = 'hours' in value || 'minutes' in value;
    return type === 'date' && isFine ? 'it has no time of day, so count in days or weeks' : null;
  }
  const wanted = {
    string: typeof value === 'string',
    number: typeof value === 'number',
    boolean: typeof value === 'boolean',
    date: typeof value === 'string' && isDay(value),
    datetime: typeof value === 'string',
    list: typeof value === 'string',
  } satisfies Record<AttributeType, boolean>;
  if (wanted[type]) return null;
  return type === 'date' ? `${String(value)} is no day (2026-11-22)` : `${JSON.stringify(value)} is no ${type}`;
}
