import { z } from 'zod';
import { audienceNeeded, googleSettings, hasAudience } from '../../google-settings.js';

export const dialogflowEsSettings = z
  .object({
    ...googleSettings,
    contextName: z
      .string()
      .regex(/^[\w-]{1,100}$/, 'a context’s name: letters, digits, hyphens')
      .default('parley')
      .describe('Context in which the answer hands attributes on'),
    contextLifespan: z.int().min(1).max(100).default(20).describe('For how many turns the context stays'),
  })
  .refine(hasAudience, audienceNeeded);

export type DialogflowEsSettings = z.infer<typeof dialogflowEsSettings>;
