import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ActionRequest, ActionSubject } from '../../action.js';
import { salesforce } from '../definition.js';
import { idOf, knownFrom, outgoing, request, resultOf, TestOrg, text } from '../test-support.js';

let org: TestOrg;
beforeAll(async () => {
  org = await TestOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.sandbox.close());

const plannedAt = new Date(Date.now() - 60_000);

async function person(key = 'a', object = 'Contact'): Promise<ActionSubject> {
  const fields = { LastName: text('Lovelace'), Email: text(`${key}@example.test`) };
  const results = await org.connect().upsert(request([outgoing(key, { fields })], { object, tagsField: null }));
  const { remoteId, memo } = knownFrom(resultOf(results, key));
  return { profileId: `profile-${key}`, key, remoteId, memo, email: `${key}@example.test`, phone: null, consents: {} };
}

const run = (subject: ActionSubject | null, input: unknown, runId: string = randomUUID()): ActionRequest => ({
  runId,
  input,
  subject,
  plannedAt,
});

const perform = async (action: string, ...requests: ActionRequest[]) =>
  (await org.connect().perform?.(action, requests)) ?? [];
const lookUp = async (action: string, ...requests: ActionRequest[]) =>
  (await org.connect().lookUp?.(action, requests)) ?? [];

describe('the declared actions', () => {
  const actions = salesforce.actions ?? [];

  it.each(actions.map((action) => [action.id, action] as const))(
    '%s can be drawn as a form',
    (_id, { input, description }) => {
      expect(z.toJSONSchema(input, { io: 'input' })).toMatchObject({ type: 'object' });
      expect(description).toMatch(/\.$/);
    },
  );

  it('ask for consent where they reach somebody', () => {
    expect(actions.filter(({ consent }) => consent !== null).map(({ id }) => id)).toEqual(['email.send']);
  });

  it('are refused by name when they were never declared', async () => {
    await expect(perform('coffee.make', run(null, {}))).rejects.toMatchObject({ kind: 'rejected' });
  });
});

describe('campaign.add', () => {
  const add = (subject: ActionSubject, more: object = {}) =>
    perform('campaign.add', run(subject, { campaign: 'Spring', ...more }));

  it('makes the campaign, the status and the member', async () => {
    const subject = await person();
    expect(await add(subject, { status: 'Chatted', responded: 'true' })).toMatchObject([
      { status: 'done', already: false, reference: expect.stringMatching(/^00v/) as string },
    ]);
    expect(await org.records('CampaignMember')).toMatchObject([
      { ContactId: subject.remoteId, Status: 'Chatted', HasResponded: true },
    ]);
  });

  it('gives a member the status, and says when nothing changed', async () => {
    const subject = await person();
    await add(subject);
    expect(await add(subject, { status: 'Responded' })).toMatchObject([{ status: 'done', already: false }]);
    expect(await add(subject, { status: 'responded' })).toMatchObject([{ status: 'done', already: true }]);
    expect(await org.records('CampaignMember')).toMatchObject([{ Status: 'Responded' }]);
  });

  it('takes leads, and the contact that a lead has become', async () => {
    const lead = await person('lead', 'Lead');
    const contact = await person('contact');
    await add(lead);
    await org.change(({ records }) => ({
      records: {
        ...records,
        Lead: (records.Lead ?? []).map((row) => ({ ...row, IsConverted: true, ConvertedContactId: contact.remoteId })),
      },
    }));
    await perform('campaign.add', run(lead, { campaign: 'Summer' }));
    expect(await org.records('CampaignMember')).toMatchObject([
      { LeadId: lead.remoteId },
      { ContactId: contact.remoteId },
    ]);
  });

  it('says when the person is gone', async () => {
    const subject = { ...(await person()), remoteId: idOf('00Q', 9) };
    expect(await add(subject)).toMatchObject([
      { status: 'failed', error: { kind: 'rejected', details: { code: 'RECORD_GONE' } } },
    ]);
  });
});

describe('campaign.remove', () => {
  it('ends the membership, once', async () => {
    const [ada, bob] = [await person('ada'), await person('bob')];
    await perform('campaign.add', run(ada, { campaign: 'Spring' }), run(bob, { campaign: 'Spring' }));
    expect(await perform('campaign.remove', run(ada, { campaign: 'Spring' }))).toMatchObject([
      { status: 'done', already: false },
    ]);
    expect(await org.records('CampaignMember')).toMatchObject([{ ContactId: bob.remoteId }]);
    expect(await perform('campaign.remove', run(ada, { campaign: 'Spring' }))).toMatchObject([
      { status: 'done', already: true },
    ]);
  });
});

describe.each([
  ['task.create', 'Task', { subject: 'Call back', due: '3' }],
  ['event.create', 'Event', { subject: 'Demo', startsAt: '2026-05-31T12:00:00+02:00', minutes: '45' }],
  ['note.create', 'Task', { title: 'Chat', text: 'Hello', as: 'task' }],
])('%s', (action, object, input) => {
  it('makes one about the person', async () => {
    const subject = await person();
    expect(await perform(action, run(subject, input))).toMatchObject([{ status: 'done', already: false }]);
    expect(await org.records(object)).toMatchObject([{ WhoId: subject.remoteId }]);
  });

  it('is not made twice by the same run', async () => {
    const once = run(await person(), input);
    await perform(action, once);
    await perform(action, once);
    expect(await org.records(object)).toHaveLength(1);
  });

  it.each([
    ['by the reference field', true],
    ['by its mark where the org has no reference field', false],
  ])('is found again %s when nobody knows whether it was made', async (_how, hasField) => {
    if (!hasField)
      await org.change((state) => ({
        fields: Object.fromEntries(
          Object.entries(state.fields as Record<string, { name: string }[]>).map(([name, fields]) => [
            name,
            fields.filter((field) => field.name !== 'Parley_Activity_Id__c'),
          ]),
        ),
      }));
    const subject = await person();
    const [made, other] = [run(subject, input), run(subject, input)];
    await org.fault({ path: '/composite/sobjects', drop: 'after' });
    await expect(perform(action, made)).rejects.toMatchObject({ kind: hasField ? 'transient' : 'unknown' });
    expect(await lookUp(action, made, other)).toMatchObject([
      { runId: made.runId, status: 'done', already: true },
      { runId: other.runId, status: 'not_done' },
    ]);
  });
});

describe('task.create', () => {
  it('gives the task to the user or queue of that name, and refuses names that nobody has', async () => {
    const subject = await person();
    const results = await perform(
      'task.create',
      run(subject, { subject: 'Call', owner: 'sam.sales@sandbox.test' }, 'run-1'),
      run(subject, { subject: 'Call', owner: 'nobody@sandbox.test' }, 'run-2'),
    );
    expect(results.find(({ runId }) => runId === 'run-1')).toMatchObject({ status: 'done' });
    expect(results.find(({ runId }) => runId === 'run-2')).toMatchObject({
      status: 'failed',
      error: { kind: 'rejected', details: { code: 'OWNER_UNKNOWN' } },
    });
    const [sam] = (await org.records('User')).filter(({ Username }) => Username === 'sam.sales@sandbox.test');
    expect(await org.records('Task')).toMatchObject([{ OwnerId: sam?.Id, Subject: 'Call', Status: 'Not Started' }]);
  });
});

describe('handing over', () => {
  it('makes a task for whoever takes over, due on the day, with as much of the transcript as fits', async () => {
    const input = salesforce.handOff?.input({
      title: 'Wants a person',
      text: 'x'.repeat(40_000),
      owner: 'sam.sales@sandbox.test',
      dueInHours: 4,
    });
    expect(await perform(salesforce.handOff?.action ?? '', run(await person(), input))).toMatchObject([
      { status: 'done' },
    ]);
    const [sam] = (await org.records('User')).filter(({ Username }) => Username === 'sam.sales@sandbox.test');
    expect(await org.records('Task')).toMatchObject([
      { Subject: 'Wants a person', OwnerId: sam?.Id, Priority: 'High' },
    ]);
  });

  it('needs nobody in particular', () => {
    const request = { title: 'x', text: 'y', owner: '', dueInHours: 30 };
    expect(salesforce.handOff?.input(request)).toEqual({ subject: 'x', description: 'y', priority: 'High', due: 1 });
  });
});

describe('owner.change', () => {
  it('gives a lead to a queue and a contact to a user', async () => {
    const [queue] = (await org.records('Group')).filter(({ Type }) => Type === 'Queue');
    const [lead, contact] = [await person('lead', 'Lead'), await person('contact')];
    await perform(
      'owner.change',
      run(lead, { owner: String(queue?.DeveloperName) }),
      run(contact, { owner: 'sam.sales@sandbox.test' }),
    );
    expect(await org.records('Lead')).toMatchObject([{ OwnerId: queue?.Id }]);
    const [sam] = (await org.records('User')).filter(({ Username }) => Username === 'sam.sales@sandbox.test');
    expect(await org.records('Contact')).toMatchObject([{ OwnerId: sam?.Id }]);
  });
});

describe('opportunity.create_or_update', () => {
  const input = { name: 'Web shop', stage: 'Prospecting', amount: '1250.50', closes: '2026-12-31' };
  const act = 'opportunity.create_or_update';

  it('makes one with the person as its primary contact', async () => {
    const subject = await person();
    expect(await perform(act, run(subject, input))).toMatchObject([{ status: 'done', detail: { created: true } }]);
    expect(await org.records('Opportunity')).toMatchObject([
      { Name: 'Web shop', Amount: 1250.5, CloseDate: '2026-12-31' },
    ]);
    expect(await org.records('OpportunityContactRole')).toMatchObject([
      { ContactId: subject.remoteId, IsPrimary: true },
    ]);
  });

  it('updates the open one of that name, and makes a new one when that is closed', async () => {
    const subject = await person();
    await perform(act, run(subject, input));
    expect(await perform(act, run(subject, { ...input, stage: 'Closed Won' }))).toMatchObject([
      { detail: { created: false } },
    ]);
    await perform(act, run(subject, input));
    expect(await org.records('Opportunity')).toMatchObject([{ StageName: 'Closed Won' }, { StageName: 'Prospecting' }]);
  });

  it('makes nothing when the contact role cannot be made', async () => {
    const subject = { ...(await person()), remoteId: idOf('003', 9) };
    expect(await perform(act, run(subject, input))).toMatchObject([{ status: 'failed', error: { kind: 'rejected' } }]);
    expect(await org.records('Opportunity')).toEqual([]);
  });

  it('is refused in Salesforce’s words, and not at all for leads', async () => {
    const contact = run(await person(), { ...input, name: 'x', fields: { Nope__c: 'x' } });
    const lead = run(await person('lead', 'Lead'), input);
    expect(await perform(act, contact, lead)).toMatchObject([
      { status: 'failed', error: { kind: 'rejected', details: { code: 'INVALID_FIELD' } } },
      { status: 'failed', error: { kind: 'rejected', details: { code: 'LEAD_HAS_NO_OPPORTUNITIES' } } },
    ]);
  });
});

describe('note.create', () => {
  it('keeps the transcript as a note at the record, safely as text', async () => {
    const subject = await person();
    expect(await perform('note.create', run(subject, { title: 'Chat', text: 'Hi <b>\nBye' }))).toMatchObject([
      { status: 'done' },
    ]);
    const [note] = await org.records('ContentNote');
    expect(Buffer.from(String(note?.Content), 'base64').toString()).toBe('<p>Hi &lt;b&gt;</p><p>Bye</p>');
    expect(await org.records('ContentDocumentLink')).toMatchObject([{ LinkedEntityId: subject.remoteId }]);
  });

  it('is found again when nobody knows whether it was made', async () => {
    const subject = await person();
    const [made, other] = [run(subject, { text: 'Hi' }), run(subject, { text: 'Hi' })];
    await org.fault({ path: '/composite', drop: 'after' });
    expect(await perform('note.create', made)).toMatchObject([{ status: 'failed', error: { kind: 'unknown' } }]);
    expect(await lookUp('note.create', made, other)).toMatchObject([{ status: 'done' }, { status: 'not_done' }]);
  });
});
