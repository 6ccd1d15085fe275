import { describe, expect, it } from 'vitest';
import { salesforce } from '../definition.js';
import { idOf, knownFrom, outgoing, request, text, type Row } from '../test-support.js';
import { derives } from './derived.js';
import { activities, at, contact, derivedOf, rehearseHistory, stamped } from './test-support.js';

const { org, page, pull } = rehearseHistory();

describe('what is declared', () => {
  it('is what can be pulled, and everything worked out says how', async () => {
    for (const { id } of salesforce.history ?? []) expect((await pull(id)).facts).toEqual([]);
    for (const { key, description } of derives)
      expect([key, description]).toEqual([expect.stringMatching(/^salesforce[A-Z]/), expect.stringMatching(/\.$/)]);
    await expect(page('nonsense')).rejects.toMatchObject({ kind: 'rejected' });
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
    await org().put({
      Contact: [contact(1)],
      Case: [one(1), one(2, { Status: 'Closed', IsClosed: true, ClosedDate: at(9) }), one(3)],
    });
    const { facts } = await pull('cases');
    expect(activities(facts)).toEqual([
      ...Array<string>(1).fill('ticket_closed c1@example.test'),
      ...Array<string>(3).fill('ticket_created c1@example.test'),
    ]);
    expect(derivedOf(facts, 'c1@example.test')).toEqual({ salesforceOpenCases: 2 });
    for (const serial of [1, 3]) await org().control('DELETE', `/records/Case/${idOf('500', serial)}`);
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
    await org().put({
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
        await org()
          .connect()
          .upsert(request([outgoing('a', { fields: { LastName: text('x'), Email: text('a@example.test') } })]))
      )[0],
    );
    await org().put({
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
    await org().put({ Contact: [contact(1)], Lead: [lead] });
    expect(activities((await pull('lead_conversions')).facts)).toEqual(['lead_converted c1@example.test']);
    const both = await pull('lead_conversions', { object: 'LeadThenContact' });
    expect(both.facts).toMatchObject([
      { kind: 'record_merged', about: { remoteId: idOf('003', 1) }, mergedIds: [idOf('00Q', 1)], mergedObject: 'Lead' },
      {},
    ]);
  });
});
