import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../destination.js';
import type { PullPage, PullRequest, RemoteFact } from '../../remote-fact.js';
import { salesforce } from '../definition.js';
import { idOf, knownFrom, outgoing, request, TestOrg, text, type Row } from '../test-support.js';
import { derives } from './derived.js';
import { amountOf } from './opportunity-sums.js';

let org: TestOrg;
beforeAll(async () => {
  org = await TestOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.sandbox.close());

const at = (minute: number) => new Date(Date.UTC(2026, 4, 1, 10, minute)).toISOString().replace('Z', '+0000');
const stamped = (minute: number, more: Row = {}): Row => ({
  CreatedDate: at(minute),
  LastModifiedDate: at(minute),
  SystemModstamp: at(minute),
  CreatedById: idOf('005', 7),
  LastModifiedById: idOf('005', 7),
  ...more,
});
const contact = (serial: number, more: Row = {}): Row => ({
  Id: idOf('003', serial),
  LastName: `Contact ${serial}`,
  Email: `c${serial}@example.test`,
  ...stamped(serial % 60),
  ...more,
});

const page = async (stream: string, more: Partial<PullRequest> = {}): Promise<PullPage> => {
  const pulled = await org.connect().pull?.({
    stream,
    object: 'Contact',
    fields: [],
    cursor: null,
    watermark: null,
    notBefore: null,
    ...more,
  });
  if (pulled === undefined) throw new Error('nothing can be pulled');
  return pulled;
};

/** All pages of a pull. */
async function pull(
  stream: string,
  more: Partial<PullRequest> = {},
): Promise<{ facts: RemoteFact[]; watermark: Json; pages: number }> {
  const facts: RemoteFact[] = [];
  let cursor: Json = null;
  for (let pages = 1; ; pages++) {
    const next: PullPage = await page(stream, { ...more, cursor });
    facts.push(...next.facts);
    cursor = next.cursor;
    if (cursor === null) return { facts, watermark: next.watermark, pages };
  }
}

const activities = (facts: readonly RemoteFact[]) =>
  facts
    .flatMap((fact) =>
      fact.kind === 'activity' ? [`${fact.name} ${fact.about.email ?? fact.about.remoteId ?? ''}`] : [],
    )
    .toSorted();
const derivedOf = (facts: readonly RemoteFact[], email: string) =>
  Object.fromEntries(
    facts.flatMap((fact) =>
      fact.kind === 'derived' && fact.about.email === email
        ? fact.attributes.map(({ key, value }) => [key, value] as const)
        : [],
    ),
  );

describe('what is declared', () => {
  it('is what can be pulled, and everything worked out says how', async () => {
    for (const { id } of salesforce.history ?? []) expect((await pull(id)).facts).toEqual([]);
    for (const { key, description } of derives)
      expect([key, description]).toEqual([expect.stringMatching(/^salesforce[A-Z]/), expect.stringMatching(/\.$/)]);
    await expect(page('nonsense')).rejects.toMatchObject({ kind: 'rejected' });
  });
});

describe('changed people', () => {
  const fields = ['LastName', 'Title', 'Interests__c', 'Birthdate', 'Last_Order_At__c'];

  it('say what the fields of the mapping hold now', async () => {
    const more = {
      Title: 'Dr.',
      Interests__c: 'running;yoga',
      Last_Order_At__c: '2026-04-01T08:00:00.000+0000',
      Phone: '+44 20 7946 0000',
    };
    await org.put({ Contact: [contact(1, more)] });
    const { facts } = await pull('changes', { fields });
    expect(facts[0]).toMatchObject({
      kind: 'record_changed',
      about: { object: 'Contact', remoteId: idOf('003', 1), email: 'c1@example.test' },
      created: true,
      own: false,
      fields: {
        LastName: text('Contact 1'),
        Title: text('Dr.'),
        Interests__c: { type: 'list', value: ['running', 'yoga'] },
        Birthdate: null,
        Last_Order_At__c: { type: 'datetime', value: '2026-04-01T08:00:00.000Z' },
      },
    });
  });

  it('are read page by page, each once, although hundreds have the same stamp', async () => {
    await org.put({ Contact: Array.from({ length: 450 }, (_, index) => contact(index, stamped(5))) });
    const { facts, pages } = await pull('changes');
    const ids = facts.filter(({ kind }) => kind === 'record_changed').map(({ about }) => about.remoteId);
    expect([ids.length, new Set(ids).size, pages]).toEqual([450, 450, 3]);
    expect((await page('changes')).total).toBe(450);
  });

  it('are read again only from a little before the end of the last pull on', async () => {
    await org.put({
      Contact: [contact(1), contact(2, stamped(2, { SystemModstamp: new Date().toISOString().replace('Z', '+0000') }))],
    });
    const { watermark } = await pull('changes');
    const again = await pull('changes', { watermark });
    expect(again.facts.filter(({ kind }) => kind === 'record_changed').map(({ about }) => about.remoteId)).toEqual([
      idOf('003', 2),
    ]);
  });

  it('are not read beyond what is wanted at all', async () => {
    await org.put({ Contact: [contact(1), contact(30)] });
    const { facts } = await pull('changes', { notBefore: new Date(Date.UTC(2026, 4, 1, 10, 20)) });
    expect(facts.map(({ about }) => about.remoteId)).toContain(idOf('003', 30));
    expect(facts.map(({ about }) => about.remoteId)).not.toContain(idOf('003', 1));
  });

  it('are our own where we wrote last', async () => {
    const [made] = await org.connect().upsert(request([outgoing('a')]));
    const { facts } = await pull('changes');
    const own = facts.filter(({ about }) => about.remoteId === knownFrom(made).remoteId).map((fact) => fact.own);
    expect(own[0]).toBe(true);
  });

  it('that opted out say so; an empty box says nothing', async () => {
    await org.put({ Contact: [contact(1, { HasOptedOutOfEmail: true }), contact(2, { HasOptedOutOfEmail: false })] });
    const { facts } = await pull('changes');
    expect(facts.filter(({ kind }) => kind === 'consent_said')).toMatchObject([
      { purpose: 'email', status: 'revoked', about: { email: 'c1@example.test' } },
    ]);
  });

  it('that were deleted or merged are told as such', async () => {
    await org.put({ Contact: [contact(1)] });
    await org.change(() => ({
      recycleBin: {
        Contact: [contact(2, { IsDeleted: true }), contact(3, { IsDeleted: true, MasterRecordId: idOf('003', 1) })],
      },
    }));
    const { facts } = await pull('changes');
    expect(facts.filter(({ kind }) => kind === 'record_gone')).toMatchObject([
      { about: { remoteId: idOf('003', 2) }, erased: false },
    ]);
    expect(facts.filter(({ kind }) => kind === 'record_merged')).toMatchObject([
      { about: { remoteId: idOf('003', 1) }, mergedIds: [idOf('003', 3)] },
    ]);
  });

  it('that have opted out say so once, and again where the org tracks when it was', async () => {
    await org.put({ Contact: [contact(1)] });
    const id = idOf('003', 1);
    const tick = (HasOptedOutOfEmail: boolean) =>
      org.control('PATCH', `/records/Contact/${id}`, { HasOptedOutOfEmail });
    const optOuts = async () =>
      (await pull('changes')).facts.flatMap((fact) => (fact.kind === 'consent_said' ? [fact] : []));
    await tick(true);
    const [first] = await optOuts();
    expect(first).toMatchObject({ purpose: 'email', status: 'revoked', own: false });
    await tick(false);
    await tick(true);
    expect((await optOuts()).map(({ dedupeKey }) => dedupeKey)).toEqual([first?.dedupeKey]);
    await tick(false);
    await org.change(() => ({ fieldHistory: { Contact: ['HasOptedOutOfEmail'] } }));
    await tick(true);
    await org.control('PATCH', `/records/Contact/${id}`, { Title: 'changed later' });
    const [noted] = await org.records('ContactHistory');
    const [again] = await optOuts();
    expect(again?.dedupeKey).not.toBe(first?.dedupeKey);
    expect(again?.occurredAt).toEqual(new Date(String(noted?.CreatedDate).replace('+0000', 'Z')));
  });

  it('have an owner', async () => {
    const [sam] = (await org.records('User')).filter(({ Username }) => Username === 'sam.sales@sandbox.test');
    await org.put({ Contact: [contact(1, { OwnerId: sam?.Id })] });
    const { facts } = await pull('changes');
    expect(derivedOf(facts, 'c1@example.test')).toMatchObject({ salesforceOwner: 'sam.sales@sandbox.test' });
  });

  it('are leads and contacts for a mapping to both', async () => {
    const lead = { Id: idOf('00Q', 1), LastName: 'L', Company: 'C', Email: 'lead@example.test', ...stamped(1) };
    await org.put({ Contact: [contact(1)], Lead: [lead] });
    const { facts, pages } = await pull('changes', { object: 'LeadThenContact' });
    const changed = facts.filter(({ kind }) => kind === 'record_changed');
    expect(changed.map(({ about }) => [about.object, about.remoteId])).toEqual([
      ['Contact', idOf('003', 1)],
      ['Lead', idOf('00Q', 1)],
    ]);
    expect(pages).toBe(2);
  });
});

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
    await org.put({
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
    await org.put({
      Account: [account],
      Contact: [contact(1, { AccountId: account.Id })],
      Opportunity: [deal(1, { AccountId: account.Id })],
    });
    const { facts } = await pull('opportunities');
    expect(facts).toMatchObject([{ name: 'deal_created', properties: { through: 'account' } }]);
  });

  it('that are deleted leave the sums, which are newer than those before', async () => {
    const [first, second] = [deal(1, { Amount: 10 }), deal(2, { Amount: 20 })];
    await org.put({
      Contact: [contact(1)],
      Opportunity: [first, second],
      OpportunityContactRole: [role(1, 1, 1), role(2, 2, 1)],
    });
    const sumOf = (facts: readonly RemoteFact[]) => facts.find(({ kind }) => kind === 'derived');
    const before = sumOf((await pull('opportunities')).facts);
    await org.control('DELETE', `/records/Opportunity/${String(second.Id)}`);
    const { facts } = await pull('opportunities');
    expect(derivedOf(facts, 'c1@example.test')).toMatchObject({ salesforceDeals: 1, salesforceOpenAmount: 10 });
    expect(sumOf(facts)?.occurredAt?.getTime()).toBeGreaterThan(before?.occurredAt?.getTime() ?? Infinity);
    await org.control('DELETE', `/records/Opportunity/${String(first.Id)}`);
    const none = await pull('opportunities');
    expect(activities(none.facts)).toEqual([]);
    expect(derivedOf(none.facts, 'c1@example.test')).toMatchObject({ salesforceDeals: 0, salesforceOpenAmount: 0 });
  });

  it('of a person account are that person’s, with a role and without', async () => {
    await org.change((state) => ({ features: { ...(state.features as object), personAccounts: true } }));
    await org.control('POST', '/records/Account', { LastName: 'Ito', PersonEmail: 'ito@example.test' });
    const [person] = await org.records('Account');
    const business = { Id: idOf('001', 2), Name: 'Acme', ...stamped(1) };
    const ofPerson = { ...role(1, 1, 1), ContactId: person?.PersonContactId };
    await org.put({
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
    await org.change(() => ({ nestedPageSize: 10 }));
    const serials = Array.from({ length: 35 }, (_, index) => index + 1);
    await org.put({
      Contact: serials.map((serial) => contact(serial)),
      Opportunity: [deal(1, {})],
      OpportunityContactRole: serials.map((serial) => role(serial, 1, serial)),
    });
    expect(activities((await pull('opportunities')).facts)).toHaveLength(35);
  });

  it('have the same keys when they are read again, and another one when they are closed again', async () => {
    const won = (CloseDate: string) => deal(1, { StageName: 'Closed Won', IsClosed: true, IsWon: true, CloseDate });
    await org.put({ Contact: [contact(1)], Opportunity: [won('2026-05-10')], OpportunityContactRole: [role(1, 1, 1)] });
    const keysOf = async () => (await pull('opportunities')).facts.map(({ dedupeKey }) => dedupeKey);
    const first = await keysOf();
    expect(await keysOf()).toEqual(first);
    await org.change(({ records }) => ({ records: { ...records, Opportunity: [won('2026-06-10')] } }));
    expect((await keysOf()).filter((key) => !first.includes(key))).toHaveLength(2); // the closing, and the sum with its day
  });

  it('are no sum when they are in several currencies', () => {
    const inCurrency = (CurrencyIsoCode: string) => ({ Amount: 5, CurrencyIsoCode });
    expect(amountOf([inCurrency('EUR'), inCurrency('EUR')])).toBe(10);
    expect(amountOf([inCurrency('EUR'), inCurrency('USD')])).toBeNull();
  });
});

describe('cases', () => {
  it('are told when they are opened and closed, and the open ones counted', async () => {
    const one = (serial: number, more: Row = {}): Row => ({
      Id: idOf('500', serial),
      Subject: 'Broken',
      ContactId: idOf('003', 1),
      Status: 'New',
      ...stamped(serial),
      ...more,
    });
    await org.put({
      Contact: [contact(1)],
      Case: [one(1), one(2, { Status: 'Closed', IsClosed: true, ClosedDate: at(9) }), one(3)],
    });
    const { facts } = await pull('cases');
    expect(activities(facts)).toEqual([
      ...Array<string>(1).fill('ticket_closed c1@example.test'),
      ...Array<string>(3).fill('ticket_created c1@example.test'),
    ]);
    expect(derivedOf(facts, 'c1@example.test')).toEqual({ salesforceOpenCases: 2 });
    for (const serial of [1, 3]) await org.control('DELETE', `/records/Case/${idOf('500', serial)}`);
    expect(derivedOf((await pull('cases')).facts, 'c1@example.test')).toEqual({ salesforceOpenCases: 0 });
  });
});

describe('tasks and events', () => {
  it('are told in the words that all providers share, and ours recognised', async () => {
    const task = (serial: number, more: Row): Row => ({
      Id: idOf('00T', serial),
      WhoId: idOf('003', 1),
      Subject: 'x',
      ...stamped(serial),
      ...more,
    });
    await org.put({
      Contact: [contact(1)],
      Task: [
        task(1, { TaskSubtype: 'Call', Status: 'Completed', IsClosed: true }),
        task(2, { Status: 'Completed', IsClosed: true }),
        task(3, { Description: 'Hi\n\n[parley 1234]' }),
      ],
      Event: [
        {
          Id: idOf('00U', 1),
          WhoId: idOf('003', 1),
          Subject: 'Demo',
          StartDateTime: at(3),
          ActivityDateTime: at(3),
          DurationInMinutes: 30,
          ...stamped(4),
        },
      ],
    });
    const { facts } = await pull('tasks');
    expect(facts[0]?.about).toMatchObject({ object: 'Contact', remoteId: idOf('003', 1), email: 'c1@example.test' });
    expect(facts.map((fact) => (fact.kind === 'activity' ? [fact.name, fact.own] : []))).toEqual([
      ['call_logged', false],
      ['task_created', false],
      ['task_completed', false],
      ['task_created', true],
    ]);
    expect((await pull('events')).facts).toMatchObject([
      { name: 'meeting_logged', occurredAt: new Date(Date.UTC(2026, 4, 1, 10, 3)) },
    ]);
  });
});

describe('campaigns and conversions', () => {
  it('tell who joined and who responded', async () => {
    const subject = knownFrom(
      (
        await org
          .connect()
          .upsert(request([outgoing('a', { fields: { LastName: text('x'), Email: text('a@example.test') } })]))
      )[0],
    );
    await org.put({
      Campaign: [{ Id: idOf('701', 1), Name: 'Spring', ...stamped(1) }],
      CampaignMember: [
        {
          Id: idOf('00v', 1),
          CampaignId: idOf('701', 1),
          ContactId: subject.remoteId,
          Status: 'Responded',
          HasResponded: true,
          FirstRespondedDate: '2026-05-02',
          ...stamped(2),
        },
      ],
    });
    const { facts } = await pull('campaigns');
    expect(activities(facts)).toEqual(['campaign_responded a@example.test', 'list_joined a@example.test']);
    expect(derivedOf(facts, 'a@example.test')).toEqual({ salesforceCampaignResponses: 1 });
  });

  it('tell which contact a lead has become', async () => {
    const lead = {
      Id: idOf('00Q', 1),
      LastName: 'L',
      Company: 'C',
      Email: 'c1@example.test',
      IsConverted: true,
      ConvertedContactId: idOf('003', 1),
      ConvertedDate: '2026-05-01',
      ...stamped(1),
    };
    await org.put({ Contact: [contact(1)], Lead: [lead] });
    expect(activities((await pull('lead_conversions')).facts)).toEqual(['lead_converted c1@example.test']);
    const both = await pull('lead_conversions', { object: 'LeadThenContact' });
    expect(both.facts).toMatchObject([
      { kind: 'record_merged', about: { remoteId: idOf('003', 1) }, mergedIds: [idOf('00Q', 1)], mergedObject: 'Lead' },
      {},
    ]);
  });
});
