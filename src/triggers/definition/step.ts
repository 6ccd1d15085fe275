import { z } from 'zod';
import { purposes } from '../../consent/consent.js';
import { type Duration, durationSchema, positiveDuration } from '../../segments/duration.js';
import { dayOrMoment } from '../../segments/comparison.js';
import { type EventSelection, eventSelectionSchema } from '../../segments/condition.js';
import type { Rule } from '../../segments/rule.js';
import { byKey } from './by-key.js';
import { keySchema, ruleInTrigger, wallTime, type Weekday, weekdayList } from './parts.js';

const text = z.string().min(1).max(2_000);
/** What a step is called in the funnel, and by what a run finds its place in another version. */
const id = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,39}$/, 'must be letters, digits, hyphens and underscores, for example second-mail')
  .optional();

const action = z.strictObject({
  destination: keySchema,
  action: text.describe('As the destination declares it, for example list.add'),
  input: z.json().default({}).describe('As the action declares it; texts in it may be templates'),
  channel: z
    .string()
    .regex(/^[a-z][a-z_]{0,29}$/, 'must be a word in small letters, for example email or chat')
    .optional()
    .describe('By which channel it reaches the person, for quiet hours and caps; left out: as the action declares'),
  consent: z
    .enum(purposes)
    .optional()
    .describe('Nobody is reached without this consent, beside the one that the action declares'),
});
export type ActionInTrigger = z.output<typeof action>;

const handOff = z.strictObject({
  destination: keySchema.describe('Where a person takes over: a CRM, or a chat platform with agents'),
  title: text.max(200).describe('What it is about; may be a template'),
  note: z
    .string()
    .max(5_000)
    .default('')
    .describe('What to do; profile and transcript are added to it. May be a template'),
  owner: z
    .string()
    .max(300)
    .default('')
    .describe('Who takes over: e-mail address, name or id there. May be a template'),
  dueInHours: z.number().min(0).max(8_760).default(4),
  transcript: z.int().min(0).max(100).default(30).describe('So many of the last messages'),
  notify: z
    .strictObject({ destination: keySchema, to: text.max(300) })
    .optional()
    .describe('An e-mail about it: through which destination, and to whom (may be a template)'),
});
export type HandOff = z.output<typeof handOff>;

const onFailure = z
  .union([z.enum(['stop', 'continue']), z.strictObject({ do: action })], {
    error: 'must be stop, continue, or { do: another action }',
  })
  .default('stop')
  .describe('What happens when it is refused or not allowed: end the run, go on, or do something else instead');
type OnFailure = z.output<typeof onFailure>;

const offset = { before: durationSchema.optional(), after: durationSchema.optional() };
const untilSchema = byKey('until', {
  time: z.strictObject({ time: wallTime, on: weekdayList.optional() }),
  moment: z.strictObject({ moment: dayOrMoment }),
  attribute: z
    .strictObject({ attribute: text, ...offset, at: wallTime.optional() })
    .refine(({ before, after }) => before === undefined || after === undefined, {
      error: 'must not have both before and after',
    }),
  event: z.strictObject({ event: eventSelectionSchema }),
  rule: z.strictObject({ rule: ruleInTrigger }),
});

/** Until something on the calendar: a time of day, a moment, or what an attribute names. */
export type CalendarWait =
  | { readonly time: string; readonly on?: readonly Weekday[] | undefined }
  | { readonly moment: string }
  | {
      readonly attribute: string;
      readonly before?: Duration | undefined;
      readonly after?: Duration | undefined;
      readonly at?: string | undefined;
    };
/** Until something happens or comes true. */
export type EventWait = { readonly event: EventSelection } | { readonly rule: Rule };
export type Until = CalendarWait | EventWait;

export type WaitFor = { readonly for: Duration } | { readonly until: Until; readonly atMost?: Duration | undefined };

interface Named {
  readonly id?: string | undefined;
}
export interface DoStep extends Named {
  readonly do: ActionInTrigger;
  readonly onFailure: OnFailure;
}
export interface HandOffStep extends Named {
  readonly handOff: HandOff;
  readonly onFailure: OnFailure;
}
export interface WaitStep extends Named {
  readonly wait: WaitFor;
  /** What is done only if that for which it waited came, or only if it did not come in time; then on with the next step. */
  readonly came?: readonly Step[] | undefined;
  readonly timedOut?: readonly Step[] | undefined;
}
export interface BranchStep extends Named {
  readonly branch: readonly { readonly if: Rule; readonly steps: readonly Step[] }[];
  readonly otherwise?: readonly Step[] | undefined;
}
export interface SplitStep extends Named {
  readonly split: readonly { readonly name: string; readonly percent: number; readonly steps: readonly Step[] }[];
}
export interface ExitStep extends Named {
  readonly exit: string;
}
export type Step = DoStep | HandOffStep | WaitStep | BranchStep | SplitStep | ExitStep;

const nested: z.ZodType<readonly Step[]> = z.lazy(() => z.array(stepSchema).max(100));

const wait = byKey('wait', {
  for: z.strictObject({ for: positiveDuration }),
  until: z
    .strictObject({ until: untilSchema, atMost: positiveDuration.optional() })
    .refine(({ until, atMost }) => atMost !== undefined || !('event' in until || 'rule' in until), {
      path: ['atMost'],
      error: 'is needed where something may never happen',
    }),
});

/** One step of a trigger. */
export const stepSchema: z.ZodType<Step> = byKey('a step', {
  do: z.strictObject({ id, do: action, onFailure }),
  handOff: z.strictObject({ id, handOff, onFailure }),
  wait: z.strictObject({ id, wait, came: nested.optional(), timedOut: nested.optional() }),
  branch: z.strictObject({
    id,
    branch: z
      .array(z.strictObject({ if: ruleInTrigger, steps: nested }))
      .min(1)
      .max(20),
    otherwise: nested.optional(),
  }),
  split: z
    .strictObject({
      id,
      split: z
        .array(z.strictObject({ name: keySchema, percent: z.number().gt(0).lt(100), steps: nested }))
        .min(2)
        .max(10),
    })
    .refine(({ split }) => Math.abs(split.reduce((sum, { percent }) => sum + percent, 0) - 100) < 1e-9, {
      path: ['split'],
      error: 'the percentages must come to 100',
    }),
  exit: z.strictObject({ id, exit: text.max(200).describe('Why, for whoever looks at the run') }),
});
