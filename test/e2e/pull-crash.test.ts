import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { emulators } from '../../src/sandbox/registry.js';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/sandbox-server.js';
import { eventually, Service, temporaryFolder } from '../support/service.js';

const folder = temporaryFolder();
const people = 1_500;
/** CRMs do not die with us, so here the sandbox runs apart from the service. */
let hubspot: RunningSandbox;
let service: Service;

const configuration = (origin: string) => `
destinations:
  - key: hubspot
    provider: hubspot
    title: HubSpot
    settings: { baseUrl: ${origin}, accessToken: pat-eu1-sandbox }
    mapping:
      object: contacts
      key: { from: email, to: email }
      fields: [{ from: country, to: country, direction: both }]
    pulls:
      importUnknown: true
      streams: { contact_history: off, deals: off, email_activity: off, engagements: off, form_submissions: off, lists: off, tickets: off }
`;

async function control(method: string, at: string, body: unknown): Promise<void> {
  const answer = await fetch(`${hubspot.origin}/_sandbox/${at}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

beforeAll(async () => {
  hubspot = await startSandbox(emulators.hubspot, { port: 0 });
  const at = '2026-03-01T00:00:00.000Z';
  const contacts = Array.from({ length: people }, (_unused, n) => ({
    id: String(1_000_000 + n),
    createdAt: at,
    updatedAt: at,
    properties: { email: `p${String(n)}@example.com`, country: 'Peru' },
  }));
  await control('PUT', 'state', { contacts, behaviour: { searchLagMs: 0 } });
  // A page takes its time, so that there is something to interrupt.
  await control('POST', 'faults', { method: 'GET', path: '/crm/v3/objects/contacts?', delayMs: 250, times: 1_000 });
  const configFolder = path.join(folder.path, 'config');
  mkdirSync(configFolder);
  writeFileSync(path.join(configFolder, 'hubspot.yaml'), configuration(hubspot.origin));
  service = await new Service(folder.path, { CONFIG_DIR: configFolder, SANDBOX: 'false' }).start();
}, 120_000);
afterAll(async () => {
  await service.stop();
  await hubspot.close();
  folder.remove();
});

const pullsSchema = z.object({
  items: z.array(
    z.object({
      stream: z.string(),
      state: z.string(),
      done: z.number(),
      facts: z.number(),
      finishedAt: z.string().nullable(),
    }),
  ),
});
const factSchema = z.object({ dedupeKey: z.string() });
const eventsSchema = z.object({
  items: z.array(z.object({ raw: z.string().transform((text) => factSchema.parse(JSON.parse(text))) })),
});
const profilesSchema = z.object({ items: z.array(z.object({ id: z.string() })), next: z.string().nullable() });

it('goes on with a pull that was killed, misses nobody and takes nobody twice', async () => {
  const apiKey = service.apiKey;
  const ask = async (at: string): Promise<unknown> =>
    (await fetch(service.url + at, { headers: { authorization: `Bearer ${apiKey}` } })).json();
  const contacts = async () => {
    const { items } = pullsSchema.parse(await ask('/api/destinations/hubspot/pulls'));
    return items.find(({ stream }) => stream === 'contacts');
  };
  const before = await eventually(contacts, (pull) => (pull?.done ?? 0) >= 300);
  expect(before?.finishedAt).toBeNull();
  await service.stop('SIGKILL');
  await service.start();
  const finished = await eventually(contacts, (pull) => pull?.finishedAt != null, 60);
  expect(finished).toMatchObject({ done: people });

  const ids: string[] = [];
  for (let next: string | null = ''; next !== null;) {
    const page = profilesSchema.parse(await ask(`/api/profiles?limit=200${next === '' ? '' : `&cursor=${next}`}`));
    ids.push(...page.items.map(({ id }) => id));
    next = page.next;
  }
  expect(new Set(ids).size).toBe(people);
  expect(ids).toHaveLength(people);
  for (const id of [ids[0], ids[700], ids[1_499]]) {
    const { items } = eventsSchema.parse(await ask(`/api/profiles/${String(id)}/events`));
    // What one contact tells: that it is there, its country, and what HubSpot has worked out.
    const told = items.map(({ raw }) => raw.dedupeKey.replace(/(contact|change):.*/, '$1')).toSorted();
    expect(told).toEqual(['change', 'contact', 'derived:contact']);
  }
}, 240_000);
