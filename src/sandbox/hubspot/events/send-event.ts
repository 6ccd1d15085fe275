import { z } from 'zod';
import type { Account } from '../account.js';
import type { Workflows } from '../automation/workflows.js';
import { parsedBody } from '../body.js';
import type { Origin } from '../happening.js';
import { invalid } from '../problem.js';
import type { CrmRecord } from '../records/record.js';
import { commit, planWrite } from '../records/record-write.js';
import { type Answer, type Call, noContent } from '../route.js';
import type { EventDefinition } from './event.js';

const mostProperties = 50;
const longestValue = 256;
const longestAddress = 1_024;
const mostInBatch = 500;
const yearMs = 365 * 86_400_000;

const eventSchema = z.object({
  eventName: z.string(),
  email: z.string().optional(),
  objectId: z.coerce.string().optional(),
  utk: z.string().optional(),
  occurredAt: z.iso.datetime({ offset: true }).optional(),
  properties: z.record(z.string(), z.coerce.string()).default({}),
  uuid: z.string().optional(),
});
type SentEvent = z.infer<typeof eventSchema>;
const batchSchema = z.object({ inputs: z.array(eventSchema) });

/** 204 says that it was taken, not that it will be shown with somebody. */
export function sendEvent(account: Account, workflows: Workflows, { body, origin }: Call): Answer {
  const sent = parsedBody(eventSchema, body);
  const definition = checked(account, sent);
  take(account, workflows, sent, definition, origin);
  return noContent;
}

export function sendEvents(account: Account, workflows: Workflows, { body, origin }: Call): Answer {
  const { inputs } = parsedBody(batchSchema, body);
  if (inputs.length > mostInBatch) throw invalid(`At most ${String(mostInBatch)} events can be sent in a batch.`);
  const all = inputs.map((sent) => ({ sent, definition: checked(account, sent) }));
  for (const { sent, definition } of all) take(account, workflows, sent, definition, origin);
  return noContent;
}

/** @throws Problem 400 */
function checked(account: Account, { eventName, email, objectId, utk, properties }: SentEvent): EventDefinition {
  const definition = account.data.eventDefinitions.find(({ fullyQualifiedName }) => fullyQualifiedName === eventName);
  if (definition === undefined) throw invalid(`No event definition was found with the name ${eventName}.`);
  if (email === undefined && objectId === undefined && utk === undefined)
    throw invalid('One of email, objectId or utk is required to associate the event with a record.');
  if (Object.keys(properties).length > mostProperties)
    throw invalid(`An event can have at most ${String(mostProperties)} properties.`);
  const tooLong = Object.entries(properties).find(
    ([name, value]) => value.length > (name.includes('url') ? longestAddress : longestValue),
  );
  if (tooLong !== undefined) throw invalid(`The value of the property ${tooLong[0]} is too long.`);
  return definition;
}

/** The same uuid counts once in a year. Properties that the definition does not have are dropped without a word. */
function take(
  account: Account,
  workflows: Workflows,
  sent: SentEvent,
  definition: EventDefinition,
  origin: Origin,
): void {
  const since = new Date(Date.parse(account.now()) - yearMs).toISOString();
  const isRepeated = account.data.events.some(
    ({ uuid, eventType, occurredAt }) =>
      uuid !== null && uuid === sent.uuid && eventType === sent.eventName && occurredAt > since,
  );
  const contact = isRepeated ? undefined : about(account, sent, origin);
  if (contact === undefined) return;
  const known = new Set(definition.properties.map(({ name }) => name));
  account.data.events.push({
    id: account.nextId(),
    eventType: sent.eventName,
    objectType: 'CONTACT',
    objectId: contact.id,
    occurredAt: new Date(sent.occurredAt ?? account.now()).toISOString(),
    properties: Object.fromEntries(
      Object.entries(sent.properties).filter(([name]) => known.has(name) || name.startsWith('hs_')),
    ),
    uuid: sent.uuid ?? null,
  });
  workflows.eventHappened(sent.eventName, contact.id);
}

function about(account: Account, { objectId, email }: SentEvent, origin: Origin): CrmRecord | undefined {
  if (objectId !== undefined) return account.contacts.get(objectId);
  if (email === undefined) return undefined;
  const known = account.contactByEmail(email);
  if (known !== undefined || !account.behaviour.eventsCreateContacts) return known;
  const planned = planWrite(account, 'contacts', undefined, { email }, new Map());
  return 'values' in planned ? commit(account, 'contacts', planned, origin) : undefined;
}
