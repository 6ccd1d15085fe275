import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { contactAt, rehearse } from '../test-support.js';
import { activities, derived, make, noLag, pull } from './test-support.js';

describe('the history of deals', () => {
  const deal = (name: string, amount: string, stage: string, closedate = '2026-05-01T00:00:00.000Z') => ({
    dealname: name,
    amount,
    dealstage: stage,
    pipeline: 'default',
    deal_currency_code: 'EUR',
    closedate,
  });

  it('tells deals created, won and lost, and what they sum up to for the contact', async () => {
    const account = await rehearse();
    const ada = await contactAt(account, 'ada@example.com');
    await make(account, 'deals', deal('Shoes', '49.90', 'closedwon', '2026-05-02T00:00:00.000Z'), ada, 3);
    await make(account, 'deals', deal('Hats', '0.20', 'closedwon', '2026-06-02T00:00:00.000Z'), ada, 3);
    await make(account, 'deals', deal('Coats', '1000', 'closedlost'), ada, 3);
    await make(account, 'deals', deal('Bags', '0.1', 'appointmentscheduled'), ada, 3);
    await make(account, 'deals', deal('Gloves', '0.2', 'appointmentscheduled'), ada, 3);
    const { facts } = await pull(account, 'deals');
    const names = activities(facts).map(({ name, properties }) => `${name} ${String(properties.deal)}`);
    expect(names.toSorted()).toEqual([
      'deal_created Bags',
      'deal_created Coats',
      'deal_created Gloves',
      'deal_created Hats',
      'deal_created Shoes',
      'deal_lost Coats',
      'deal_won Hats',
      'deal_won Shoes',
    ]);
    expect(activities(facts).find(({ name }) => name === 'deal_won')).toMatchObject({
      about: { remoteId: ada, email: 'ada@example.com' },
      occurredAt: new Date('2026-05-02T00:00:00.000Z'),
      properties: { amount: 49.9, currency: 'EUR', stage: 'Closed Won' },
    });
    expect(derived(facts)).toEqual([
      {
        hubspotDeals: 5,
        hubspotOpenAmount: 0.3,
        hubspotWonDeals: 2,
        hubspotWonAmount: 50.1,
        hubspotLastWonAt: '2026-06-02T00:00:00.000Z',
      },
    ]);
  });

  it('that belong to nobody, or to several contacts, are told of each', async () => {
    const account = await rehearse();
    const [ada, bob] = [await contactAt(account, 'ada@example.com'), await contactAt(account, 'bob@example.com')];
    await account.byHand('POST', '/crm/v3/objects/deals', { properties: deal('Nobody', '1', 'closedwon') });
    const shared = await make(account, 'deals', deal('Shared', '10', 'closedwon'), ada, 3);
    const { id } = z.object({ id: z.string() }).parse(shared);
    await account.byHand('PUT', `/crm/v4/objects/deals/${id}/associations/default/contacts/${bob}`);
    const { facts } = await pull(account, 'deals');
    expect(
      activities(facts)
        .filter(({ name }) => name === 'deal_won')
        .map(({ about }) => about.remoteId),
    ).toEqual([ada, bob]);
  });

  it('sum up all deals of a contact although only one has changed', async () => {
    const account = await rehearse({ state: noLag });
    const ada = await contactAt(account, 'ada@example.com');
    await make(account, 'deals', deal('Old', '100', 'closedwon'), ada, 3);
    await account.control('PUT', 'clock', { now: new Date(Date.now() + 3_600_000).toISOString() });
    await make(account, 'deals', deal('New', '50', 'closedwon'), ada, 3);
    const watermark = { startedAt: new Date(Date.now() + 1_800_000).toISOString() };
    const { facts } = await pull(account, 'deals', { watermark });
    expect(activities(facts).map(({ properties }) => properties.deal)).toEqual(['New', 'New']);
    expect(derived(facts)).toMatchObject([{ hubspotWonAmount: 150, hubspotWonDeals: 2 }]);
  });
});
