import { createServer } from 'node:http';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Consent } from '../../consent/consent.js';
import { createMailchimpEmulator, freshAudienceId } from '../../sandbox/mailchimp/index.js';
import type { JournalEntry } from '../../sandbox/journal.js';
import { startSandbox } from '../../sandbox/sandbox-server.js';
import type { TypedValue } from '../../profiles/attribute.js';
import { DeliveryError } from '../delivery-error.js';
import type { CallGate, Connection, DeliveredRecord, Json, OutgoingRecord, RecordResult } from '../destination.js';
import { subscriberHash } from './client.js';
import { mailchimp } from './definition.js';
import { mailchimpSettings, type MailchimpSettings } from './settings.js';
import type { ProviderHookRequest } from '../provider-webhooks.js';
import type { RemoteFact } from '../remote-fact.js';
import { mailchimpWebhooks } from './webhooks.js';
import { plainRecord, plainTarget, testContext } from '../test-support.js';

export const testKey = 'sandbox-secret-us1';
export const list = `/3.0/lists/${freshAudienceId}`;

/** Lets every call through, and gives up when no answer comes. */
export const openGate =
  (timeoutMs = 5_000): CallGate =>
  async (_call, send) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const given = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(new DeliveryError('transient', 'No answer in time', { code: 'timeout' }));
      });
    });
    return Promise.race([send(signal), given]);
  };

export interface Rehearsal {
  readonly connection: Connection;
  /** What the connection keeps beyond itself. */
  readonly remembered: Map<string, Json>;
  readonly origin: string;
  /** Calls to the provider so far, as `POST /3.0/lists/…` without the query. */
  readonly calls: () => string[];
  readonly entries: () => JournalEntry[];
  /** Forgets the calls so far. */
  readonly startCounting: () => void;
  readonly upsert: (...records: readonly OutgoingRecord[]) => Promise<readonly RecordResult[]>;
  /** Any call of the provider's own API or of the sandbox's control API. */
  readonly send: (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>;
  readonly member: (email: string) => Promise<Record<string, unknown>>;
  readonly patch: (email: string, body: object) => Promise<Record<string, unknown>>;
  /** The page that people look at, as text. */
  readonly page: () => Promise<string>;
  /** A person opts out on Mailchimp's own page. */
  readonly optOut: (email: string) => Promise<void>;
  /** Changes the account as an admin would. */
  readonly setUp: (
    change: (audience: Record<string, unknown>, account: Record<string, unknown>) => void,
  ) => Promise<void>;
}

interface Options {
  readonly settings?: Partial<MailchimpSettings>;
  readonly now?: () => Date;
  readonly timeoutMs?: number;
  readonly call?: CallGate;
}

/** A sandbox account of its own and a connection to it through the real SDK. Ends with the test. */
export async function rehearse({
  settings = {},
  now = () => new Date(),
  timeoutMs,
  call,
}: Options = {}): Promise<Rehearsal> {
  const sandbox = await startSandbox(createMailchimpEmulator, { port: 0 });
  onTestFinished(() => sandbox.close());
  const { origin } = sandbox;
  const full = mailchimpSettings.parse({ apiKey: testKey, audienceId: freshAudienceId, baseUrl: origin, ...settings });
  const context = testContext({ call: call ?? openGate(timeoutMs), now });
  const connection = mailchimp.connect(full, context);
  let counted = 0;
  const entries = (): JournalEntry[] => sandbox.journal.entries().filter(({ number }) => number > counted);
  const send = (method: string, path: string, body?: unknown) => request(origin, method, path, body);
  const inspect = async <T>(act: () => Promise<T>): Promise<T> => {
    const before = sandbox.journal.count;
    const answer = await act();
    // What a test looks up is not a call of the connector's.
    if (counted === before) counted = sandbox.journal.count;
    return answer;
  };
  const of = (email: string): string => `${list}/members/${subscriberHash(email)}`;
  return {
    connection,
    remembered: context.remembered,
    origin,
    entries,
    calls: () => entries().map(({ method, path }) => `${method} ${path.split('?')[0] ?? ''}`),
    startCounting: () => {
      counted = sandbox.journal.count;
    },
    upsert: (...records) =>
      connection.upsert({ object: 'member', keyField: 'email_address', tagsField: 'tags', ...plainTarget, records }),
    send,
    member: (email) => inspect(() => send('GET', of(email))),
    patch: (email, body) => inspect(() => send('PATCH', of(email), body)),
    page: async () => (await fetch(`${origin}/_sandbox`)).text(),
    optOut: async (email) => {
      await inspect(() => fetch(`${origin}/unsubscribe?id=${freshAudienceId}&e=${encodeURIComponent(email)}`));
    },
    setUp: async (change) => {
      const account = await send('GET', '/_sandbox/state');
      const [audience] = account.audiences as Record<string, unknown>[];
      if (audience !== undefined) change(audience, account);
      await send('PUT', '/_sandbox/state', { ...account, audiences: [audience] });
    },
  };
}

const anything = z.record(z.string(), z.unknown());

async function request(origin: string, method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`${origin}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${testKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  // The control API answers some calls with a list, which no test reads.
  return text === '' ? {} : anything.catch({}).parse(JSON.parse(text));
}

export function consent(status: 'granted' | 'revoked', at: string): Consent {
  return { status, at, source: 'bot', event: 'e1' };
}

export const text = (value: string): TypedValue => ({ type: 'string', value });

/** A new profile that agreed to e-mail long ago. */
export function record(email: string, more: Partial<OutgoingRecord> = {}): OutgoingRecord {
  const fields = more.fields ?? { FNAME: text('Ada') };
  return {
    profileId: `profile of ${email}`,
    key: email,
    fields,
    changed: fields,
    ...plainRecord,
    tagsToAdd: more.tags ?? [],
    consents: { email: consent('granted', '2026-01-10T10:00:00.000Z') },
    ...more,
  };
}

/** The same profile, as delivery would send it after this result. */
export function known(result: RecordResult | undefined): { readonly known: OutgoingRecord['known'] } {
  const { remoteId, memo } = asDelivered(result);
  return { known: { remoteId, memo } };
}

export function asDelivered(result: RecordResult | undefined): DeliveredRecord {
  if (result?.status !== 'delivered') throw new Error(`Not delivered: ${JSON.stringify(result)}`);
  return result;
}

/** A receiver of webhooks as Parley's own: verifies, reads, answers. */
export async function receiver(settings: MailchimpSettings) {
  const facts: RemoteFact[] = [];
  const refused: string[] = [];
  const using = { settings, status: 200 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://parley.test');
      const asked: ProviderHookRequest = {
        method: request.method === 'GET' ? 'GET' : 'POST',
        url: url.href,
        headers: { 'x-mailchimp-signature': request.headers['x-mailchimp-signature']?.toString() },
        query: Object.fromEntries(url.searchParams),
        body: Buffer.concat(chunks),
        receivedAt: new Date(),
      };
      const problem = mailchimpWebhooks.verify(asked, using.settings);
      if (problem !== null) refused.push(problem);
      else if (using.status === 200) facts.push(...mailchimpWebhooks.read(asked, using.settings));
      response.statusCode = problem === null ? using.status : 401;
      response.end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const bound = server.address();
  const port = typeof bound === 'object' ? String(bound?.port) : '';
  return { facts, refused, using, url: `http://127.0.0.1:${port}/hook?secret=${settings.webhookSecret ?? ''}` };
}

/** Keeps the number of requests at once as delivery's gate does, and remembers how many there were. */
export function limitedGate(parallelCalls: number): { readonly call: CallGate; readonly most: () => number } {
  const open = openGate(60_000);
  const waiting: (() => void)[] = [];
  let underWay = 0;
  let most = 0;
  const call: CallGate = async (description, send) => {
    if (underWay >= parallelCalls) await new Promise<void>((resolve) => waiting.push(resolve));
    else underWay += 1;
    most = Math.max(most, underWay);
    try {
      return await open(description, send);
    } finally {
      const next = waiting.shift();
      if (next === undefined) underWay -= 1;
      else next();
    }
  };
  return { call, most: () => most };
}
