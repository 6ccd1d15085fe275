import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Json, OutgoingRecord } from '../destination.js';
import { idOf, knownFrom, outgoing, request, resultOf, TestOrg } from './test-support.js';

let org: TestOrg;
beforeAll(async () => {
  org = await TestOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.sandbox.close());

const listed = (key: string, lists: readonly string[], more: Partial<OutgoingRecord> = {}) =>
  outgoing(key, { lists, listsToAdd: lists, ...more });
const calls = (method: string, path: string) => org.apiCalls().filter((call) => call === `${method} ${path}`).length;

describe('lists', () => {
  it('are campaigns, made when there is none of the name, with people as members', async () => {
    const results = await org.connect().upsert(request([listed('a', ['Spring', 'VIP']), listed('b', ['Spring'])]));
    expect(results.map(({ status }) => status)).toEqual(['delivered', 'delivered']);
    const campaigns = await org.records('Campaign');
    expect(campaigns.map(({ Name }) => Name)).toEqual(['Spring', 'VIP']);
    expect(campaigns).toMatchObject([{ IsActive: true }, { IsActive: true }]);
    expect(await org.records('CampaignMember')).toHaveLength(3);
  });

  it('cost one call for all the members of a batch, and the campaign is looked for once', async () => {
    const remembered = new Map<string, Json>();
    const people = (from: number) => Array.from({ length: 50 }, (_, index) => listed(`p${from + index}`, ['Spring']));
    await org.connect({}, { remembered }).upsert(request(people(0)));
    const queries = calls('GET', '/query');
    await org.connect({}, { remembered }).upsert(request(people(50)));
    expect(await org.records('CampaignMember')).toHaveLength(100);
    expect(calls('GET', '/query')).toBe(queries);
  });

  it('take the campaign that is there, whoever made it', async () => {
    await org.put({ Campaign: [{ Id: idOf('701', 1), Name: 'Spring', IsActive: true }] });
    await org.connect().upsert(request([listed('a', ['spring'])]));
    expect(await org.records('Campaign')).toHaveLength(1);
    expect(await org.records('CampaignMember')).toMatchObject([{ CampaignId: idOf('701', 1) }]);
  });

  it('change nothing when a person is in them already', async () => {
    const connection = org.connect();
    await connection.upsert(request([listed('a', ['Spring'])]));
    expect(await connection.upsert(request([listed('a', ['Spring'])]))).toMatchObject([
      { status: 'delivered', dropped: [] },
    ]);
    expect(await org.records('CampaignMember')).toHaveLength(1);
  });

  it('are left by those who are to leave, and by nobody else', async () => {
    const connection = org.connect();
    const results = await connection.upsert(request([listed('a', ['Spring', 'VIP']), listed('b', ['Spring'])]));
    const known = knownFrom(resultOf(results, 'a'));
    const leaving = outgoing('a', { known, changed: {}, lists: ['VIP'], listsToRemove: ['Spring'] });
    await connection.upsert(request([leaving]));
    const campaigns = new Map((await org.records('Campaign')).map(({ Id, Name }) => [Id, Name]));
    const members = (await org.records('CampaignMember')).map(({ CampaignId }) => campaigns.get(CampaignId));
    expect(members.toSorted()).toEqual(['Spring', 'VIP']);
  });

  it('are left by others although one membership cannot be ended now', async () => {
    const connection = org.connect();
    const results = await connection.upsert(request([listed('a', ['Spring']), listed('b', ['Spring'])]));
    const [held] = await org.records('CampaignMember');
    await org.change(() => ({ lockedIds: [held?.Id] }));
    const leaving = ['a', 'b'].map((key) =>
      outgoing(key, { known: knownFrom(resultOf(results, key)), changed: {}, listsToRemove: ['Spring'] }),
    );
    const left = await connection.upsert(request(leaving));
    expect(resultOf(left, 'a')).toMatchObject({ status: 'failed', error: { kind: 'transient' } });
    expect(resultOf(left, 'b')).toMatchObject({ status: 'delivered' });
    expect(await org.records('CampaignMember')).toHaveLength(1);
  });

  it('take leads as well', async () => {
    await org.connect().upsert(request([listed('a', ['Spring'])], { object: 'LeadThenContact' }));
    const [lead] = await org.records('Lead');
    expect(await org.records('CampaignMember')).toMatchObject([{ LeadId: lead?.Id }]);
  });

  it('with a name that no campaign can have are left out, and said', async () => {
    const long = 'x'.repeat(81);
    expect(await org.connect().upsert(request([listed('a', ['Spring', long])]))).toMatchObject([
      { status: 'delivered', dropped: [{ field: `Campaign ${long}`, code: 'STRING_TOO_LONG' }] },
    ]);
    expect(await org.records('CampaignMember')).toHaveLength(1);
  });

  it('are made anew when somebody deleted the campaign', async () => {
    const remembered = new Map<string, Json>([['Campaign:spring', idOf('701', 9)]]);
    const connection = org.connect({}, { remembered });
    expect(await connection.upsert(request([listed('a', ['Spring'])]))).toMatchObject([
      { status: 'failed', error: { kind: 'transient', details: { recordOnly: true } } },
    ]);
    expect(await connection.upsert(request([listed('a', ['Spring'])]))).toMatchObject([{ status: 'delivered' }]);
    expect(await org.records('CampaignMember')).toHaveLength(1);
  });

  it('wait for an admin where the integration user may not make campaigns, and the record with them', async () => {
    await org.change(() => ({ objectPermissions: { Campaign: { read: false } } }));
    const results = await org.connect().upsert(request([listed('a', ['Spring']), outgoing('b')]));
    expect(resultOf(results, 'b').status).toBe('delivered');
    expect(resultOf(results, 'a')).toMatchObject({ status: 'failed', error: { kind: 'misconfigured' } });
  });
});

describe('tags as topics', () => {
  const asTopics = { tagsField: 'Topics', options: { tagsAs: 'topics' } };

  it('are assigned to the record, and taken away again without touching others', async () => {
    const connection = org.connect();
    const [made] = await connection.upsert(request([outgoing('a', { tags: ['vip', 'chess'] })], asTopics));
    expect((await org.records('Topic')).map(({ Name }) => Name)).toEqual(['vip', 'chess']);
    const { remoteId } = knownFrom(made);
    await org.put({
      Topic: [{ Id: idOf('0TO', 1), Name: 'by hand' }],
      TopicAssignment: [{ Id: idOf('0TA', 1), TopicId: idOf('0TO', 1), EntityId: remoteId }],
    });
    const change = { known: knownFrom(made), changed: {}, tags: ['vip'], tagsToAdd: [], tagsToRemove: ['chess'] };
    await connection.upsert(request([outgoing('a', change)], asTopics));
    const names = new Map((await org.records('Topic')).map(({ Id, Name }) => [Id, Name]));
    const assigned = (await org.records('TopicAssignment')).map(({ TopicId }) => names.get(TopicId));
    expect(assigned.toSorted()).toEqual(['by hand', 'vip']);
    expect(await org.contact('a')).not.toHaveProperty('Chat_Tags__c');
  });
});

describe('tags as campaigns', () => {
  const asCampaigns = { tagsField: 'Campaigns', options: { tagsAs: 'campaigns' } };
  const membersOf = async () => {
    const names = new Map((await org.records('Campaign')).map(({ Id, Name }) => [Id, Name]));
    return (await org.records('CampaignMember')).map(({ CampaignId }) => names.get(CampaignId)).toSorted();
  };

  it('make the person a member, and end the membership with the tag', async () => {
    const connection = org.connect();
    const [made] = await connection.upsert(request([outgoing('a', { tags: ['vip', 'chess'] })], asCampaigns));
    expect(await membersOf()).toEqual(['chess', 'vip']);
    const change = { known: knownFrom(made), changed: {}, tags: ['vip'], tagsToAdd: [], tagsToRemove: ['chess'] };
    await connection.upsert(request([outgoing('a', change)], asCampaigns));
    expect(await membersOf()).toEqual(['vip']);
    expect(await org.contact('a')).not.toHaveProperty('Chat_Tags__c');
  });

  it('do not end a membership that a list of the same name asks for', async () => {
    const connection = org.connect();
    const [made] = await connection.upsert(request([listed('a', ['VIP'], { tags: ['vip'] })], asCampaigns));
    const change = { known: knownFrom(made), changed: {}, lists: ['VIP'], tags: [], tagsToRemove: ['vip'] };
    await connection.upsert(request([outgoing('a', change)], asCampaigns));
    expect(await membersOf()).toEqual(['VIP']);
  });
});
