import { z } from 'zod';
import { keySchema } from './parts.js';
import { triggerSchema } from './trigger.js';

/** A trigger as a person describes it, in YAML or through the API. */
export const triggerInput = z.strictObject({
  key: keySchema,
  title: z.string().min(1).max(200),
  description: z.string().max(2_000).default(''),
  enabled: z.boolean().default(true).describe('false: nothing begins, and what is under way stands still'),
  insideRuns: z
    .enum(['finish', 'move'])
    .default('finish')
    .describe('Runs under way when the definition changes: finish the version they began, or go on in the new one'),
  definition: triggerSchema,
});
export type TriggerInput = z.output<typeof triggerInput>;
