import { hash } from 'node:crypto';
import { z } from 'zod';
import type { ConnectionMemory } from '../destination.js';
import type { HubspotSettings } from './settings.js';

const factsSchema = z.object({
  portalId: z.string(),
  /** Of the app whose token it is: what it changed is our own doing. null: HubSpot does not say. */
  appId: z.string().nullable(),
  timeZone: z.string(),
});
/** What never changes about an account and the app that speaks to it. */
export type Facts = z.infer<typeof factsSchema>;

/** A token of another app makes other changes our own, so what was known with the one before counts no more. */
const memoryName = ({ accessToken, clientId = '' }: HubspotSettings): string =>
  `account:${hash('sha256', accessToken ?? clientId, 'base64url').slice(0, 12)}`;

export const recallFacts = async (memory: ConnectionMemory, settings: HubspotSettings): Promise<Facts | null> =>
  factsSchema.safeParse(await memory.get(memoryName(settings))).data ?? null;

export const rememberFacts = (memory: ConnectionMemory, settings: HubspotSettings, facts: Facts): Promise<void> =>
  memory.set(memoryName(settings), facts);
