import { z } from 'zod';
import { DeliveryError } from '../../delivery-error.js';
import type { ConnectionMemory } from '../../destination.js';
import type { RemoteFact } from '../../remote-fact.js';
import { userIdOf } from '../identity.js';
import { personKinds, type PersonKind } from '../person-kind.js';
import type { Token } from '../session.js';
import type { Tools } from '../write-plan.js';
import { changeEvent, type ChangeEvent } from './change-event.js';
import { factsOfChange } from './facts-of-change.js';
import { listenTo, type StreamEnd, type StreamMessage } from './stream-client.js';
import { StreamRefusedError } from './stream-extensions.js';

/** Where changes of people are told, by channel. Person accounts are polled only. */
const kinds: ReadonlyMap<string, PersonKind> = new Map<string, PersonKind>([
  ['/data/ContactChangeEvent', personKinds.Contact],
  ['/data/LeadChangeEvent', personKinds.Lead],
]);

const onlyNew = -1;
const replayIds = z.record(z.string(), z.number()).catch({});
const memoryName = 'change-events';

/** Takes facts in, and returns when they are committed. */
export type Heard = (facts: readonly RemoteFact[]) => Promise<void>;

/**
 * Listens to Change Data Capture until it is told to stop. What was heard is handed on in order, and where we are is remembered, so that
 * another process goes on from there; Salesforce keeps events for three days.
 *
 * @throws DeliveryError when the org does not let us listen, or what was heard could not be handed on
 */
export async function followChanges(tools: Tools, heard: Heard, signal: AbortSignal): Promise<void> {
  const { client } = tools;
  let renewedInVain = false;
  while (!signal.aborted) {
    const token = await client.token();
    const end = await listen(tools, token, heard, signal);
    if (end.kind === 'begin_anew') continue;
    if (end.kind === 'stopped') return;
    // A token that works for everything else may still be none for streaming: asking for more of them would have no end.
    if (!end.opened && renewedInVain) throw neverLetIn();
    renewedInVain = !end.opened;
    await client.anotherToken(token);
  }
}

const neverLetIn = (): DeliveryError =>
  new DeliveryError('unauthorized', 'Salesforce refuses a new token for streaming: is "API Enabled" still on?', {
    code: 'INVALID_SESSION_ID',
  });

/** `begin_anew`: from another place than we wanted to. */
type ListenEnd = StreamEnd | { readonly kind: 'begin_anew' };

async function listen(tools: Tools, token: Token, heard: Heard, signal: AbortSignal): Promise<ListenEnd> {
  const { context, settings } = tools.client;
  const known = replayIds.parse(await context.memory.get(memoryName));
  const places = new Map([...kinds.keys()].map((channel) => [channel, known[channel] ?? onlyNew]));
  const us = await userIdOf(tools.client);
  const take = async (messages: readonly StreamMessage[]): Promise<void> => {
    const events = messages.map(({ channel, data }) => ({ channel, event: changeEvent.parse(data) }));
    const facts: RemoteFact[] = [];
    for (const { channel, event } of events) facts.push(...(await factsOn(tools, us, channel, event)));
    if (facts.length > 0) await heard(facts);
    for (const { channel, event } of events) places.set(channel, event.event.replayId);
    await context.memory.set(memoryName, Object.fromEntries(places));
  };
  try {
    const opened = (): void => tools.client.tokenWorked(token);
    const channels = new Map(places);
    return await listenTo({ token, apiVersion: settings.apiVersion, channels, opened, heard: take }, signal);
  } catch (error) {
    if (!(error instanceof StreamRefusedError)) throw error;
    return await afterRefusal(error, places, context.memory);
  }
}

async function factsOn(
  tools: Tools,
  us: string | null,
  channel: string,
  event: ChangeEvent,
): Promise<readonly RemoteFact[]> {
  const kind = kinds.get(channel);
  if (kind === undefined) return [];
  const schema = await tools.schemas.get(kind.sobject);
  return factsOfChange(tools.client, event, { kind, schema, us, settings: tools.client.settings });
}

/** An event that is not kept any more is no place to go on from: then only what is new is heard, and the next poll fills the gap. */
async function afterRefusal(
  { message, channel }: StreamRefusedError,
  places: ReadonlyMap<string, number>,
  memory: ConnectionMemory,
): Promise<ListenEnd> {
  const isLostPlace = /replayId/i.test(message) && channel !== null && (places.get(channel) ?? onlyNew) !== onlyNew;
  if (!isLostPlace) throw refusalError(message);
  const kept = [...places].filter(([name, place]) => name !== channel && place !== onlyNew);
  await memory.set(memoryName, kept.length === 0 ? null : Object.fromEntries(kept));
  return { kind: 'begin_anew' };
}

const limitRestMs = 15 * 60_000;

/** Bayeux errors begin with a status: `403::Organization total events daily limit exceeded`. */
function refusalError(words: string): DeliveryError {
  const said = `Salesforce does not let us hear of changes: ${words}`;
  if (/limit exceeded/i.test(words))
    return new DeliveryError('throttled', said, { code: 'STREAMING_LIMIT', retryAfterMs: limitRestMs });
  if (/^5\d\d::/.test(words)) return new DeliveryError('transient', said, { code: 'STREAMING_UNAVAILABLE' });
  return new DeliveryError('misconfigured', `${said}. Choose Contact and Lead in Setup, Change Data Capture`, {
    code: 'CHANGE_EVENTS_REFUSED',
  });
}
