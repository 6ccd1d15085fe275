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

/** Which kind of condition somebody meant, so that the errors are about that one only. */
export function conditionSchema(input: object): z.ZodType<Condition> | null {
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

/** How long a window reaches back, in ms; null: it does not roll. */
export function rollingMs(within: EventWindow | undefined): number | null {
  return within !== undefined && 'last' in within ? durationMs(within.last) : null;
}
