import { z } from 'zod';
import { scoreSchema } from './score.js';

/** A score as a person describes it, in YAML or through the API. Its key is the attribute that holds its points. */
export const scoreInput = z.strictObject({
  key: z
    .string()
    .regex(
      /^[a-z][a-zA-Z0-9]{0,57}$/,
      'must be letters and digits, beginning with a small letter, for example engagement',
    ),
  title: z.string().min(1).max(200),
  description: z.string().max(2_000).default(''),
  enabled: z.boolean().default(true),
  definition: scoreSchema,
});
export type ScoreInput = z.output<typeof scoreInput>;

/** The attribute that holds the name of the level. */
export const levelKey = (score: string): string => `${score}Level`;
