import { onTestFinished } from 'vitest';
import { createManychatEmulator, sandboxApiKey } from '../../sandbox/manychat/index.js';
import { startSandbox } from '../../sandbox/sandbox-server.js';
import type { CallGate, Connection, FieldValues, OutgoingRecord, UpsertRequest } from '../destination.js';
import { plainRecord, plainTarget, testContext } from '../test-support.js';
import { manychat } from './definition.js';
import { settingsSchema } from './settings.js';

export interface Rehearsal {
  readonly connection: Connection;
  readonly calls: () => string[];
  /** Time for the connection. */
  readonly clock: { now: Date };
  readonly control: (method: 'GET' | 'PUT' | 'POST', path: string, body?: unknown) => Promise<unknown>;
}

export const openGate: CallGate = (_call, send) => send(AbortSignal.timeout(5_000));

/** A sandbox page of its own and a connection to it. Ends with the test. */
export async function rehearse(apiKey = sandboxApiKey): Promise<Rehearsal> {
  const clock = { now: new Date() };
  const sandbox = await startSandbox(createManychatEmulator, { port: 0 });
  onTestFinished(() => sandbox.close());
  const settings = settingsSchema.parse({ apiKey, baseUrl: sandbox.origin });
  return {
    clock,
    connection: manychat.connect(settings, testContext({ call: openGate, now: () => clock.now })),
    calls: () => sandbox.journal.entries().map(({ method, path }) => `${method} ${path.split('?')[0] ?? ''}`),
    control: async (method, path, body) => {
      const headers = { 'content-type': 'application/json' };
      const sent = body === undefined ? {} : { body: JSON.stringify(body), headers };
      const response = await fetch(`${sandbox.origin}/_sandbox/${path}`, { method, ...sent });
      return response.json();
    },
  };
}

export const outgoing = (
  key: string,
  fields: FieldValues = {},
  more: Partial<OutgoingRecord> = {},
): OutgoingRecord => ({
  profileId: `profile-${key}`,
  key,
  fields,
  changed: fields,
  ...plainRecord,
  ...more,
});

export const request = (records: readonly OutgoingRecord[], more: Partial<UpsertRequest> = {}): UpsertRequest => ({
  object: 'contact',
  keyField: 'id',
  tagsField: 'tags',
  ...plainTarget,
  records,
  ...more,
});

export const text = (value: string) => ({ type: 'string', value }) as const;
