import { z } from 'zod';
import { durationSchema } from '../../segments/duration.js';
import { eventSelectionSchema } from '../../segments/condition.js';
import { byKey } from './by-key.js';
import { keySchema, wallTime, weekdayList } from './parts.js';

const name = z.string().min(1).max(200);

const segmentCause = z.strictObject({
  segment: keySchema,
  does: z.enum(['enter', 'leave']).default('enter'),
  includeBackfill: z
    .boolean()
    .default(false)
    .describe('Also for people who enter because the rule was made or changed, not because something happened'),
});

const eventCause = z.strictObject({
  event: eventSelectionSchema.describe('Which events; test and clock events must be named'),
});

const scoreCause = z
  .strictObject({
    score: name.describe('Key of a score'),
    rises: z.number().optional().describe('From below this number to it or above'),
    falls: z.number().optional().describe('From this number or above to below it'),
    level: name.optional().describe('A level of the score, which knows where it begins and ends'),
    does: z.enum(['reach', 'leave']).optional().describe('With level; left out: reach'),
  })
  .refine(({ rises, falls, level }) => [rises, falls, level].filter((each) => each !== undefined).length === 1, {
    error: 'must have exactly one of rises, falls, level',
  })
  .refine(({ does, level }) => does === undefined || level !== undefined, { error: 'does goes with level' });

const dateCause = z
  .strictObject({
    date: name.describe('An attribute that is a date or a moment'),
    before: durationSchema.optional(),
    after: durationSchema.optional(),
    at: wallTime.optional().describe('The time of day, where whole days are counted; left out: 09:00'),
    yearly: z.boolean().default(false).describe('Each year again, on the same day and month'),
  })
  .refine(({ before, after }) => before === undefined || after === undefined, {
    error: 'must not have both before and after',
  });

const scheduleCause = z
  .strictObject({
    schedule: z.strictObject({
      at: wallTime,
      on: weekdayList.optional().describe('Left out: every day'),
      dayOfMonth: z.int().min(1).max(31).optional().describe('In a shorter month: its last day'),
    }),
    segment: keySchema.describe('Whom it is for: who is in the segment then'),
  })
  .refine(({ schedule }) => schedule.on === undefined || schedule.dayOfMonth === undefined, {
    path: ['schedule'],
    error: 'must not have both on and dayOfMonth',
  });

/** What makes a trigger run. The schedule stands before the segment, as it names one too. */
export const causeSchema = byKey('when', {
  schedule: scheduleCause,
  segment: segmentCause,
  event: eventCause,
  score: scoreCause,
  date: dateCause,
});

export type SegmentCause = z.output<typeof segmentCause>;
export type EventCause = z.output<typeof eventCause>;
export type ScoreCause = z.output<typeof scoreCause>;
export type DateCause = z.output<typeof dateCause>;
export type ScheduleCause = z.output<typeof scheduleCause>;
export type Cause = SegmentCause | EventCause | ScoreCause | DateCause | ScheduleCause;
