import { z } from 'zod';
import type { ConnectionMemory } from '../destination.js';

const factsSchema = z.object({
  portalId: z.string(),
  /** Of the app whose token it is: what it changed is our own doing. null: HubSpot does not say. */
  appId: z.string().nullable(),
  timeZone: z.string(),
});
/** What never changes about an account. */
export type Facts = z.infer<typeof factsSchema>;

const name = 'account';

export const recallFacts = async (memory: ConnectionMemory): Promise<Facts | null> =>
  factsSchema.safeParse(await memory.get(name)).data ?? null;

export const rememberFacts = (memory: ConnectionMemory, facts: Facts): Promise<void> => memory.set(name, facts);
