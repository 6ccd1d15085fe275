import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ServedOrg } from '../test-support.js';

let org: ServedOrg;
beforeAll(async () => {
  org = await ServedOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.close());

const refusal = async (object: string, values: Record<string, unknown>) => {
  const { status, body } = await org.api('POST', `/sobjects/${object}`, values);
  return { status, ...(body as { errorCode: string; message: string }[])[0] };
};

describe('campaigns', () => {
  it('have statuses, and members whose response follows their status', async () => {
    const CampaignId = await org.make('Campaign', { Name: 'Spring', IsActive: true });
    expect(await org.rows('SELECT Label, IsDefault, HasResponded FROM CampaignMemberStatus')).toMatchObject([
      { Label: 'Sent', IsDefault: true, HasResponded: false },
      { Label: 'Responded', IsDefault: false, HasResponded: true },
    ]);
    const ContactId = await org.make('Contact', { LastName: 'Ito', Email: 'ana@example.test' });
    const member = await org.make('CampaignMember', { CampaignId, ContactId });
    expect(await org.rows('SELECT Status, HasResponded, Email, Contact.Name FROM CampaignMember')).toMatchObject([
      { Status: 'Sent', HasResponded: false, Email: 'ana@example.test', Contact: { Name: 'Ito' } },
    ]);
    expect(await refusal('CampaignMember', { CampaignId, ContactId })).toMatchObject({
      errorCode: 'DUPLICATE_VALUE',
      message: 'Already a campaign member.',
    });
    await org.make('CampaignMemberStatus', { CampaignId, Label: 'Booked', HasResponded: true });
    await org.api('PATCH', `/sobjects/CampaignMember/${member}`, { Status: 'Booked' });
    expect(
      await org.rows('SELECT HasResponded, Campaign.NumberOfContacts, Campaign.NumberOfResponses FROM CampaignMember'),
    ).toMatchObject([{ HasResponded: true, Campaign: { NumberOfContacts: 1, NumberOfResponses: 1 } }]);
    expect(await refusal('CampaignMemberStatus', { CampaignId, Label: 'booked' })).toMatchObject({
      errorCode: 'DUPLICATE_VALUE',
    });
    expect(await org.api('PATCH', `/sobjects/CampaignMember/${member}`, { CampaignId })).toMatchObject({
      body: [{ errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE' }],
    });
    await org.api('DELETE', `/sobjects/CampaignMember/${member}`);
    expect(await org.rows('SELECT NumberOfContacts FROM Campaign')).toMatchObject([{ NumberOfContacts: 0 }]);
  });

  it('have one default status', async () => {
    const CampaignId = await org.make('Campaign', { Name: 'Spring' });
    await org.make('CampaignMemberStatus', { CampaignId, Label: 'Invited', IsDefault: true });
    expect(await org.rows('SELECT Label FROM CampaignMemberStatus WHERE IsDefault = true')).toMatchObject([
      { Label: 'Invited' },
    ]);
  });

  it('need a marketing user, and somebody to be the member', async () => {
    const CampaignId = await org.make('Campaign', { Name: 'Spring' });
    expect(await refusal('CampaignMember', { CampaignId })).toMatchObject({ errorCode: 'REQUIRED_FIELD_MISSING' });
    await org.change(({ records }) => {
      const all = records as Record<string, Record<string, unknown>[]>;
      return { records: { ...all, User: all.User?.map((user) => ({ ...user, UserPermissionsMarketingUser: false })) } };
    });
    expect(await refusal('Campaign', { Name: 'Autumn' })).toMatchObject({
      errorCode: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    });
  });
});

describe('opportunities', () => {
  it('are closed and won by their stage, and have one primary contact', async () => {
    const [first, second] = [
      await org.make('Contact', { LastName: 'A' }),
      await org.make('Contact', { LastName: 'B' }),
    ];
    const deal = { Name: 'Deal', StageName: 'Prospecting', CloseDate: '2026-12-31', ContactId: first };
    const OpportunityId = await org.make('Opportunity', deal);
    await org.make('OpportunityContactRole', { OpportunityId, ContactId: second, IsPrimary: true });
    expect(await org.rows('SELECT ContactId, IsPrimary FROM OpportunityContactRole')).toMatchObject([
      { ContactId: first, IsPrimary: false },
      { ContactId: second, IsPrimary: true },
    ]);
    await org.api('PATCH', `/sobjects/Opportunity/${OpportunityId}`, { StageName: 'Closed Won' });
    expect(await org.rows('SELECT IsClosed, IsWon, Probability FROM Opportunity')).toMatchObject([
      { IsClosed: true, IsWon: true, Probability: 100 },
    ]);
  });
});

describe('activities and cases', () => {
  it('know when they are done, and whose account they are about', async () => {
    const AccountId = await org.make('Account', { Name: 'Acme' });
    const WhoId = await org.make('Contact', { LastName: 'Ito', AccountId });
    const [queue] = await org.rows("SELECT Id FROM Group WHERE Type = 'Queue' AND Name = 'Support'");
    await org.make('Task', { WhoId, Subject: 'Call', Status: 'Completed', Priority: 'High', OwnerId: queue?.Id });
    await org.make('Case', { ContactId: WhoId, Status: 'Closed', OwnerId: queue?.Id });
    await org.make('Event', {
      WhoId,
      Subject: 'Demo',
      StartDateTime: '2026-06-01T10:00:00Z',
      EndDateTime: '2026-06-01T10:45:00Z',
    });
    expect(await org.rows('SELECT IsClosed, IsHighPriority, AccountId, Owner.Type FROM Task')).toMatchObject([
      { IsClosed: true, IsHighPriority: true, AccountId, Owner: { Type: 'Group' } },
    ]);
    expect(await org.rows('SELECT IsClosed, CaseNumber, AccountId FROM Case')).toMatchObject([
      { IsClosed: true, CaseNumber: '00001000', AccountId },
    ]);
    expect(await org.rows('SELECT DurationInMinutes, ActivityDate FROM Event')).toMatchObject([
      { DurationInMinutes: 45, ActivityDate: '2026-06-01' },
    ]);
    expect(await refusal('Event', { Subject: 'Demo' })).toMatchObject({ errorCode: 'REQUIRED_FIELD_MISSING' });
  });
});

describe('look-ups', () => {
  it.each([
    ['nonsense', 'MALFORMED_ID'],
    ['005B00000000001IAA', 'MALFORMED_ID'],
    ['001B00000000009IAA', 'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY'],
  ])('to %s are refused with %s', async (AccountId, errorCode) => {
    expect(await refusal('Contact', { LastName: 'Ito', AccountId })).toMatchObject({ status: 400, errorCode });
  });

  it('are deleted with what they belong to, and shown so by queryAll', async () => {
    const ContactId = await org.make('Contact', { LastName: 'Ito' });
    const deal = { Name: 'Deal', StageName: 'Prospecting', CloseDate: '2026-05-10', ContactId };
    const id = await org.make('Opportunity', deal);
    const CampaignId = await org.make('Campaign', { Name: 'Spring' });
    await org.make('CampaignMember', { CampaignId, ContactId });
    await org.api('DELETE', `/sobjects/Opportunity/${id}`);
    expect(await org.rows('SELECT Id FROM OpportunityContactRole')).toEqual([]);
    const soql = 'SELECT Id, (SELECT ContactId FROM OpportunityContactRoles) FROM Opportunity WHERE IsDeleted = true';
    expect(await org.api('GET', `/queryAll?q=${encodeURIComponent(soql)}`)).toMatchObject({
      body: { records: [{ OpportunityContactRoles: { records: [{ ContactId }] } }] },
    });
    await org.api('DELETE', `/sobjects/Contact/${ContactId}`);
    expect(await org.rows('SELECT Id FROM CampaignMember')).toEqual([]);
  });

  it('to a deleted record are refused', async () => {
    const AccountId = await org.make('Account', { Name: 'Acme' });
    await org.api('DELETE', `/sobjects/Account/${AccountId}`);
    expect(await refusal('Contact', { LastName: 'Ito', AccountId })).toMatchObject({ errorCode: 'ENTITY_IS_DELETED' });
  });

  it('to a locked record lock those that point to it', async () => {
    const AccountId = await org.make('Account', { Name: 'Acme' });
    await org.change(() => ({ lockedIds: [AccountId] }));
    expect(await refusal('Contact', { LastName: 'Ito', AccountId })).toMatchObject({
      errorCode: 'UNABLE_TO_LOCK_ROW',
      message: expect.stringContaining(AccountId) as string,
    });
  });
});

describe('topics', () => {
  it('mark a record once', async () => {
    const TopicId = await org.make('Topic', { Name: 'vip' });
    const EntityId = await org.make('Contact', { LastName: 'Ito' });
    await org.make('TopicAssignment', { TopicId, EntityId });
    expect(await refusal('TopicAssignment', { TopicId, EntityId })).toMatchObject({ errorCode: 'DUPLICATE_VALUE' });
    expect(await refusal('Topic', { Name: 'VIP' })).toMatchObject({ errorCode: 'DUPLICATE_VALUE' });
    expect(await org.rows('SELECT LastName, (SELECT Topic.Name FROM TopicAssignments) FROM Contact')).toMatchObject([
      { TopicAssignments: { records: [{ Topic: { Name: 'vip' } }] } },
    ]);
    await org.api('DELETE', `/sobjects/Topic/${TopicId}`);
    expect(await org.rows('SELECT Id FROM TopicAssignment')).toEqual([]);
  });
});

describe('person accounts', () => {
  beforeEach(() => org.change(() => ({ features: { personAccounts: true } })));

  it('have a contact behind them that stays equal', async () => {
    const [type] = await org.rows("SELECT Id FROM RecordType WHERE SobjectType = 'Account' AND IsPersonType = true");
    const person = { RecordTypeId: type?.Id, LastName: 'Ito', FirstName: 'Ana', PersonEmail: 'ana@example.test' };
    const id = await org.make('Account', person);
    await org.api('PATCH', `/sobjects/Account/${id}`, { PersonHasOptedOutOfEmail: true, PersonEmail: null });
    expect(await org.rows('SELECT Name, IsPersonAccount, PersonContact.LastName FROM Account')).toMatchObject([
      { Name: 'Ana Ito', IsPersonAccount: true, PersonContact: { LastName: 'Ito' } },
    ]);
    expect(
      await org.rows('SELECT Name, Email, AccountId, IsPersonAccount, HasOptedOutOfEmail FROM Contact'),
    ).toMatchObject([{ Name: 'Ana Ito', Email: null, AccountId: id, IsPersonAccount: true, HasOptedOutOfEmail: true }]);
    await org.api('DELETE', `/sobjects/Account/${id}`);
    expect(await org.rows('SELECT Id FROM Contact')).toEqual([]);
  });

  it('are not companies', async () => {
    const [type] = await org.rows('SELECT Id FROM RecordType WHERE IsPersonType = true');
    expect(await refusal('Account', { Name: 'Acme', RecordTypeId: type?.Id })).toMatchObject({
      errorCode: 'REQUIRED_FIELD_MISSING',
    });
    await org.make('Account', { Name: 'Acme' });
    expect(await org.rows('SELECT IsPersonAccount FROM Account')).toMatchObject([{ IsPersonAccount: false }]);
  });
});

describe('permissions', () => {
  it('of an object can be taken away one by one', async () => {
    const id = await org.make('Lead', { LastName: 'Ito', Company: 'Acme' });
    const allow = (Lead: Record<string, boolean>) => org.change(() => ({ objectPermissions: { Lead } }));
    await allow({ create: false, edit: false, delete: false });
    expect(await org.jsforce().sobject('Lead').describe()).toMatchObject({
      createable: false,
      updateable: false,
      deletable: false,
    });
    expect(await refusal('Lead', { LastName: 'x', Company: 'y' })).toMatchObject({
      errorCode: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    });
    for (const method of ['PATCH', 'DELETE'])
      expect(
        await org.api(method, `/sobjects/Lead/${id}`, method === 'PATCH' ? { Title: 'x' } : undefined),
      ).toMatchObject({
        body: [{ errorCode: 'INSUFFICIENT_ACCESS_OR_READONLY' }],
      });
    await allow({ read: false });
    expect(await org.query('SELECT Id FROM Lead')).toMatchObject({ body: [{ errorCode: 'INVALID_TYPE' }] });
    expect(await org.api('GET', '/sobjects/Lead/describe')).toMatchObject({ status: 404 });
  });

  it.each([
    [{ viewSetup: false }, 'INSUFFICIENT_ACCESS'],
    [{ apiEnabled: false }, 'API_DISABLED_FOR_ORG'],
  ])('%j answers the limits with %s', async (userPermissions, errorCode) => {
    await org.change(() => ({ userPermissions }));
    expect(await org.api('GET', '/limits')).toMatchObject({ status: 403, body: [{ errorCode }] });
  });

  it('and open long calls are two reasons to be refused', async () => {
    await org.send('PUT', '/_sandbox/limits', { enabled: true, tier: 'developer' });
    await org.change(() => ({ longCallsOfOthers: 5 }));
    expect(await org.api('GET', '/limits')).toMatchObject({
      status: 403,
      body: [
        {
          errorCode: 'REQUEST_LIMIT_EXCEEDED',
          message: 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.',
        },
      ],
    });
  });
});

it('rows put into the state by hand get what Salesforce would have given them', async () => {
  const Id = '00QB00000000001IAA';
  await org.change(({ records }) => ({
    records: { ...(records as object), Lead: [{ Id, LastName: 'Ito', FirstName: 'Ana', Company: 'Acme' }] },
    contacts: [{ Id: '003B00000000001IAA', LastName: 'Gone', IsDeleted: true }],
  }));
  expect(await org.rows('SELECT Name, Status, IsConverted, CreatedDate FROM Lead')).toMatchObject([
    { Name: 'Ana Ito', Status: 'Open - Not Contacted', IsConverted: false, CreatedDate: expect.any(String) as string },
  ]);
  expect(await org.make('Lead', { LastName: 'Next', Company: 'Acme' })).not.toBe(Id);
  expect(await org.api('PATCH', '/sobjects/Contact/003B00000000001IAA', { Title: 'x' })).toMatchObject({
    status: 404,
    body: [{ errorCode: 'ENTITY_IS_DELETED' }],
  });
});
