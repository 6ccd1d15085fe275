import { describe, expect, it } from 'vitest';
import { contactAt, rehearse, stateOf } from '../test-support.js';
import { activities, derived, manyContacts, noLag, pull, type Pulled } from './test-support.js';

describe('the history of contacts', () => {
  it('tells the mapped properties in our types, empty ones too', async () => {
    const account = await rehearse();
    const id = await contactAt(account, 'Ada@Example.com', {
      firstname: 'Ada',
      phone: '+49 (170) 123-4567',
      budget: '12.5',
      newsletter: 'true',
      birthday: '1990-12-10',
      last_order_at: '2026-02-03T10:00:00.000Z',
      interests: 'shoes;hats',
      plan: 'pro',
    });
    const fields = ['firstname', 'budget', 'newsletter', 'birthday', 'last_order_at', 'interests', 'plan', 'country'];
    const { facts } = await pull(account, 'contacts', { fields: [...fields, 'nowhere', 'company.name'] });
    expect(facts.find(({ kind }) => kind === 'record_changed')).toMatchObject({
      about: { object: 'contacts', remoteId: id, email: 'ada@example.com', phone: '+491701234567' },
      own: false,
      fields: {
        firstname: { type: 'string', value: 'Ada' },
        budget: { type: 'number', value: 12.5 },
        newsletter: { type: 'boolean', value: true },
        birthday: { type: 'date', value: '1990-12-10' },
        last_order_at: { type: 'datetime', value: '2026-02-03T10:00:00.000Z' },
        interests: { type: 'list', value: ['shoes', 'hats'] },
        plan: { type: 'string', value: 'pro' },
        country: null,
      },
    });
    expect(JSON.stringify(facts)).not.toContain('nowhere');
  });

  it('tells what HubSpot has worked out: stage, owner, first touch, engagement', async () => {
    const account = await rehearse();
    const { owners } = await stateOf(account);
    const [owner] = owners;
    await contactAt(account, 'ada@example.com', { lifecyclestage: 'customer', hubspot_owner_id: owner?.id ?? '' });
    const emailEvents = [
      { id: 'e1', type: 'OPEN', created: 1_780_000_000_000, recipient: 'ada@example.com', emailCampaignId: 7 },
      { id: 'e2', type: 'OPEN', created: 1_780_000_900_000, recipient: 'ada@example.com', emailCampaignId: 7 },
      { id: 'e3', type: 'CLICK', created: 1_780_000_100_000, recipient: 'ada@example.com', emailCampaignId: 7 },
    ];
    await account.control('PUT', 'state', { ...(await stateOf(account)), emailEvents });
    const { facts } = await pull(account, 'contacts');
    expect(derived(facts)).toMatchObject([
      {
        hubspotLifecycleStage: 'Customer',
        hubspotOwner: owner?.email,
        hubspotEmailOpens: 2,
        hubspotEmailClicks: 1,
        hubspotLastEngagementAt: new Date(1_780_000_900_000).toISOString(),
      },
    ]);
    expect(derived(facts)[0]?.hubspotFirstTouchAt).toMatch(/^2026-/);
  });

  it('reads everything page by page, and then only what has changed since, with an overlap', async () => {
    const account = await rehearse({ state: { ...noLag, contacts: manyContacts(205) } });
    const changes = ({ facts }: Pulled) => facts.filter(({ kind }) => kind === 'record_changed');
    const all = await pull(account, 'contacts');
    expect(changes(all)).toHaveLength(205);
    expect(all.pages).toBe(3);
    const hourLater = new Date(Date.now() + 3_600_000);
    await account.control('PUT', 'clock', { now: hourLater.toISOString() });
    const changedId = (await stateOf(account)).contacts[3]?.id ?? '';
    await account.byHand('PATCH', `/crm/v3/objects/contacts/${changedId}`, { properties: { firstname: 'New' } });
    const news = await pull(account, 'contacts', { watermark: all.watermark });
    expect(changes(news).map(({ about }) => about.remoteId)).toEqual([changedId]);
    expect(account.calls().at(-1)).toBe('POST /crm/v3/objects/contacts/search');
  });

  it('goes on behind HubSpot’s search limit by record id', async () => {
    const account = await rehearse({ state: { ...noLag, contacts: manyContacts(401) } });
    const { facts, pages } = await pull(account, 'contacts', { notBefore: new Date('2026-01-01T00:00:00.000Z') });
    expect(new Set(facts.map(({ about }) => about.remoteId)).size).toBe(401);
    expect(pages).toBe(3);
    const searches = account.entries().filter(({ path }) => path.endsWith('/search'));
    expect(searches.every(({ body }) => !JSON.stringify(body).includes('"after"'))).toBe(true);
  });

  it('reads very many properties without an address that HubSpot finds too long', async () => {
    const account = await rehearse();
    await contactAt(account, 'ada@example.com', { firstname: 'Ada' });
    const fields = ['firstname', ...Array.from({ length: 400 }, (_, n) => `a_rather_long_property_name_${String(n)}`)];
    const { facts } = await pull(account, 'contacts', { fields });
    expect(facts.find(({ kind }) => kind === 'record_changed')).toMatchObject({
      fields: { firstname: { value: 'Ada' } },
    });
  });

  it('tells a merge: whose record stays and which ids answer for it', async () => {
    const account = await rehearse();
    const [one, other] = [await contactAt(account, 'ada@example.com'), await contactAt(account, 'ada@work.example')];
    await account.byHand('POST', '/crm/v3/objects/contacts/merge', { primaryObjectId: one, objectIdToMerge: other });
    const { facts } = await pull(account, 'contacts');
    expect(facts.find(({ kind }) => kind === 'record_merged')).toMatchObject({
      about: { remoteId: one },
      mergedIds: [other],
    });
  });

  it('tells each change of the lifecycle stage with what was before, and marks our own', async () => {
    const account = await rehearse();
    const id = await contactAt(account, 'ada@example.com', { lifecyclestage: 'lead' });
    await account.person('PATCH', `/crm/v3/objects/contacts/${id}`, { properties: { lifecyclestage: 'customer' } });
    const { facts } = await pull(account, 'contact_history');
    expect(activities(facts)).toMatchObject([
      { name: 'lifecycle_stage_changed', own: false, properties: { from: 'lead', to: 'customer' } },
      { name: 'lifecycle_stage_changed', own: true, properties: { to: 'lead' } },
    ]);
    expect(new Set(facts.map(({ dedupeKey }) => dedupeKey)).size).toBe(2);
  });
});
