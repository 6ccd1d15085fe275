import { z } from 'zod';
import { DeliveryError } from '../../delivery-error.js';
import type { Account } from '../account.js';
import { type CustomEvent, sendEvent, sendEvents } from '../api/events.js';
import { defineAction, done, eachAlone, type HubspotAction, type Run } from './action.js';

/** @see https://developers.hubspot.com/docs/api-reference/events-send-event-completions-v3/guide */
const mostProperties = 50;
const longestValue = 256;

const inputSchema = z.strictObject({
  event: z
    .string()
    .trim()
    .min(1)
    .describe('Internal name of the custom event, for example bot_completed, or in full pe1234_bot_completed'),
  properties: z
    .record(z.string(), z.string().max(longestValue, `HubSpot takes ${String(longestValue)} characters`))
    .refine((properties) => Object.keys(properties).length <= mostProperties, 'HubSpot takes 50 properties')
    .default({})
    .describe('The event’s own properties'),
});
type Input = z.infer<typeof inputSchema>;

const isFullName = (name: string): boolean => /^pe\d+_/.test(name);

async function toEvent({ facts }: Account, { runId, input, subject, plannedAt }: Run<Input>): Promise<CustomEvent> {
  const { event, properties } = input;
  const eventName = isFullName(event) ? event : `pe${(await facts.get()).portalId}_${event}`;
  return { eventName, properties, objectId: subject.remoteId, uuid: runId, occurredAt: plannedAt };
}

export const sendCustomEvent: HubspotAction = defineAction({
  declaration: {
    id: 'event.send',
    title: 'Send a custom event',
    description: 'A custom event is noted down for the contact. Its definition has to exist in HubSpot.',
    input: inputSchema,
    nature: 'repeatable',
    subject: 'record',
    consent: null,
    scopes: ['analytics.behavioral_events.send'],
    batchSize: 500,
  },
  async perform(account, runs) {
    const alone = (): ReturnType<HubspotAction['perform']> =>
      eachAlone(runs, async (run) => {
        await sendEvent(account.client, await toEvent(account, run));
        return done(run.runId, { reference: run.runId });
      });
    if (runs.length === 1) return alone();
    try {
      await sendEvents(account.client, await Promise.all(runs.map((run) => toEvent(account, run))));
    } catch (error) {
      // One of them is bad, and HubSpot does not say which; each carries its own id, so none counts twice.
      if (error instanceof DeliveryError && error.kind === 'rejected') return alone();
      throw error;
    }
    return runs.map(({ runId }) => done(runId, { reference: runId }));
  },
});
