import { z } from 'zod';
import { consentStatuses, purposes } from '../consent/consent.js';
import { eventKinds } from '../events/incoming-event.js';
import {
  attributeComparison,
  dayOrMoment,
  momentComparison,
  numberComparison,
  propertyComparison,
  ruleText,
} from './comparison.js';
import { durationMs, positiveDuration } from './duration.js';
import { isTimeZone } from './time-zones.js';

const name = ruleText.max(200);
const names = z.array(name).min(1).max(200);

/** Which events are meant. All parts must fit; a part that is left out fits every event, except that `test` and `clock` must be named. */
export const eventSelectionSchema = z.strictObject({
  names: names.optional().describe('One of these names, for example order_placed'),
  kinds: z.array(z.enum(eventKinds)).min(1).optional().describe('One of these kinds; left out: all but test and clock'),
  channels: names.optional(),
  sources: names.optional(),
  where: z
    .array(propertyComparison({ property: name }))
    .min(1)
    .max(20)
    .optional()
    .describe('What its properties must be'),
});
export type EventSelection = z.output<typeof eventSelectionSchema>;
export type PropertyFilter = NonNullable<EventSelection['where']>[number];

/** `{ last: { days: 30 } }` rolls on with the clock; `{ since: 2026-01-01 }` stands still. Left out: ever. */
const window = z.union([z.strictObject({ last: positiveDuration }), z.strictObject({ since: dayOrMoment })], {
  error: 'must be { last: { days: n } } or { since: a day or a moment }',
});
export type EventWindow = z.output<typeof window>;

const counted = { events: eventSelectionSchema, within: window.optional() };
const countCondition = numberComparison({ ...counted, measure: z.literal('count') });
const amountCondition = numberComparison({
  ...counted,
  measure: z.enum(['sum', 'min', 'max', 'average']),
  property: name.describe('A property of these events that is a number'),
});
const momentCondition = momentComparison({
  events: eventSelectionSchema,
  within: z.strictObject({ since: dayOrMoment }).optional(),
  measure: z.enum(['first', 'last']),
});
const eventMeasures = { count: countCondition, amount: amountCondition, moment: momentCondition };

const attributeCondition = attributeComparison({ attribute: name });
const profileCondition = momentComparison({ profile: z.enum(['createdAt', 'lastEventAt']) });
const tagsCondition = z.strictObject({
  tags: z.enum(['anyOf', 'allOf', 'noneOf']),
  value: z.array(ruleText).min(1).max(1_000),
});
const consentCondition = z.strictObject({
  consent: z.enum(purposes),
  operator: z.enum(['is', 'isNot']),
  value: z.enum(consentStatuses),
});
const segmentCondition = z.discriminatedUnion('operator', [
  z.strictObject({
    segment: name,
    operator: z.literal('in'),
    forAtLeast: positiveDuration.optional().describe('In it without a break for this long'),
  }),
  z.strictObject({ segment: name, operator: z.literal('notIn') }),
]);
const touchpoint = {
  which: z.enum(['last', 'ever']).describe('Where the last message came from, or any so far'),
  operator: z.enum(['anyOf', 'noneOf']),
  value: names,
};
const channelCondition = z.strictObject({
  channel: touchpoint.which,
  operator: touchpoint.operator,
  value: touchpoint.value,
});
const sourceCondition = z.strictObject({
  source: touchpoint.which,
  operator: touchpoint.operator,
  value: touchpoint.value,
});
const sequenceCondition = z.strictObject({
  sequence: eventSelectionSchema.describe('What happened first'),
  within: z
    .strictObject({ last: positiveDuration })
    .optional()
    .describe('How long ago it may have begun; left out: ever'),
  then: z
    .enum(['did', 'didNot', 'stillNot'])
    .describe(
      'did: followed in time, at least once. didNot: the last time, not followed in time. stillNot: the last time, not followed until now',
    ),
  events: eventSelectionSchema.describe('What was to follow'),
  after: positiveDuration.describe('The time in which it was to follow'),
});
const percentileCondition = z.strictObject({
  percentile: z.enum(['top', 'bottom']),
  percent: z.number().gt(0).lt(100),
  attribute: name.describe('An attribute that is a number'),
});
const randomCondition = z.strictObject({
  random: z.number().min(0).max(100).describe('So many percent of all profiles, always the same ones'),
  salt: ruleText.optional().describe('Another text draws other profiles; left out: the key of the segment'),
});

/** Each kind of condition by the key that names it. */
export const conditionSchemas = {
  attribute: attributeCondition,
  profile: profileCondition,
  tags: tagsCondition,
  consent: consentCondition,
  segment: segmentCondition,
  channel: channelCondition,
  source: sourceCondition,
  sequence: sequenceCondition,
  percentile: percentileCondition,
  random: randomCondition,
};

export type AttributeCondition = z.output<typeof attributeCondition>;
export type ProfileCondition = z.output<typeof profileCondition>;
export type TagsCondition = z.output<typeof tagsCondition>;
export type ConsentCondition = z.output<typeof consentCondition>;
export type SegmentCondition = z.output<typeof segmentCondition>;
export type ChannelCondition = z.output<typeof channelCondition>;
export type SourceCondition = z.output<typeof sourceCondition>;
export type SequenceCondition = z.output<typeof sequenceCondition>;
export type PercentileCondition = z.output<typeof percentileCondition>;
export type RandomCondition = z.output<typeof randomCondition>;
export type EventAmountCondition = z.output<typeof countCondition | typeof amountCondition>;
export type EventMomentCondition = z.output<typeof momentCondition>;
export type EventCondition = EventAmountCondition | EventMomentCondition;

/** Does it ask when, and not how many or how much? */
export const asksWhen = (condition: EventCondition): condition is EventMomentCondition =>
  condition.measure === 'first' || condition.measure === 'last';

export type Condition =
  | AttributeCondition
  | ProfileCondition
  | TagsCondition
  | ConsentCondition
  | SegmentCondition
  | ChannelCondition
  | SourceCondition
  | SequenceCondition
  | PercentileCondition
  | RandomCondition
  | EventCondition;

/** True if all, at least one, or none of its parts are. Without parts `all` and `none` are true, `any` is false. */
export type RuleGroup =
  | { readonly all: readonly RuleNode[] }
  | { readonly any: readonly RuleNode[] }
  | { readonly none: readonly RuleNode[] };
export type RuleNode = RuleGroup | Condition;

const fixedZone = z.string().refine(isTimeZone, { error: 'must be a time zone such as Europe/Madrid, UTC or UTC-07' });

/** An IANA zone, or the attribute that names the person's own one. */
export const ruleTimeZone = z.union([fixedZone, z.strictObject({ attribute: name, otherwise: fixedZone })], {
  error: 'must be a time zone, or { attribute: name, otherwise: time zone }',
});
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

/** Which kind of condition somebody meant, so that the errors are about that one only. */
function conditionSchema(input: object): z.ZodType<Condition> | null {
  if ('percentile' in input) return conditionSchemas.percentile;
  if ('sequence' in input) return conditionSchemas.sequence;
  if ('events' in input) {
    const measure = 'measure' in input ? input.measure : undefined;
    if (measure === 'count') return eventMeasures.count;
    if (measure === 'first' || measure === 'last') return eventMeasures.moment;
    return eventMeasures.amount;
  }
  const kind = conditionKinds.find((each) => each in input);
  return kind === undefined ? null : conditionSchemas[kind];
}

const conditionKinds = [
  'attribute', 'profile', 'tags', 'consent', 'segment', 'channel', 'source', 'random',
] as const satisfies (keyof typeof conditionSchemas)[]; // prettier-ignore

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

/** How long a window reaches back, in ms; null: it does not roll. */
export function rollingMs(within: EventWindow | undefined): number | null {
  return within !== undefined && 'last' in within ? durationMs(within.last) : null;
}
