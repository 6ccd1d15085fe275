import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { liveSession } from '../oauth/sessions.js';
import type { Org } from '../org.js';
import { carries, CometClient, type CometMessage } from './comet-client.js';
import type { StreamEvent } from './event-bus.js';

const message = z.looseObject({
  channel: z.string(),
  id: z.string().optional(),
  clientId: z.string().optional(),
  subscription: z.union([z.string(), z.array(z.string())]).optional(),
  ext: z.looseObject({ replay: z.record(z.string(), z.number()).optional() }).optional(),
  advice: z.looseObject({ timeout: z.number().optional() }).optional(),
});
type Incoming = z.infer<typeof message>;
const messages = z.union([z.array(message), message.transform((one) => [one])]);

/** Salesforce answers an idle poll after 110 seconds. */
const pollMs = 110_000;
const advice = { reconnect: 'retry', interval: 0, timeout: pollMs };
const isPoll = ({ channel }: Incoming): boolean => channel === '/meta/connect';
/**
 * Only a poll that comes alone waits: what comes with it, such as a subscription, has to be answered now. A poll may also ask not to wait.
 * @see https://docs.cometd.org/current/reference/#_bayeux_meta_connect
 */
const mayWait = (together: number, { advice: asked }: Incoming): boolean => together === 1 && asked?.timeout !== 0;
const unknownClient = {
  successful: false,
  error: '403::Unknown client',
  advice: { reconnect: 'handshake', interval: 0 },
};

/**
 * Streaming over CometD: platform events and change events, with replay.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_streaming.meta/api_streaming/using_streaming_api_client_connection.htm
 */
export class CometServer {
  readonly #clients = new Map<string, CometClient>();

  constructor(private readonly org: Org) {
    org.bus.listen((event) => {
      for (const client of this.#clients.values()) client.offer(event);
    });
  }

  register(app: FastifyInstance): void {
    for (const path of ['/cometd/:version', '/cometd/:version/*'])
      app.post(path, async (request, reply) => {
        const parsed = messages.safeParse(request.body);
        if (!parsed.success) return reply.code(400).send();
        const token = (request.headers.authorization ?? '').replace(/^\w+ /, '');
        const isSignedIn = liveSession(this.org, token) !== null;
        const answers: CometMessage[] = [];
        // What was subscribed to together with a poll counts for it.
        const inTurn = parsed.data.toSorted((one, other) => Number(isPoll(one)) - Number(isPoll(other)));
        for (const one of inTurn)
          answers.push(...(await this.#answer(one, isSignedIn, mayWait(parsed.data.length, one))));
        return reply.send(answers);
      });
  }

  /** Every subscriber has to shake hands again. @returns how many there were */
  forget(): number {
    const clients = [...this.#clients.values()];
    this.#clients.clear();
    for (const client of clients) client.wake();
    return clients.length;
  }

  async #answer(incoming: Incoming, isSignedIn: boolean, waits: boolean): Promise<readonly CometMessage[]> {
    const { channel, id } = incoming;
    const meta = { channel, ...(id === undefined ? {} : { id }) };
    if (!isSignedIn) return [{ ...meta, ...refusedSignIn(channel) }];
    if (channel === '/meta/handshake') return [{ ...meta, ...this.#handshake() }];
    const client = this.#clients.get(incoming.clientId ?? '');
    if (client === undefined) return [{ ...meta, ...unknownClient }];
    const own = { ...meta, clientId: client.id };
    if (channel === '/meta/connect') {
      const events = await client.poll(waits);
      // Who has been forgotten while it waited must not think that it still hears everything.
      if (!this.#clients.has(client.id)) return [{ ...meta, ...unknownClient }];
      return [...events, { ...own, successful: true, advice }];
    }
    if (channel === '/meta/subscribe')
      return [incoming.subscription ?? []]
        .flat()
        .map((name) => ({ ...own, ...this.#subscribe(client, name, incoming) }));
    if (channel === '/meta/unsubscribe') {
      for (const name of [incoming.subscription ?? []].flat()) client.unsubscribe(name);
      return [{ ...own, subscription: incoming.subscription, successful: true }];
    }
    if (channel !== '/meta/disconnect')
      return [{ ...own, successful: false, error: `400::Unknown channel ${channel}` }];
    this.#clients.delete(client.id);
    client.wake();
    return [{ ...own, successful: true }];
  }

  #handshake(): CometMessage {
    const client = new CometClient(randomBytes(14).toString('base64url'), pollMs);
    this.#clients.set(client.id, client);
    return {
      version: '1.0',
      minimumVersion: '1.0',
      supportedConnectionTypes: ['long-polling'],
      clientId: client.id,
      successful: true,
      ext: { replay: true, 'payload.format': true },
    };
  }

  #subscribe(client: CometClient, subscription: string, { ext }: Incoming): CometMessage {
    const problem = objectionTo(this.org, subscription);
    if (problem !== null) return { subscription, successful: false, error: problem };
    const kept = this.#kept(subscription, ext?.replay?.[subscription] ?? -1);
    if (kept === null)
      return {
        subscription,
        successful: false,
        error: `400::The replayId {${String(ext?.replay?.[subscription])}} you provided was invalid. Please provide a valid ID, -2 to replay all events, or -1 to replay only new events.`,
      };
    client.subscribe(subscription, kept);
    return { subscription, successful: true };
  }

  /** -1: only what comes from now on; -2: everything kept; else what came after that event. null: no such event. */
  #kept(channel: string, replayFrom: number): readonly StreamEvent[] | null {
    if (replayFrom === -1) return [];
    const all = this.org.bus.all().filter((event) => carries(channel, event));
    if (replayFrom === -2) return all;
    if (replayFrom < 0 || replayFrom > this.org.bus.lastReplayId) return null;
    return all.filter(({ replayId }) => replayId > replayFrom);
  }
}

function objectionTo({ schema, setup }: Org, channel: string): string | null {
  const [, kind, name = ''] = /^\/(event|data)\/(\w+)$/.exec(channel) ?? [];
  const isThere =
    kind === 'event'
      ? schema.find(name)?.nature === 'event'
      : channel === '/data/ChangeEvents' ||
        setup.changeDataCapture.some((object) => name === `${object.replace(/__c$/, '__')}ChangeEvent`);
  return kind !== undefined && isThere ? null : `404::The channel specified is not valid: ${channel}`;
}

const refusedSignIn = (channel: string): CometMessage => ({
  successful: false,
  error: channel === '/meta/handshake' ? '403::Handshake denied' : '401::Authentication invalid',
  ext: { sfdc: { failureReason: '401::Authentication invalid' } },
  advice: { reconnect: 'none' },
});
