import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { createHubspotEmulator, sandboxAccessToken } from '../../src/sandbox/hubspot/index.js';
import type { JournalEntry } from '../../src/sandbox/journal.js';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/sandbox-server.js';
import { attribute, type Core, email, incoming, startCore, subscriber, TestClock } from './core.js';
import { testDatabase } from './database.js';

export const upsertPath = '/crm/v3/objects/contacts/batch/upsert';

/** How the sandbox is told what to play; see docs/sandbox.md. */
export type Control = (method: 'GET' | 'PUT' | 'POST', path: string, body?: unknown) => Promise<unknown>;

interface MarkRow {
  readonly wanted_version: number;
  readonly delivered_version: number;
  readonly outcome: string;
  readonly reason: string | null;
  readonly attempts: number;
  readonly due_at: Date | null;
  readonly claim: string | null;
}

/** All but what was declared and configured. */
const tables =
  'profiles, identities, events, event_keys, sync_marks, remote_records, destination_states, dead_letters, deliveries, delivery_records';

/**
 * Two processes on one database with the destination `hubspot`, a sandbox account. Call at the top of the file; each test begins
 * with an empty account and nothing due. Fields: country, first name; key: e-mail; tags.
 */
export function hubspotRehearsal() {
  const database = testDatabase();
  const clock = new TestClock();
  const running: { sandbox?: RunningSandbox; core?: Core; other?: Core } = {};
  const get = <K extends keyof typeof running>(what: K): NonNullable<(typeof running)[K]> => {
    const found = running[what];
    if (found === undefined) throw new Error('only while tests run');
    return found;
  };
  const control: Control = async (method, path, body) => {
    const headers = { 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body), headers };
    const response = await fetch(`${get('sandbox').origin}/_sandbox/${path}`, { method, ...sent });
    return response.json();
  };
  const rows = <Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
    database.dataSource.query<Row[]>(sql, [...values]);

  const destination = (mapping: object = {}) => ({
    key: 'hubspot',
    provider: 'hubspot',
    title: 'HubSpot',
    settings: { accessToken: sandboxAccessToken, baseUrl: get('sandbox').origin },
    mapping: {
      object: 'contacts',
      key: { from: 'email', to: 'email' },
      fields: [
        { from: 'firstName', to: 'firstname' },
        { from: 'country', to: 'country' },
      ],
      tags: { to: 'chat_tags' },
      create: { options: true },
      ...mapping,
    },
  });
  const connect = async (mapping: object = {}): Promise<void> => {
    for (const each of [get('core'), get('other')]) await each.connect(destination(mapping));
  };

  beforeAll(async () => {
    running.sandbox = await startSandbox(createHubspotEmulator, { port: 0 });
    running.core = await startCore(database.url, clock);
    running.other = await startCore(database.url, clock);
  });
  beforeEach(async () => {
    await control('POST', 'reset');
    await rows(`TRUNCATE ${tables}`);
    await connect();
    clock.forward(60_000);
  });
  afterAll(async () => {
    await Promise.all([running.core?.close(), running.other?.close()]);
    await running.sandbox?.close();
  });

  return {
    database,
    clock,
    control,
    rows,
    connect,
    get core() {
      return get('core');
    },
    get other() {
      return get('other');
    },
    /** What a person with this e-mail address tells the bot. Returns the profile's id. */
    async say(name: string, said: Readonly<Record<string, string>>, tags: readonly string[] = []): Promise<string> {
      const address = `${name}@example.com`;
      const [decision] = await get('core').submit(
        incoming(name, {
          identities: [subscriber(name), email(address)],
          attributes: Object.entries({ email: address, ...said }).map(([key, value]) => attribute(key, value)),
          tagsAdded: tags,
        }),
      );
      return decision?.profileId ?? '';
    },
    /** Once everybody has been quiet for long enough. */
    async drain(core = get('core'), afterMs = 2_000): Promise<void> {
      clock.forward(afterMs);
      await core.delivery.drain('hubspot');
    },
    upserts: (): JournalEntry[] => get('sandbox').journal.entries({ path: upsertPath }),
    fault: (fault: object) => control('POST', 'faults', { path: upsertPath, ...fault }),
    /** Resolves once HubSpot has begun to play the planned fault, so a call is under way. */
    async callUnderWay(): Promise<void> {
      await expect.poll(() => control('GET', 'faults'), { interval: 5, timeout: 20_000 }).toEqual([]);
    },
    /** The contact's properties; undefined: there is none. */
    async contact(name: string): Promise<Readonly<Record<string, string>> | undefined> {
      const state = (await control('GET', 'state')) as { contacts: { properties: Record<string, string> }[] };
      return state.contacts.find(({ properties }) => properties.email === `${name}@example.com`)?.properties;
    },
    async mark(profileId: string): Promise<MarkRow | undefined> {
      const [row] = await rows<MarkRow>(`SELECT * FROM sync_marks WHERE profile_id = $1`, [profileId]);
      return row;
    },
  };
}
