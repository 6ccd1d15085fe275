import { z } from 'zod';
import { positiveDuration } from '../../segments/duration.js';
import { eventSelectionSchema } from '../../segments/condition.js';
import { byKey } from './by-key.js';
import { causeSchema } from './cause.js';
import { quietHours, ruleInTrigger, zoneChoice } from './parts.js';
import { stepSchema } from './step.js';

const exit = byKey('an exit', {
  event: z.strictObject({ event: eventSelectionSchema.describe('Happened since the run was caused') }),
  rule: z.strictObject({ rule: ruleInTrigger }),
});
export type Exit = z.output<typeof exit>;

/**
 * When something happens to a person, do these things, under these conditions: a single action as well as a journey of many steps. One form
 * in the API (JSON), in files (YAML) and in the database.
 */
export const triggerSchema = z
  .strictObject({
    version: z.literal(1).default(1),
    when: causeSchema,
    if: ruleInTrigger.optional().describe('Looked at when it begins, and again before each action'),
    steps: z.array(stepSchema).min(1).max(100),
    exitWhen: z.array(exit).max(10).default([]).describe('Whoever this comes true for leaves at once'),
    whenLeft: z
      .enum(['cancel', 'continue'])
      .default('cancel')
      .describe('What becomes of a run when the person leaves the segment that caused it'),
    reEntry: z
      .union([z.enum(['once', 'always']), z.strictObject({ after: positiveDuration })], {
        error: 'must be once, always, or { after: { days: n } }',
      })
      .default('always')
      .describe('once: ever. always: for each entry or event. after: not before this time since the last run'),
    whileInside: z
      .enum(['parallel', 'ignore', 'restart'])
      .default('parallel')
      .describe('When it is caused again while an earlier run is still under way'),
    timeZone: zoneChoice.optional().describe('Whose clock counts; left out: the installation’s'),
    usefulFor: positiveDuration
      .default({ days: 3 })
      .describe('An action that would be later than this is not done any more'),
    quietHours: z
      .union([z.enum(['policy', 'none']), quietHours], { error: 'must be policy, none, or { from: 21:00, to: 08:00 }' })
      .default('policy'),
    caps: z
      .enum(['policy', 'none'])
      .default('policy')
      .describe('Whether the frequency caps of the contact policy count'),
    priority: z.int().min(0).max(100).default(50).describe('Who comes first where there is room for one only'),
    holdout: z
      .number()
      .min(0)
      .max(90)
      .default(0)
      .describe('So many percent get nothing, always the same people, so that the effect can be measured'),
    goal: z
      .strictObject({ event: eventSelectionSchema, within: positiveDuration })
      .optional()
      .describe('What it is for: this event within this time counts as a success'),
  })
  .refine(({ whileInside, reEntry }) => whileInside !== 'restart' || reEntry === 'always', {
    path: ['whileInside'],
    error: 'restart goes with reEntry: always',
  })
  .refine(({ when, whenLeft }) => whenLeft === 'cancel' || ('segment' in when && !('schedule' in when)), {
    path: ['whenLeft'],
    error: 'is for triggers caused by entering a segment',
  });
export type Trigger = z.output<typeof triggerSchema>;
