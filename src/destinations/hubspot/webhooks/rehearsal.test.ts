import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ProviderHookRequest } from '../../provider-webhooks.js';
import type { RemoteFact } from '../../remote-fact.js';
import { pull } from '../history/test-support.js';
import { settingsSchema } from '../settings.js';
import { byHand, contactAt, outgoing, rehearse, request, stateOf, text } from '../test-support.js';
import { webhooks } from './index.js';

/** Somebody HubSpot can call: what came, as it came off the wire. */
async function listener() {
  const requests: ProviderHookRequest[] = [];
  const server = createServer((incoming, answer) => {
    void buffer(incoming).then((body) => {
      const headers = Object.fromEntries(
        Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
      );
      requests.push({
        method: 'POST',
        url: `${origin}${incoming.url ?? ''}`,
        headers,
        query: {},
        body,
        receivedAt: new Date(),
      });
      answer.end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const origin = `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : address)}`;
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `${origin}/hooks/crm/acme`, requests };
}

const types = ['creation', 'propertyChange', 'deletion', 'merge', 'privacyDeletion'];
const subscriptions = types.map((type, n) => ({ id: 100 + n, eventType: `contact.${type}`, active: true }));
const settings = settingsSchema.parse({ accessToken: 'pat', clientSecret: 'private-app-secret', portalId: '4242001' });

describe('webhooks as the sandbox sends them', () => {
  it('are authentic, and tell our own doing from that of people', async () => {
    const { url, requests } = await listener();
    const account = await rehearse({ state: { webhooks: [{ appId: 770_001, targetUrl: url, subscriptions }] } });
    await account.connection.upsert(request([outgoing('ada@example.com', { country: text('Spain') })]));
    const id = (await stateOf(account)).contacts[0]?.id ?? '';
    await account.person('PATCH', `/crm/v3/objects/contacts/${id}`, { properties: { country: 'Peru' } });
    const other = await contactAt(account, 'bob@example.com');
    await account.person('POST', '/crm/v3/objects/contacts/merge', { primaryObjectId: id, objectIdToMerge: other });
    await account.connection.erase?.('contacts', [
      { profileId: 'p', key: 'ada@example.com', remoteId: id, memo: null, emails: [] },
    ]);
    const facts = () => requests.flatMap((one) => webhooks.read(one, settings));
    await expect.poll(() => facts().some((fact) => fact.kind === 'record_gone' && fact.erased)).toBe(true);
    for (const one of requests) expect(webhooks.verify(one, settings)).toBeNull();
    const countries = facts().filter((fact) => fact.kind === 'record_changed' && 'country' in fact.fields);
    expect(countries).toMatchObject([
      { own: true, fields: { country: { value: 'Spain' } } },
      { own: false, fields: { country: { value: 'Peru' } } },
    ]);
    expect(facts()).toContainEqual(expect.objectContaining({ kind: 'record_merged', mergedIds: [other], own: false }));
  });

  it('tell a change and an opt-out under the same key as a pull, so that each counts once', async () => {
    const { url, requests } = await listener();
    const state = { webhooks: [{ appId: 770_001, targetUrl: url, subscriptions }] };
    const account = await rehearse({ state });
    const id = await contactAt(account, 'ada@example.com');
    const properties = { country: 'Peru', birthday: '1990-12-10', last_order_at: '2026-02-03T10:00:00Z' };
    await account.person('PATCH', `/crm/v3/objects/contacts/${id}`, { properties });
    await account.control('POST', 'activity', { did: 'unsubscribed', email: 'ada@example.com' });
    const told = () => requests.flatMap((one) => webhooks.read(one, settings));
    await expect.poll(() => told().some(({ kind }) => kind === 'consent_said')).toBe(true);
    const pulled = await pull(account, 'contacts', { fields: Object.keys(properties) });
    const keysOf = (facts: readonly RemoteFact[]) =>
      new Set(facts.flatMap(({ kind, dedupeKey }) => (kind === 'derived' ? [] : [dedupeKey])));
    const shared = pulled.facts.filter(({ dedupeKey }) => keysOf(told()).has(dedupeKey));
    expect(shared.map((fact) => (fact.kind === 'record_changed' ? Object.keys(fact.fields) : fact.kind))).toEqual([
      'consent_said',
      ['country'],
    ]);
    // Dates come as numbers, without their type: the pull alone tells them.
    const dates = told().filter((fact) => fact.kind === 'record_changed' && 'birthday' in fact.fields);
    expect(dates).toEqual([]);
    expect(pulled.facts).toContainEqual(
      expect.objectContaining({ fields: { birthday: { type: 'date', value: '1990-12-10' } } }),
    );
  });

  it('of another secret are not authentic', async () => {
    const { url, requests } = await listener();
    const account = await rehearse({ state: { webhooks: [{ appId: 770_001, targetUrl: url, subscriptions }] } });
    await contactAt(account, 'ada@example.com');
    await byHand(account, 'ada@example.com', { country: 'Peru' });
    await expect.poll(() => requests.length).toBeGreaterThan(0);
    const wrong = settingsSchema.parse({ accessToken: 'pat', clientSecret: 'another' });
    expect(requests.map((one) => webhooks.verify(one, wrong))).toEqual(requests.map(() => 'the signature is wrong'));
  });
});
