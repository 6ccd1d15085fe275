import { Client } from '@hubspot/api-client';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { type RunningSandbox, startSandbox } from '../sandbox-server.js';
import { createHubspotEmulator, sandboxAccessToken } from './index.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}
export type Ask = (method: Method, path: string, body?: unknown, token?: string) => Promise<Reply>;

/** An account of its own behind real HTTP. Ends with the test. */
export async function sandboxAccount(state?: unknown): Promise<{ ask: Ask; sandbox: RunningSandbox }> {
  const sandbox = await startSandbox(createHubspotEmulator, { port: 0 });
  onTestFinished(() => sandbox.close());
  const ask: Ask = async (method, path, body, token = sandboxAccessToken) => {
    const response = await fetch(sandbox.origin + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const answer = await response.text();
    return { status: response.status, headers: response.headers, body: answer === '' ? null : JSON.parse(answer) };
  };
  if (state !== undefined) {
    const taken = await ask('PUT', '/_sandbox/state', state);
    if (taken.status !== 200) throw new Error(JSON.stringify(taken.body));
  }
  return { ask, sandbox };
}

export const account = async (state?: unknown): Promise<Ask> => (await sandboxAccount(state)).ask;

export const contacts = '/crm/v3/objects/contacts';
export const upsertPath = `${contacts}/batch/upsert`;
/** One contact of a batch upsert, by its e-mail address. */
export const input = (id: string, properties: object = {}, more: object = {}) => ({
  id,
  idProperty: 'email',
  properties,
  ...more,
});
export const at = '2026-01-01T00:00:00.000Z';

/** Sets the sandbox's clock forward from the real time. */
export const forward = (ask: Ask, ms: number): Promise<Reply> =>
  ask('PUT', '/_sandbox/clock', { now: new Date(Date.now() + ms).toISOString() });

const idSchema = z.object({ id: z.string() });

/** Creates one record and gives its id. */
export async function create(ask: Ask, type: string, properties: object, more: object = {}): Promise<string> {
  const { status, body } = await ask('POST', `/crm/v3/objects/${type}`, { properties, ...more });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return idSchema.parse(body).id;
}

/** HubSpot's own SDK against the sandbox: whatever it makes of an answer, it makes of HubSpot's too. */
export async function sdkAccount(state: object = {}) {
  const sandbox = await startSandbox(createHubspotEmulator, { port: 0 });
  onTestFinished(() => sandbox.close());
  await fetch(`${sandbox.origin}/_sandbox/state`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ behaviour: { searchLagMs: 0 }, ...state }),
  });
  const basePath = sandbox.origin;
  const sdk = new Client({ accessToken: sandboxAccessToken, basePath, numberOfApiCallRetries: 0 });
  /** For calls that the SDK has no method for. */
  const ask = async (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    qs: Record<string, string> = {},
  ): Promise<{ status: number; body: unknown }> => {
    const response = await sdk.apiRequest({ method, path, qs, ...(body === undefined ? {} : { body }) });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  };
  return { sandbox, sdk, ask, basePath };
}
export type SdkAccount = Awaited<ReturnType<typeof sdkAccount>>;

/** A contact made by the SDK, by its id. */
export const person = async (
  { sdk }: SdkAccount,
  email: string,
  properties: Record<string, string> = {},
): Promise<string> =>
  (await sdk.crm.contacts.basicApi.create({ properties: { email, ...properties }, associations: [] })).id;
