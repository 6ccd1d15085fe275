import { z } from 'zod';
import type { HubspotClient } from '../client.js';

export interface CustomEvent {
  /** In full, with the account's prefix. */
  readonly eventName: string;
  readonly objectId: string;
  /** HubSpot takes each once. */
  readonly uuid: string;
  readonly occurredAt: Date;
  readonly properties: Readonly<Record<string, string>>;
}

const toBody = ({ properties, ...event }: CustomEvent) => ({ ...event, properties: { ...properties } });

/** An answer says that the event was accepted, not that it was processed. */
export async function sendEvent(client: HubspotClient, event: CustomEvent): Promise<void> {
  await client.send({ operation: 'events.send', records: 1, repeatable: true }, z.unknown(), (sdk) =>
    sdk.events.send.basicApi.send(toBody(event)),
  );
}

/** At most 500. */
export async function sendEvents(client: HubspotClient, events: readonly CustomEvent[]): Promise<void> {
  await client.send({ operation: 'events.sendBatch', records: events.length, repeatable: true }, z.unknown(), (sdk) =>
    sdk.events.send.batchApi.send({ inputs: events.map(toBody) }),
  );
}
