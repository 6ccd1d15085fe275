import { z } from 'zod';
import { positiveDuration } from '../segments/duration.js';
import { conditionSchemas, eventSelectionSchema } from '../segments/condition.js';
import { ruleTimeZone } from '../segments/rule.js';

/** What events of one sort are worth. */
const eventPoints = z.strictObject({
  events: eventSelectionSchema,
  points: z.number().min(-10_000).max(10_000).describe('For each event; below 0: it costs'),
  times: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('A property: the points count so many times; what is no number above 0 counts nothing'),
  atMost: z.number().gt(0).max(100_000).optional().describe('These events together are never worth (or cost) more'),
  oncePer: positiveDuration.optional().describe('Events that come sooner after one that counted do not count'),
  fades: z
    .union([z.strictObject({ halfLife: positiveDuration }), z.strictObject({ after: positiveDuration })], {
      error: 'must be { halfLife: { days: n } } or { after: { days: n } }',
    })
    .optional()
    .describe('halfLife: half as much after this time. after: nothing any more after this time. Left out: for ever'),
});
export type EventPoints = z.output<typeof eventPoints>;

/** What is worth something for as long as it is so: an attribute, a tag, a consent, the age of the profile. */
const statePoints = z.strictObject({
  when: z.union(
    [conditionSchemas.attribute, conditionSchemas.tags, conditionSchemas.consent, conditionSchemas.profile],
    {
      error: 'must be a condition about an attribute, tags, a consent or the profile, as in a segment',
    },
  ),
  points: z.number().min(-10_000).max(10_000),
});
export type StatePoints = z.output<typeof statePoints>;

const level = z
  .strictObject({
    name: z.string().min(1).max(100),
    from: z.number().describe('Reached with this many points'),
    until: z.number().describe('Kept until there are fewer than this'),
  })
  .refine(({ from, until }) => until <= from, { error: 'until must not be above from' });

/** Most events whose points end at once that are remembered per profile and line. */
export const mostRemembered = 500;

/** How points are counted. Their number is the attribute with the score's key, the level the attribute `<key>Level`. */
export const scoreSchema = z
  .strictObject({
    version: z.literal(1),
    points: z
      .array(z.union([eventPoints, statePoints]))
      .min(1)
      .max(100),
    least: z.number().default(0),
    most: z.number().default(100),
    levels: z.array(level).max(20).default([]).describe('From the lowest to the highest'),
    step: z
      .int()
      .min(1)
      .default(5)
      .describe('While points fade, the number is told anew whenever it passes a multiple of this'),
    timeZone: ruleTimeZone.optional().describe('In which days begin, as in a rule'),
  })
  .superRefine(({ points, least, most, levels }, context) => {
    if (least > most) context.addIssue({ code: 'custom', path: ['least'], message: 'must not be above most' });
    for (const [index, line] of points.entries())
      if ('events' in line && line.fades !== undefined && 'after' in line.fades && line.atMost === undefined)
        context.addIssue({
          code: 'custom',
          path: ['points', index, 'atMost'],
          message: `is needed where points end after a time, so that at most ${mostRemembered} events need to be remembered`,
        });
    const halving = points.flatMap((line) =>
      'events' in line && line.fades !== undefined && 'halfLife' in line.fades ? Math.sign(line.points) : [],
    );
    if (halving.includes(1) && halving.includes(-1))
      context.addIssue({
        code: 'custom',
        path: ['points'],
        message: 'that fade by a half-life must all be above 0 or all below; let the others fade with { after: … }',
      });
    for (const [index, { from, until }] of levels.entries()) {
      const below = levels[index - 1];
      if (below !== undefined && (from <= below.from || until < below.until))
        context.addIssue({ code: 'custom', path: ['levels', index], message: 'must be above the level before' });
    }
  });
export type ScoreDefinition = z.output<typeof scoreSchema>;
