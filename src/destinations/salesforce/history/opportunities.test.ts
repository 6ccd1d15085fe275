import { describe, expect, it } from 'vitest';
import { idOf, type Row } from '../test-support.js';
import { amountOf } from './opportunity-sums.js';
import { activities, contact, derivedOf, rehearseHistory, stamped } from './test-support.js';
import type { RemoteFact } from '../../remote-fact.js';

const { org, pull } = rehearseHistory();

describe('opportunities', () => {
  const deal = (serial: number, more: Row): Row => ({
    Id: idOf('006', serial),
    Name: `Deal ${serial}`,
    StageName: 'Prospecting',
    CloseDate: '2026-05-10',
    ...stamped(serial),
    ...more,
  });
  const role = (serial: number, dealSerial: number, contactSerial: number): Row => ({
    Id: idOf('00K', serial),
    OpportunityId: idOf('006', dealSerial),
    ContactId: idOf('003', contactSerial),
    ...stamped(serial),
  });

  it('are told for each person with a role, and summed up to the cent', async () => {
    await org().put({
      Contact: [contact(1), contact(2)],
      Opportunity: [
        deal(1, { Amount: 0.1, StageName: 'Closed Won', IsClosed: true, IsWon: true }),
        deal(2, { Amount: 0.2, StageName: 'Closed Won', IsClosed: true, IsWon: true, CloseDate: '2026-05-12' }),
        deal(3, { Amount: 100, StageName: 'Closed Lost', IsClosed: true }),
        deal(4, { Amount: 50.5 }),
      ],
      OpportunityContactRole: [role(1, 1, 1), role(2, 2, 1), role(3, 3, 1), role(4, 4, 1), role(5, 4, 2)],
    });
    const { facts } = await pull('opportunities');
    expect(activities(facts)).toEqual([
      ...Array<string>(4).fill('deal_created c1@example.test'),
      'deal_created c2@example.test',
      'deal_lost c1@example.test',
      'deal_won c1@example.test',
      'deal_won c1@example.test',
    ]);
    expect(derivedOf(facts, 'c1@example.test')).toEqual({
      salesforceDeals: 4,
      salesforceWonDeals: 2,
      salesforceWonAmount: 0.3,
      salesforceOpenAmount: 50.5,
      salesforceLastWonAt: '2026-05-12',
    });
    expect(derivedOf(facts, 'c2@example.test')).toMatchObject({ salesforceDeals: 1, salesforceOpenAmount: 50.5 });
  });

  it('belong to all people of the account where nobody has a role', async () => {
    const account = { Id: idOf('001', 1), Name: 'Acme', ...stamped(1) };
    await org().put({
      Account: [account],
      Contact: [contact(1, { AccountId: account.Id })],
      Opportunity: [deal(1, { AccountId: account.Id })],
    });
    const { facts } = await pull('opportunities');
    expect(facts).toMatchObject([{ name: 'deal_created', properties: { through: 'account' } }]);
  });

  it('that are deleted leave the sums, which are newer than those before', async () => {
    const [first, second] = [deal(1, { Amount: 10 }), deal(2, { Amount: 20 })];
    await org().put({
      Contact: [contact(1)],
      Opportunity: [first, second],
      OpportunityContactRole: [role(1, 1, 1), role(2, 2, 1)],
    });
    const sumOf = (facts: readonly RemoteFact[]) => facts.find(({ kind }) => kind === 'derived');
    const before = sumOf((await pull('opportunities')).facts);
    await org().control('DELETE', `/records/Opportunity/${String(second.Id)}`);
    const { facts } = await pull('opportunities');
    expect(derivedOf(facts, 'c1@example.test')).toMatchObject({ salesforceDeals: 1, salesforceOpenAmount: 10 });
    expect(sumOf(facts)?.occurredAt?.getTime()).toBeGreaterThan(before?.occurredAt?.getTime() ?? Infinity);
    await org().control('DELETE', `/records/Opportunity/${String(first.Id)}`);
    const none = await pull('opportunities');
    expect(activities(none.facts)).toEqual([]);
    expect(derivedOf(none.facts, 'c1@example.test')).toMatchObject({ salesforceDeals: 0, salesforceOpenAmount: 0 });
  });

  it('of a person account are that person’s, with a role and without', async () => {
    await org().change((state) => ({ features: { ...(state.features as object), personAccounts: true } }));
    await org().control('POST', '/records/Account', { LastName: 'Ito', PersonEmail: 'ito@example.test' });
    const [person] = await org().records('Account');
    const business = { Id: idOf('001', 2), Name: 'Acme', ...stamped(1) };
    const ofPerson = { ...role(1, 1, 1), ContactId: person?.PersonContactId };
    await org().put({
      Account: [business],
      Contact: [contact(9, { AccountId: business.Id })],
      Opportunity: [
        deal(1, { Amount: 10 }),
        deal(2, { Amount: 20, AccountId: person?.Id }),
        deal(3, { Amount: 40, AccountId: business.Id }),
      ],
      OpportunityContactRole: [ofPerson, role(3, 3, 9)],
    });
    const { facts } = await pull('opportunities', { object: 'PersonAccount' });
    expect(new Set(facts.map(({ about }) => about.remoteId))).toEqual(new Set([person?.Id]));
    expect(activities(facts)).toHaveLength(2);
    expect(derivedOf(facts, 'ito@example.test')).toMatchObject({ salesforceDeals: 2, salesforceOpenAmount: 30 });
  });

  it('are told for every person of a long list of roles', async () => {
    await org().change(() => ({ nestedPageSize: 10 }));
    const serials = Array.from({ length: 35 }, (_, index) => index + 1);
    await org().put({
      Contact: serials.map((serial) => contact(serial)),
      Opportunity: [deal(1, {})],
      OpportunityContactRole: serials.map((serial) => role(serial, 1, serial)),
    });
    expect(activities((await pull('opportunities')).facts)).toHaveLength(35);
  });

  it('have the same keys when they are read again, and another one when they are closed again', async () => {
    const won = (CloseDate: string) => deal(1, { StageName: 'Closed Won', IsClosed: true, IsWon: true, CloseDate });
    await org().put({
      Contact: [contact(1)],
      Opportunity: [won('2026-05-10')],
      OpportunityContactRole: [role(1, 1, 1)],
    });
    const keysOf = async () => (await pull('opportunities')).facts.map(({ dedupeKey }) => dedupeKey);
    const first = await keysOf();
    expect(await keysOf()).toEqual(first);
    await org().change(({ records }) => ({ records: { ...records, Opportunity: [won('2026-06-10')] } }));
    expect((await keysOf()).filter((key) => !first.includes(key))).toHaveLength(2); // the closing, and the sum with its day
  });

  it('are no sum when they are in several currencies', () => {
    const inCurrency = (CurrencyIsoCode: string) => ({ Amount: 5, CurrencyIsoCode });
    expect(amountOf([inCurrency('EUR'), inCurrency('EUR')])).toBe(10);
    expect(amountOf([inCurrency('EUR'), inCurrency('USD')])).toBeNull();
  });
});
