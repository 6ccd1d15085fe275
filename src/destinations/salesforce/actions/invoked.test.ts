import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ActionRequest, ActionSubject } from '../../action.js';
import { idOf, knownFrom, outgoing, request, TestOrg, text } from '../test-support.js';

let org: TestOrg;
beforeAll(async () => {
  org = await TestOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.sandbox.close());

async function person(): Promise<ActionSubject> {
  const fields = { LastName: text('Lovelace'), Email: text('ada@example.test') };
  const [result] = await org.connect().upsert(request([outgoing('a', { fields })]));
  const { remoteId, memo } = knownFrom(result);
  return { profileId: 'profile-a', key: 'a', remoteId, memo, email: 'ada@example.test', phone: null, consents: {} };
}
const run = (subject: ActionSubject, input: unknown, runId = 'run'): ActionRequest => ({
  runId,
  input,
  subject,
  plannedAt: new Date(),
});
const perform = async (action: string, ...requests: ActionRequest[]) =>
  (await org.connect().perform?.(action, requests)) ?? [];
const calls = (part: string) => org.sandbox.journal.entries().filter(({ path }) => path.includes(part));

describe('flow.run', () => {
  const flow = 'Bot_Segment_Entered';
  const started = (subject: ActionSubject, inputs: object, runId: string) =>
    run(subject, { flow, inputs, recordIdInto: 'contactId' }, runId);
  const interviews = async () => (await org.state()).flowInterviews;

  it('hands over the inputs and the record, one interview per run', async () => {
    const subject = await person();
    const results = await perform('flow.run', started(subject, { segment: 'vip' }, '1'), started(subject, {}, '2'));
    expect(results).toMatchObject([
      { status: 'done', reference: expect.stringMatching(/^[\w-]{36}$/) as string, detail: { status: 'Finished' } },
      { status: 'done' },
    ]);
    expect(await interviews()).toMatchObject([
      { flow, inputs: { segment: 'vip', contactId: subject.remoteId } },
      { flow, inputs: { contactId: subject.remoteId } },
    ]);
    expect(calls('/actions/custom/flow/')).toHaveLength(1);
  });

  it('tells those that failed from those that succeeded, also in a refused answer', async () => {
    const subject = await person();
    const results = await perform('flow.run', started(subject, {}, '1'), started(subject, { nope: 'x' }, '2'));
    expect(results).toMatchObject([
      { status: 'done' },
      { status: 'failed', error: { kind: 'rejected', message: expect.stringContaining('"nope"') as string } },
    ]);
  });

  it('understands the refusal of a single interview, in the flow’s own words', async () => {
    await org.change(({ flows }) => ({
      flows: (flows as object[]).map((one) => ({ ...one, fails: 'Out of coffee' })),
    }));
    expect(await perform('flow.run', started(await person(), {}, '1'))).toMatchObject([
      {
        status: 'failed',
        error: { kind: 'rejected', message: 'Out of coffee', details: { code: 'UNKNOWN_EXCEPTION' } },
      },
    ]);
  });

  it('says that there is no such flow, without stopping anything else', async () => {
    const subject = await person();
    const results = await perform('flow.run', run(subject, { flow: 'Nope' }, '1'), started(subject, {}, '2'));
    expect(results).toMatchObject([
      { status: 'failed', error: { kind: 'rejected', message: expect.stringContaining('"Nope"') as string } },
      { status: 'done' },
    ]);
  });

  it('does not repeat a call that got no answer, and says that nobody knows', async () => {
    await org.fault({ path: '/actions/custom/flow/', drop: 'after' });
    expect(await perform('flow.run', started(await person(), {}, '1'))).toMatchObject([
      { status: 'failed', error: { kind: 'unknown' } },
    ]);
    expect(await interviews()).toHaveLength(1);
  });
});

describe('platform_event.publish', () => {
  it('knows a success although Salesforce lists it among errors', async () => {
    const subject = await person();
    const input = { event: 'Bot_Event__e', fields: { Segment__c: 'vip' }, recordIdInto: 'Contact_Id__c' };
    expect(await perform('platform_event.publish', run(subject, input))).toMatchObject([
      { status: 'done', reference: expect.stringMatching(/^[\w-]{36}$/) as string },
    ]);
    const { streamEvents } = await org.state();
    expect(JSON.stringify(streamEvents)).toContain(subject.remoteId);
  });

  it('names an event that does not exist', async () => {
    expect(await perform('platform_event.publish', run(await person(), { event: 'Nope__e' }))).toMatchObject([
      { status: 'failed', error: { kind: 'rejected', message: expect.stringContaining('Nope__e') as string } },
    ]);
  });
});

describe('email.send', () => {
  const input = { subject: 'Hello', text: 'Dear Ada' };
  const tick = (field: string, value: unknown) =>
    org.change(({ contacts }) => ({ contacts: contacts.map((contact) => ({ ...contact, [field]: value })) }));

  it('sends to the person', async () => {
    const subject = await person();
    expect(await perform('email.send', run(subject, input))).toMatchObject([{ status: 'done' }]);
    expect(await perform('email.send', run(subject, { ...input, logged: false }))).toMatchObject([{ status: 'done' }]);
    const mail = { to: ['ada@example.test'], subject: 'Hello', body: 'Dear Ada' };
    expect((await org.state()).emails).toMatchObject([mail, mail]);
  });

  it('says in Salesforce’s words why it was not sent', async () => {
    const subject = { ...(await person()), email: 'nonsense' };
    expect(await perform('email.send', run(subject, { ...input, logged: 'false' }))).toMatchObject([
      { status: 'failed', error: { kind: 'rejected', message: expect.stringContaining('nonsense') as string } },
    ]);
  });

  it('sends nothing to somebody who has opted out in Salesforce', async () => {
    const subject = await person();
    await tick('HasOptedOutOfEmail', true);
    expect(await perform('email.send', run(subject, input))).toMatchObject([{ status: 'withheld', code: 'OPTED_OUT' }]);
    expect(calls('/emailSimple')).toEqual([]);
  });

  it('sends nothing when the box cannot be seen', async () => {
    const subject = await person();
    await org.change(({ contactFields }) => ({
      contactFields: contactFields.map((field) =>
        field.name === 'HasOptedOutOfEmail' ? { ...field, access: 'none' } : field,
      ),
    }));
    expect(await perform('email.send', run(subject, input))).toMatchObject([{ status: 'withheld', code: 'UNKNOWN' }]);
    expect(calls('/emailSimple')).toEqual([]);
  });

  it.each([
    ['an Individual who wants to be forgotten', { ShouldForget: true }, []],
    ['a contact-point consent that is opted out', {}, [{ ContactPointType: 'Email', PrivacyConsentStatus: 'OptOut' }]],
  ])('sends nothing because of %s', async (_what, individual, consents) => {
    await org.change((state) => ({ features: { ...(state.features as object), dataProtection: true } }));
    const subject = await person();
    const Id = idOf('0PK', 1);
    await org.put({
      Individual: [{ Id, LastName: 'Lovelace', ...individual }],
      ContactPointTypeConsent: consents.map((row, index) => ({
        Id: idOf('0ZX', index),
        Name: 'x',
        PartyId: Id,
        ...row,
      })),
    });
    await tick('IndividualId', Id);
    expect(await perform('email.send', run(subject, input))).toMatchObject([{ status: 'withheld', code: 'OPTED_OUT' }]);
  });
});
