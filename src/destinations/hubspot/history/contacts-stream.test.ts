import { describe, expect, it } from 'vitest';
import { contactAt, contactOf, rehearse, stateOf } from '../test-support.js';
import { activities, derived, manyContacts, noLag, pull, type Pulled } from './test-support.js';

/** Those that tell a value. */
const fieldsIn = ({ facts }: Pulled) =>
  facts.flatMap((fact) => (fact.kind === 'record_changed' && Object.keys(fact.fields).length > 0 ? [fact] : []));

describe('the history of contacts', () => {
  it('tells the properties that are read in our types, an emptied one too', async () => {
    const account = await rehearse();
    const id = await contactOf(account.person, 'Ada@Example.com', {
      firstname: 'Ada',
      phone: '+49 (170) 123-4567',
      budget: '12.5',
      newsletter: 'true',
      birthday: '1990-12-10',
      last_order_at: '2026-02-03T10:00:00.000Z',
      interests: 'shoes;hats',
      plan: 'pro',
      country: 'Peru',
    });
    await account.person('PATCH', `/crm/v3/objects/contacts/${id}`, { properties: { country: '' } });
    const fields = ['firstname', 'budget', 'newsletter', 'birthday', 'last_order_at', 'interests', 'plan', 'country'];
    const { facts } = await pull(account, 'contacts', { fields: [...fields, 'nowhere', 'city', 'company.name'] });
    const changes = facts.filter((fact) => fact.kind === 'record_changed');
    for (const change of changes)
      expect(change.about).toEqual({
        object: 'contacts',
        remoteId: id,
        email: 'ada@example.com',
        phone: '+491701234567',
      });
    expect(Object.assign({}, ...changes.map((change) => change.fields))).toEqual({
      firstname: { type: 'string', value: 'Ada' },
      budget: { type: 'number', value: 12.5 },
      newsletter: { type: 'boolean', value: true },
      birthday: { type: 'date', value: '1990-12-10' },
      last_order_at: { type: 'datetime', value: '2026-02-03T10:00:00.000Z' },
      interests: { type: 'list', value: ['shoes', 'hats'] },
      plan: { type: 'string', value: 'pro' },
      country: null,
    });
  });

  it('tells each property with the time of its own change, and knows what we have written ourselves', async () => {
    const account = await rehearse({ state: noLag });
    const id = await contactAt(account, 'ada@example.com', { country: 'Peru' });
    const read = { fields: ['country', 'plan'] };
    const all = await pull(account, 'contacts', read);
    const later = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();
    await account.control('PUT', 'clock', { now: later(60) });
    await account.person('PATCH', `/crm/v3/objects/contacts/${id}`, { properties: { plan: 'pro' } });
    await account.control('PUT', 'clock', { now: later(90) });
    await account.person('PATCH', `/crm/v3/objects/contacts/${id}`, { properties: { hs_lead_status: 'OPEN' } });
    const news = await pull(account, 'contacts', { ...read, watermark: all.watermark });
    expect(fieldsIn(all)).toMatchObject([{ own: true, fields: { country: { value: 'Peru' } } }]);
    const theirs = fieldsIn(news).filter(({ own }) => !own);
    expect(theirs).toMatchObject([{ fields: { plan: { value: 'pro' } } }]);
    const [told] = theirs;
    const minutesAway = Math.abs((told?.occurredAt?.getTime() ?? 0) - Date.parse(later(60))) / 60_000;
    expect(minutesAway).toBeLessThan(1);
  });

  it('tells who has opted out of all e-mail, and when', async () => {
    const account = await rehearse();
    const ids = [await contactAt(account, 'ada@example.com'), await contactAt(account, 'bob@example.com')];
    const hourLater = new Date(Date.now() + 3_600_000);
    await account.control('PUT', 'clock', { now: hourLater.toISOString() });
    await account.control('POST', 'activity', { did: 'unsubscribed', email: 'ada@example.com' });
    const { facts } = await pull(account, 'contacts');
    const consents = facts.filter((fact) => fact.kind === 'consent_said');
    expect(consents).toMatchObject([
      { purpose: 'email', status: 'revoked', own: false, about: { remoteId: ids[0], email: 'ada@example.com' } },
    ]);
    expect(Math.abs((consents[0]?.occurredAt?.getTime() ?? 0) - hourLater.getTime())).toBeLessThan(60_000);
  });

  it('of an opt-out without a time says nothing newer than the contact', async () => {
    const [contact] = manyContacts(1);
    const optOuts = [{ email: 'p0@example.com', timestamp: '2026-05-01T00:00:00.000Z' }];
    const account = await rehearse({ state: { contacts: [contact], optOuts } });
    const { facts } = await pull(account, 'contacts');
    expect(facts.find((fact) => fact.kind === 'consent_said')).toMatchObject({
      occurredAt: new Date('2026-03-01T00:00:00.000Z'),
    });
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

  it('reads very many properties of many contacts, however they are found', async () => {
    const account = await rehearse({ state: { ...noLag, contacts: manyContacts(120) } });
    const fields = ['email', ...Array.from({ length: 400 }, (_, n) => `a_rather_long_property_name_${String(n)}`)];
    const properties = (await stateOf(account)).properties.filter(({ name }) => name === 'chat_channel');
    const more = fields.slice(1).flatMap((name) => properties.map((one) => ({ ...one, name, label: name })));
    const state = await stateOf(account);
    await account.control('PUT', 'state', { ...state, properties: [...state.properties, ...more] });
    for (const notBefore of [null, new Date('2026-01-01T00:00:00.000Z')]) {
      const all = await pull(account, 'contacts', { fields, notBefore });
      expect(fieldsIn(all)).toHaveLength(120);
    }
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
