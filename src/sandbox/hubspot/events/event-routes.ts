import type { Account } from '../account.js';
import type { Workflows } from '../automation/workflows.js';
import { invalid } from '../problem.js';
import { type Answer, type Call, ok, paged, type Route } from '../route.js';
import {
  addProperty,
  createDefinition,
  definitionAnswer,
  deleteDefinition,
  findDefinition,
  listDefinitions,
  updateDefinition,
} from './event-definitions.js';
import type { CustomEvent } from './event.js';
import { sendEvent, sendEvents } from './send-event.js';

const definitions = '/events/v3/event-definitions';
const manage = ['behavioral_events.event_definitions.read_write'];
const send = ['analytics.behavioral_events.send'];

/** Custom events: what they are, that they happened, and who they happened to. */
export function eventRoutes(account: Account, workflows: Workflows): Route[] {
  const route = (
    method: Route['method'],
    path: string,
    scopes: readonly string[],
    handle: (account: Account, call: Call) => Answer,
  ): Route => ({ method, path, scopes, handle: (call) => handle(account, call) });
  return [
    { method: 'POST', path: '/events/v3/send', scopes: send, handle: (call) => sendEvent(account, workflows, call) },
    {
      method: 'POST',
      path: '/events/v3/send/batch',
      scopes: send,
      handle: (call) => sendEvents(account, workflows, call),
    },
    route('GET', definitions, manage, listDefinitions),
    route('POST', definitions, manage, createDefinition),
    route('GET', `${definitions}/:eventName`, manage, (_account, call) =>
      ok(definitionAnswer(findDefinition(account, call))),
    ),
    route('PATCH', `${definitions}/:eventName`, manage, updateDefinition),
    route('DELETE', `${definitions}/:eventName`, manage, deleteDefinition),
    route('POST', `${definitions}/:eventName/property`, manage, addProperty),
    route('GET', '/events/v3/events/event-types', ['oauth'], () =>
      ok({ eventTypes: account.data.eventDefinitions.map(({ fullyQualifiedName }) => fullyQualifiedName) }),
    ),
    route('GET', '/events/v3/events', ['oauth'], happened),
  ];
}

function happened(account: Account, call: Call): Answer {
  const { query } = call;
  const { objectType = '', objectId, eventType, occurredAfter = '', occurredBefore = '9999' } = query;
  if (objectType !== '' && !['contact', '0-1'].includes(objectType.toLowerCase()))
    throw invalid(`Events of the object type ${objectType} are not kept.`);
  const email = query['objectProperty.email'];
  const wanted = email === undefined ? objectId : account.contactByEmail(email)?.id;
  const asIso = (moment: string): string => (/^\d{4}-\d\d/.test(moment) ? new Date(moment).toISOString() : moment);
  const found = account.data.events
    .filter(
      (event) =>
        (wanted === undefined ? email === undefined : event.objectId === wanted) &&
        (eventType === undefined || event.eventType === eventType) &&
        event.occurredAt >= asIso(occurredAfter) &&
        event.occurredAt <= asIso(occurredBefore),
    )
    .toSorted((a, b) => b.occurredAt.localeCompare(a.occurredAt));
  const answer = ({ uuid: _uuid, ...event }: CustomEvent): object => event;
  return ok(paged(call, found, answer, { usual: 20, most: 100, path: '/events/v3/events' }));
}
