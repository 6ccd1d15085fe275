import { onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Consents } from '../../consent/consent.js';
import type { JournalEntry } from '../../sandbox/journal.js';
import { sandboxPersonToken } from '../../sandbox/hubspot/fresh-account.js';
import { createHubspotEmulator, sandboxAccessToken } from '../../sandbox/hubspot/index.js';
import { stateSchema } from '../../sandbox/hubspot/state.js';
import { type RunningSandbox, startSandbox } from '../../sandbox/sandbox-server.js';
import type { CallGate, Connection, FieldValues, OutgoingRecord, RecordResult, UpsertRequest } from '../destination.js';
import type { ActionRequest, ActionSubject } from '../action.js';
import { hubspot } from './definition.js';
import { settingsSchema } from './settings.js';
import { plainRecord, plainTarget, type TestContext, testContext } from '../test-support.js';

/** Lets every call through; gives it up after a while. */
export const openGate =
  (timeoutMs = 5_000): CallGate =>
  (_call, send) =>
    send(AbortSignal.timeout(timeoutMs));

export interface Rehearsal {
  readonly sandbox: RunningSandbox;
  readonly connection: Connection;
  readonly control: Control;
  readonly context: TestContext;
  /** The same destination after a restart, or in another process: it shares only what is remembered. */
  readonly reconnected: () => Connection;
  /** Calls so far, as `POST /crm/v3/objects/contacts/batch/upsert`. */
  readonly calls: () => string[];
  readonly entries: () => JournalEntry[];
  /** A call with the token of the same app, beside the connector. */
  readonly byHand: Hand;
  /** What a person does in HubSpot's own pages. */
  readonly person: Hand;
}

export interface Options {
  readonly state?: unknown;
  readonly timeoutMs?: number;
  readonly now?: () => Date;
  readonly accessToken?: string;
  /** Left out: every call is let through. */
  readonly gate?: CallGate;
}

export const upsertCall = 'POST /crm/v3/objects/contacts/batch/upsert';
export const updateCall = 'POST /crm/v3/objects/contacts/batch/update';
export const readCall = 'POST /crm/v3/objects/contacts/batch/read';
export const discoveryCall = 'GET /crm/v3/properties/contacts';

/** A sandbox account of its own and a connection to it through the real SDK. Ends with the test. */
export async function rehearse(options: Options = {}): Promise<Rehearsal> {
  const sandbox = await startSandbox(createHubspotEmulator, { port: 0 });
  onTestFinished(() => sandbox.close());
  const control = controlOf(sandbox.origin);
  if (options.state !== undefined) await control('PUT', 'state', options.state);
  const settings = settingsSchema.parse({
    accessToken: options.accessToken ?? sandboxAccessToken,
    baseUrl: sandbox.origin,
  });
  const context = testContext({
    call: options.gate ?? openGate(options.timeoutMs),
    now: options.now ?? (() => new Date()),
  });
  const entries = (): JournalEntry[] => sandbox.journal.entries();
  return {
    sandbox,
    connection: hubspot.connect(settings, context),
    context,
    reconnected: () => hubspot.connect(settings, context),
    control,
    entries,
    byHand: handOf(sandbox.origin, sandboxAccessToken),
    person: handOf(sandbox.origin, sandboxPersonToken),
    calls: () => entries().map(({ method, path }) => `${method} ${path.split('?')[0] ?? ''}`),
  };
}

type Hand = (method: string, path: string, body?: unknown) => Promise<unknown>;

const handOf =
  (origin: string, token: string): Hand =>
  async (method, path, body) => {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${answer}`);
    const parsed: unknown = answer === '' ? null : JSON.parse(answer);
    return parsed;
  };

/** All that the sandbox account holds. */
export const stateOf = async ({ control }: Rehearsal) => stateSchema.parse(await control('GET', 'state'));

export type Control = (method: 'GET' | 'PUT' | 'POST', path: string, body?: unknown) => Promise<unknown>;

export const controlOf =
  (origin: string): Control =>
  async (method, path, body) => {
    const response = await fetch(`${origin}/_sandbox/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(JSON.stringify(answer));
    return answer;
  };

/** What a person does in HubSpot's own pages: look at a contact, or edit one. */
export function byHand(account: Rehearsal, email: string, edit?: Readonly<Record<string, string>>): Promise<unknown> {
  const path = `/crm/v3/objects/contacts/${email}?idProperty=email&${everything}`;
  return edit === undefined ? account.byHand('GET', path) : account.byHand('PATCH', path, { properties: edit });
}

const everything =
  'properties=email,firstname,plan,budget,birthday,last_order_at,interests,newsletter,chat_tags,lifecyclestage,country,hs_language';

let last = 0;

/** A record as delivery hands it over: unknown at HubSpot, unless said otherwise. */
export function outgoing(
  key: string,
  fields: FieldValues = {},
  more: Partial<Omit<OutgoingRecord, 'key' | 'fields'>> = {},
): OutgoingRecord {
  last += 1;
  return {
    profileId: `0198c0de-0000-7000-8000-${String(last).padStart(12, '0')}`,
    key,
    fields,
    changed: fields,
    ...plainRecord,
    ...more,
  };
}

export const text = (value: string) => ({ type: 'string', value }) as const;

export const request = (records: readonly OutgoingRecord[], more: Partial<UpsertRequest> = {}): UpsertRequest => ({
  object: 'contacts',
  keyField: 'email',
  tagsField: 'chat_tags',
  ...plainTarget,
  records,
  ...more,
});

/** A contact that our own app has made, with its id. */
export const contactAt = (
  account: Rehearsal,
  email: string,
  properties: Readonly<Record<string, string>> = {},
): Promise<string> => contactOf(account.byHand, email, properties);

/** A contact that somebody else has made. */
export async function contactOf(
  hand: Hand,
  email: string,
  properties: Readonly<Record<string, string>> = {},
): Promise<string> {
  const made = await hand('POST', '/crm/v3/objects/contacts', { properties: { email, ...properties } });
  return z.object({ id: z.string() }).parse(made).id;
}

/** The person an action is about, as delivery describes them. */
export const subjectOf = (remoteId: string, email: string | null, consents: Consents = {}): ActionSubject => ({
  profileId: `0198c0de-1000-7000-8000-${remoteId.padStart(12, '0').slice(-12)}`,
  key: email ?? remoteId,
  remoteId,
  memo: null,
  email,
  phone: null,
  consents,
});

/** One planned run of an action. */
export function runOf(subject: ActionSubject, input: unknown, plannedAt = new Date()): ActionRequest {
  last += 1;
  return { runId: `0198c0de-2000-7000-8000-${String(last).padStart(12, '0')}`, input, subject, plannedAt };
}

/** Each record's outcome by its key, short enough to compare. */
export function outcomes(records: readonly OutgoingRecord[], results: readonly RecordResult[]): Record<string, string> {
  const keys = new Map(records.map(({ profileId, key }) => [profileId, key]));
  return Object.fromEntries(
    results.map((result) => {
      const detail = result.status === 'failed' ? ` ${result.error.kind} ${result.error.details.code ?? ''}` : '';
      return [keys.get(result.profileId) ?? result.profileId, `${result.status}${detail}`];
    }),
  );
}
