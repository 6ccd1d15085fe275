import { z } from 'zod';
import { DeliveryError } from '../../delivery-error.js';
import type { RemoteFact } from '../../remote-fact.js';
import { userIdOf } from '../identity.js';
import { personKinds, type PersonKind } from '../person-kind.js';
import type { Token } from '../session.js';
import type { Tools } from '../write-plan.js';
import { changeEvent, factsOfEvent, factsOfRecord, isGap, type ChangeEvent, type EventSight } from './change-event.js';
import { openStream } from './stream-client.js';

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
 * Listens to Change Data Capture until it is told to stop. What was heard is handed on one event after the other, and where we are is
 * remembered, so that another process goes on from there; Salesforce keeps events for three days.
 *
 * @throws DeliveryError when the org does not let us listen, or what was heard could not be handed on
 */
export async function followChanges(tools: Tools, heard: Heard, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const token = await tools.client.token();
    const end = await listen(tools, token, heard, signal);
    if (end === 'signed_out') await tools.client.anotherToken(token);
  }
}

/** Until the signal, or until the org refuses the token. */
async function listen(
  tools: Tools,
  token: Token,
  heard: Heard,
  signal: AbortSignal,
): Promise<'stopped' | 'signed_out'> {
  const { memory } = tools.client.context;
  const known = replayIds.parse(await memory.get(memoryName));
  const places = new Map([...kinds.keys()].map((channel) => [channel, known[channel] ?? onlyNew]));
  return new Promise((resolve, reject) => {
    let close = (): void => undefined;
    let last: Promise<unknown> = Promise.resolve();
    const finish = (end: () => void): void => {
      close();
      end();
    };
    const take = async (channel: string, message: unknown): Promise<void> => {
      const event = changeEvent.parse(message);
      const facts = await factsOf(tools, channel, event);
      if (facts.length > 0) await heard(facts);
      places.set(channel, event.event.replayId);
      await memory.set(memoryName, Object.fromEntries(places));
    };
    signal.addEventListener('abort', () => finish(() => resolve('stopped')), { once: true });
    openStream({
      token,
      apiVersion: tools.client.settings.apiVersion,
      channels: new Map(places),
      heard: (channel, message) => {
        last = last
          .then(() => take(channel, message))
          .catch((error: unknown) => finish(() => reject(error instanceof Error ? error : new Error(String(error)))));
      },
      signedOut: () => finish(() => resolve('signed_out')),
    }).then(
      (opened) => {
        close = opened;
        if (signal.aborted) opened();
      },
      (error: unknown) => {
        refusalOf(error, places, memory).then(resolve, reject);
      },
    );
  });
}

/** An event that is not kept any more is no place to go on from: then only what is new is heard, and the next poll fills the gap. */
async function refusalOf(
  error: unknown,
  places: Map<string, number>,
  memory: Tools['client']['context']['memory'],
): Promise<'stopped' | 'signed_out'> {
  const words = z.object({ message: z.string() }).safeParse(error).data?.message ?? String(error);
  if (words.startsWith('401::')) return 'signed_out';
  if (/replayId/i.test(words) && [...places.values()].some((place) => place !== onlyNew)) {
    await memory.set(memoryName, null);
    return 'stopped'; // the loop begins again, from now on
  }
  throw new DeliveryError(
    'misconfigured',
    `Salesforce does not let us hear of changes: ${words}. Choose Contact and Lead in Setup, Change Data Capture`,
    {
      code: 'CHANGE_EVENTS_REFUSED',
    },
  );
}

async function factsOf(tools: Tools, channel: string, event: ChangeEvent): Promise<readonly RemoteFact[]> {
  const kind = kinds.get(channel);
  if (kind === undefined) return [];
  const { client, schemas } = tools;
  const schema = await schemas.get(kind.sobject);
  const sight = { kind, schema, us: await userIdOf(client), settings: client.settings };
  return isGap(event) ? factsOfGap(tools, event, sight) : factsOfEvent(event, sight);
}

/** The org could not say what changed: the records are read as they are. */
async function factsOfGap({ client }: Tools, event: ChangeEvent, sight: EventSight): Promise<readonly RemoteFact[]> {
  const header = event.payload.ChangeEventHeader;
  const facts: RemoteFact[] = [];
  for (const id of header.recordIds) {
    const url = `/sobjects/${sight.kind.sobject}/${encodeURIComponent(id)}`;
    const call = { operation: 'sobject.read', repeatable: true };
    const row =
      header.changeType === 'GAP_DELETE' ? {} : await client.request(call, { method: 'GET', url }, z.looseObject({}));
    facts.push(...factsOfRecord(id, row, header, sight));
  }
  return facts;
}
