import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Pipeline } from '../../src/pipeline/pipeline.service.js';
import { createSalesforceEmulator, sandboxCredentials } from '../../src/sandbox/salesforce/index.js';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/sandbox-server.js';
import { attribute, email, incoming, subscriber } from '../support/core.js';
import { testDatabase } from '../support/database.js';
import { freePort, type ParleyHere, startParleyHere } from '../support/parley.js';

/** The real connector, the sandbox over HTTP, the whole service: what people do in the org reaches the profile, and nothing goes in a circle. */
const database = testDatabase();
let org: RunningSandbox;
let parley: ParleyHere;
let port: number;
const within = { timeout: 15_000 };
const mapping = {
  object: 'LeadThenContact',
  key: { from: { profile: 'id' }, to: 'Parley_Id__c' },
  fields: [
    { from: 'lastName', to: 'LastName' },
    { from: 'email', to: 'Email' },
    { from: 'title', to: 'Title', direction: 'both' },
  ],
};

beforeAll(async () => {
  org = await startSandbox(createSalesforceEmulator, { port: 0 });
  port = await freePort();
  await change(() => ({ changeDataCapture: ['Contact', 'Lead'] }));
  parley = await start();
  const { clientId, clientSecret } = sandboxCredentials;
  const { organization } = await state();
  await parley.connect({
    key: 'salesforce',
    provider: 'salesforce',
    title: 'Salesforce',
    settings: {
      ...{ instanceUrl: org.origin, clientId, clientSecret, streamChanges: true },
      ...{ organizationId: organization.id, webhookSecret: 'ours' },
    },
    mapping,
  });
});
afterAll(async () => {
  await parley.close();
  await org.close();
});

const start = () =>
  startParleyHere(database.url, { PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${String(port)}` });
const row = z.looseObject({ Id: z.string(), Email: z.string().optional() });
const snapshot = z.looseObject({
  organization: z.looseObject({ id: z.string() }),
  contacts: z.array(row),
  records: z.record(z.string(), z.array(row)),
});

/** Somebody works in the org's own pages. */
async function control(method: string, path: string, body?: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers };
  const answer = await fetch(`${org.origin}/_sandbox/${path}`, { method, ...sent });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}
const state = async () => snapshot.parse(await control('GET', 'state'));
async function change(changes: (now: z.infer<typeof snapshot>) => object): Promise<void> {
  const now = await state();
  await control('PUT', 'state', { ...now, ...changes(now) });
}
const leadOf = async (name: string) =>
  (await state()).records.Lead?.find((lead) => lead.Email === `${name}@example.test`);

/** A person whom the org holds as a lead. @returns the profile's id and the lead's */
async function lead(name: string): Promise<{ readonly profile: string; readonly id: string }> {
  const address = `${name}@example.test`;
  const decision = await parley.get(Pipeline).submit({
    source: 'bot',
    raw: '{}',
    incoming: incoming(name, {
      identities: [subscriber(name), email(address)],
      attributes: [attribute('email', address), attribute('lastName', name)],
      consents: [{ purpose: 'email', status: 'granted', evidence: 'yes', field: null }],
    }),
  });
  await expect.poll(() => leadOf(name), within).toBeDefined();
  const found = await leadOf(name);
  return { profile: decision.profileId, id: found?.Id ?? '' };
}

const profileOf = async (id: string) => {
  const [found] = await database.dataSource.query<
    { attributes: Record<string, unknown>; email: { status?: string } | null }[]
  >(`SELECT attributes, consents->'email' AS email FROM profiles WHERE id = $1`, [id]);
  return { ...found?.attributes, consent: found?.email?.status };
};
const eventsOf = async (id: string) => {
  const found = await database.dataSource.query<{ name: string }[]>(
    `SELECT name FROM events WHERE profile_id = $1 AND source = 'destination/salesforce'`,
    [id],
  );
  return found.map(({ name }) => name);
};
const writes = () => org.journal.entries({ method: 'PATCH', path: '/services/data' }).length;
const listening = () =>
  expect.poll(async () => {
    const { body } = await parley.ask('GET', '/api/destinations/salesforce/pulls');
    return z
      .object({ items: z.array(z.object({ stream: z.string(), state: z.string() })) })
      .parse(body)
      .items.find(({ stream }) => stream === 'live')?.state;
  }, within);

describe('what happens in the org', () => {
  it('is heard as it happens, teaches the profile, and is not sent back', async () => {
    const { profile, id } = await lead('ada');
    await listening().toBe('reading');
    const before = writes();
    await control('PATCH', `records/Lead/${id}`, { Title: 'Countess', HasOptedOutOfEmail: true });
    await expect.poll(() => profileOf(profile), within).toMatchObject({ title: 'Countess', consent: 'revoked' });
    expect(writes()).toBe(before);
  });

  it('while nobody listened is heard by the next process', async () => {
    const { profile, id } = await lead('bob');
    await control('PATCH', `records/Lead/${id}`, { Title: 'One' });
    await expect.poll(() => profileOf(profile), within).toMatchObject({ title: 'One' });
    await parley.close();
    await control('PATCH', `records/Lead/${id}`, { Title: 'Two' });
    parley = await start();
    await expect.poll(() => profileOf(profile), within).toMatchObject({ title: 'Two' });
  });

  it('is taken by outbound messages as well, and counts once', async () => {
    const { profile, id } = await lead('cleo');
    const endpointUrl = `http://127.0.0.1:${String(port)}/hooks/destinations/salesforce?secret=ours`;
    const fields = ['Email', 'Title', 'SystemModstamp'];
    const message = { name: 'To Parley', actionId: '04kB000000EAct1IAD', object: 'Lead', fields, endpointUrl };
    await change(() => ({ changeDataCapture: [], outboundMessages: [message] }));
    await control('PATCH', `records/Lead/${id}`, { Title: 'Queen' });
    await expect.poll(() => profileOf(profile), within).toMatchObject({ title: 'Queen' });
    const told = await eventsOf(profile);
    await control('POST', 'outbound-messages/notify', { name: message.name, recordIds: [id] });
    await control('POST', 'outbound-messages/send');
    expect(await eventsOf(profile)).toEqual(told);
    await change(() => ({ changeDataCapture: ['Contact', 'Lead'], outboundMessages: [] }));
  });

  it('to a lead that becomes a contact is the same person’s, with the history of both', async () => {
    const { profile, id } = await lead('dora');
    await control('POST', `leads/${id}/convert`, { opportunityName: 'Engine' });
    for (const stream of ['lead_conversions', 'opportunities', 'changes'])
      await parley.ask('POST', `/api/destinations/salesforce/pulls/${stream}`, { full: true });
    await expect
      .poll(() => eventsOf(profile), within)
      .toEqual(expect.arrayContaining(['lead_converted', 'records_merged', 'deal_created']));
    await expect.poll(() => profileOf(profile), within).toMatchObject({ salesforceDeals: 1 });
    const contact = (await state()).contacts.find((one) => one.Email === 'dora@example.test');
    await control('PATCH', `records/Contact/${contact?.Id ?? ''}`, { Title: 'Dr.' });
    await expect.poll(() => profileOf(profile), within).toMatchObject({ title: 'Dr.' });
    const people = await database.dataSource.query<object[]>(
      `SELECT DISTINCT profile_id FROM identities WHERE kind = 'record' AND value = ANY($1)`,
      [[id, contact?.Id]],
    );
    expect(people).toEqual([{ profile_id: profile }]);
  });
});
