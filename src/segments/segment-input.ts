import { z } from 'zod';
import { ruleSchema } from './rule.js';

/** A segment as a person describes it, in YAML or through the API. */
export const segmentInput = z.strictObject({
  key: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9_-]{0,62}$/,
      'must be lower-case letters, digits, hyphens and underscores, for example abandoned-cart',
    ),
  title: z.string().min(1).max(200),
  description: z.string().max(2_000).default(''),
  enabled: z.boolean().default(true),
  rule: ruleSchema,
});
export type SegmentInput = z.output<typeof segmentInput>;
