import { z } from 'zod';
import { audienceNeeded, googleSettings, hasAudience } from '../../google-settings.js';

export const dialogflowCxSettings = z
  .object({
    ...googleSettings,
    draftIsTest: z
      .boolean()
      .default(true)
      .describe(
        'Take conversations with the draft of the agent (the simulator) for tests. Off if you have no environments',
      ),
  })
  .refine(hasAudience, audienceNeeded);

export type DialogflowCxSettings = z.infer<typeof dialogflowCxSettings>;
