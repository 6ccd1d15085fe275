import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ServedOrg } from './test-support.js';

let org: ServedOrg;
beforeAll(async () => {
  org = await ServedOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.close());

const control = (method: string, path: string, body?: unknown) => org.send(method, `/_sandbox${path}`, body);

describe('an admin', () => {
  it('makes, changes and deletes records under another name than the integration', async () => {
    const { body } = await control('POST', '/records/Contact', { LastName: 'Ito' });
    const { id } = body as { id: string };
    await control('PATCH', `/records/Contact/${id}`, { Title: 'Dr.' });
    expect(await org.rows('SELECT Title, LastModifiedBy.Name, Owner.Name FROM Contact')).toMatchObject([
      { Title: 'Dr.', LastModifiedBy: { Name: 'Ada Admin' }, Owner: { Name: 'Ada Admin' } },
    ]);
    expect(await control('DELETE', `/records/Contact/${id}`)).toMatchObject({ status: 200 });
    expect(await org.api('GET', `/sobjects/Contact/${id}`)).toMatchObject({
      body: [{ errorCode: 'ENTITY_IS_DELETED' }],
    });
  });

  it.each([
    ['POST', '/records/Contact', {}, 'Required fields are missing: [LastName]'],
    ['POST', '/records/Nobody', {}, "sObject type 'Nobody' is not supported"],
    ['PATCH', '/records/Contact/003B00000000009IAA', {}, 'There is no Contact'],
    ['POST', '/merge/Contact', {}, 'masterId'],
  ])('%s %s is told why not', async (method, path, body, words) => {
    expect(await control(method, path, body)).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining(words) as string },
    });
  });
});

describe('a lead', () => {
  it('becomes a contact with an account and an opportunity, and is closed to writing', async () => {
    const lead = await org.make('Lead', {
      LastName: 'Ito',
      Company: 'Moreno Ltd',
      Email: 'ana@example.test',
      Parley_Id__c: 'p1',
    });
    const CampaignId = await org.make('Campaign', { Name: 'Spring' });
    await org.make('CampaignMember', { CampaignId, LeadId: lead });
    const { body } = await control('POST', `/leads/${lead}/convert`, { opportunityName: 'Deal' });
    const { contactId, accountId } = body as Record<string, string>;
    expect(
      await org.rows('SELECT IsConverted, ConvertedContactId, ConvertedAccountId, Status FROM Lead'),
    ).toMatchObject([
      { IsConverted: true, ConvertedContactId: contactId, ConvertedAccountId: accountId, Status: 'Closed - Converted' },
    ]);
    expect(
      await org.rows(
        'SELECT Email, Account.Name, Parley_Id__c, (SELECT Opportunity.Name FROM OpportunityContactRoles) FROM Contact',
      ),
    ).toMatchObject([
      {
        Email: 'ana@example.test',
        Parley_Id__c: 'p1',
        Account: { Name: 'Moreno Ltd' },
        OpportunityContactRoles: { records: [{ Opportunity: { Name: 'Deal' } }] },
      },
    ]);
    expect(await org.rows(`SELECT Id FROM CampaignMember WHERE ContactId = '${String(contactId)}'`)).toHaveLength(1);
    expect(await org.api('PATCH', `/sobjects/Lead/${lead}`, { Title: 'x' })).toMatchObject({
      status: 400,
      body: [{ errorCode: 'CANNOT_UPDATE_CONVERTED_LEAD', message: 'cannot reference converted lead' }],
    });
    const member = { CampaignId: await org.make('Campaign', { Name: 'Autumn' }), LeadId: lead };
    expect(await org.api('POST', '/sobjects/CampaignMember', member)).toMatchObject({
      body: [{ errorCode: 'CANNOT_UPDATE_CONVERTED_LEAD' }],
    });
    expect(await control('POST', `/leads/${lead}/convert`)).toMatchObject({ status: 400 });
  });

  it('can be converted into a contact that is there already', async () => {
    const lead = await org.make('Lead', { LastName: 'Ito', Company: 'Moreno Ltd' });
    const contactId = await org.make('Contact', { LastName: 'Ito' });
    expect(await control('POST', `/leads/${lead}/convert`, { contactId })).toMatchObject({
      body: { contactId, opportunityId: null },
    });
    expect(await org.rows('SELECT Id FROM Contact')).toHaveLength(1);
  });
});

it('merged records leave their children and their values to the one that stays', async () => {
  const master = await org.make('Contact', { LastName: 'Ito' });
  const other = await org.make('Contact', { LastName: 'Ito', Title: 'Dr.' });
  await org.make('Case', { ContactId: other, Subject: 'Help' });
  await control('POST', '/merge/Contact', { masterId: master, mergedIds: [other] });
  expect(await org.rows('SELECT Id, Title, (SELECT Subject FROM Cases) FROM Contact')).toMatchObject([
    { Id: master, Title: 'Dr.', Cases: { totalSize: 1 } },
  ]);
  const soql = encodeURIComponent(`SELECT MasterRecordId FROM Contact WHERE Id = '${other}'`);
  expect(await org.api('GET', `/queryAll?q=${soql}`)).toMatchObject({
    body: { records: [{ MasterRecordId: master }] },
  });
});
