import { describe, expect, it } from 'vitest';
import type { ActionRequest, ActionResult } from '../action.js';
import { hubspot } from './definition.js';
import { contactAt, rehearse, type Rehearsal, runOf, stateOf, subjectOf } from './test-support.js';

const perform = async (
  account: Rehearsal,
  action: string,
  ...runs: ActionRequest[]
): Promise<readonly ActionResult[]> => (await account.connection.perform?.(action, runs)) ?? [];
const lookUp = async (account: Rehearsal, action: string, ...runs: ActionRequest[]) =>
  (await account.connection.lookUp?.(action, runs)) ?? [];

async function withContacts(...emails: string[]) {
  const account = await rehearse();
  const ids: string[] = [];
  for (const email of emails) ids.push(await contactAt(account, email));
  return { account, subjects: emails.map((email, n) => subjectOf(ids[n] ?? '', email)) };
}
const withAda = async () => {
  const { account, subjects } = await withContacts('ada@example.com');
  const [ada = subjectOf('0', null)] = subjects;
  return { account, ada };
};

describe('the declarations', () => {
  const actions = hubspot.actions ?? [];

  it('promise a look-up exactly for what is neither repeatable nor lost', () => {
    expect(Object.fromEntries(actions.map(({ id, nature }) => [id, nature]))).toEqual({
      'list.add': 'repeatable',
      'list.remove': 'repeatable',
      'workflow.enrol': 'repeatable',
      'workflow.enrol_direct': 'once',
      'event.send': 'repeatable',
      'email.send_single': 'repeatable',
      'email.send_transactional': 'repeatable',
      'contact.set_properties': 'repeatable',
      'note.create': 'checkable',
      'task.create': 'checkable',
      'deal.create': 'checkable',
      'subscription.change': 'repeatable',
    });
  });

  it('let nobody be reached by e-mail without consent', () => {
    const reaching = actions.filter(({ consent }) => consent !== null);
    expect(reaching.map(({ id, consent }) => `${id} ${String(consent)}`)).toEqual([
      'email.send_single email',
      'email.send_transactional email',
    ]);
  });

  it('are the only ones there are', async () => {
    const { account, ada } = await withAda();
    await expect(account.connection.perform?.('contact.delete', [runOf(ada, {})])).rejects.toMatchObject({
      details: { code: 'UNKNOWN_ACTION' },
    });
  });

  it('refuse an input that does not fit, without a call', async () => {
    const { account, ada } = await withAda();
    const before = account.calls().length;
    expect(await perform(account, 'list.add', runOf(ada, { lst: 'x' }))).toMatchObject([
      { status: 'failed', error: { kind: 'rejected', details: { code: 'INVALID_INPUT' } } },
    ]);
    expect(account.calls()).toHaveLength(before);
  });
});

describe('lists and workflows', () => {
  it('take many people in one call and say who was there already', async () => {
    const { account, subjects } = await withContacts('ada@example.com', 'bob@example.com');
    const runs = subjects.map((subject) => runOf(subject, { list: 'Hot' }));
    expect(await perform(account, 'list.add', ...runs)).toMatchObject([{ already: false }, { already: false }]);
    expect(account.calls().filter((call) => call.endsWith('/memberships/add'))).toHaveLength(1);
    expect(await perform(account, 'list.add', ...runs)).toMatchObject([{ already: true }, { already: true }]);
    expect(await perform(account, 'list.remove', ...runs)).toMatchObject([{ already: false }, { already: false }]);
  });

  it('fail the one person whom HubSpot does not know', async () => {
    const { account, ada } = await withAda();
    const results = await perform(
      account,
      'list.add',
      runOf(ada, { list: 'Hot' }),
      runOf(subjectOf('99', 'x@example.com'), { list: 'Hot' }),
    );
    expect(results).toMatchObject([
      { status: 'done' },
      { status: 'failed', error: { kind: 'rejected', details: { code: 'OBJECT_NOT_FOUND' } } },
    ]);
  });

  it('take somebody whom HubSpot has merged into another record, by that one', async () => {
    const { account, subjects } = await withContacts('ada@example.com', 'bob@example.com');
    const [ada, bob] = subjects;
    if (ada === undefined || bob === undefined) throw new Error('There are two');
    const merge = { primaryObjectId: ada.remoteId, objectIdToMerge: bob.remoteId };
    await account.person('POST', '/crm/v3/objects/contacts/merge', merge);
    const result = await perform(account, 'list.add', runOf(bob, { list: 'Hot' }));
    expect(result).toMatchObject([{ status: 'done', already: false }]);
    const members = async () => (await stateOf(account)).lists.find(({ name }) => name === 'Hot')?.members ?? {};
    expect(Object.keys(await members())).toEqual([ada.remoteId]);
    expect(await perform(account, 'list.add', runOf(bob, { list: 'Hot' }))).toMatchObject([{ already: true }]);
    await perform(account, 'list.remove', runOf(bob, { list: 'Hot' }));
    expect(Object.keys(await members())).toEqual([]);
  });

  it('start the workflow that listens to the list', async () => {
    const { account, ada } = await withAda();
    await perform(account, 'workflow.enrol', runOf(ada, { list: 'Chat: hot leads' }));
    expect((await stateOf(account)).enrolments).toMatchObject([{ flowId: '900001', contactId: ada.remoteId }]);
  });

  it('start it once more when that is asked for, but not twice for one run', async () => {
    const { account, ada } = await withAda();
    await perform(account, 'workflow.enrol', runOf(ada, { list: 'Chat: hot leads' }));
    const inSeconds = (seconds: number): Date => new Date(Date.now() + seconds * 1_000);
    await account.control('PUT', 'clock', { now: inSeconds(60).toISOString() });
    const again = runOf(ada, { list: 'Chat: hot leads', again: true }, inSeconds(30));
    expect(await perform(account, 'workflow.enrol', again)).toMatchObject([{ status: 'done', already: false }]);
    const changes = () => account.calls().filter((call) => call.includes('/memberships/')).length;
    const before = changes();
    expect(await perform(account, 'workflow.enrol', again)).toMatchObject([{ status: 'done', already: true }]);
    expect(changes()).toBe(before);
  });

  it('enrol directly by the number in the workflow’s address, which is looked up once', async () => {
    const { account, subjects } = await withContacts('ada@example.com', 'bob+tag@example.com');
    for (const subject of subjects)
      expect(await perform(account, 'workflow.enrol_direct', runOf(subject, { workflow: '900002' }))).toMatchObject([
        { status: 'done' },
      ]);
    expect((await stateOf(account)).enrolments).toHaveLength(2);
    expect(account.calls().filter((call) => call.includes('workflow-id-mappings'))).toHaveLength(1);
  });

  it('do not enrol in a workflow that is unknown or off, nor a person unknown there or without an address', async () => {
    const { account, ada } = await withAda();
    const outcomes = await perform(
      account,
      'workflow.enrol_direct',
      runOf(ada, { workflow: '123' }),
      runOf(ada, { workflow: '900003' }),
      runOf(subjectOf(ada.remoteId, null), { workflow: '900002' }),
      runOf(subjectOf(ada.remoteId, 'nobody@example.com'), { workflow: '900002' }),
      runOf(ada, { workflow: '77', idKind: 'workflow' }),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'failed'));
    expect(outcomes).toMatchObject([
      { error: { details: { code: 'UNKNOWN_WORKFLOW' } } },
      { error: { kind: 'rejected' } },
      { error: { details: { code: 'NO_EMAIL' } } },
      { error: { kind: 'rejected', message: 'Contact with email nobody@example.com does not exist' } },
      { error: { kind: 'rejected', message: 'No workflow found with ID 77' } },
    ]);
  });

  it('do not know whether an enrolment arrived that got no answer', async () => {
    const { account, ada } = await withAda();
    await account.control('POST', 'faults', { path: '/enrollments/', drop: 'after' });
    expect(
      await perform(account, 'workflow.enrol_direct', runOf(ada, { workflow: '3002', idKind: 'workflow' })),
    ).toMatchObject([{ status: 'failed', error: { kind: 'unknown' } }]);
  });
});

describe('set properties', () => {
  it('writes many contacts in one call, converted, and twice the same contact one after the other', async () => {
    const { account, subjects } = await withContacts('ada@example.com', 'bob@example.com');
    const [ada, bob] = subjects;
    if (ada === undefined || bob === undefined) throw new Error('No contacts');
    const results = await perform(
      account,
      'contact.set_properties',
      runOf(ada, { properties: { plan: 'Pro', newsletter: 'yes', firstname: 'Ada' } }),
      runOf(bob, { properties: { budget: '12.5' } }),
      runOf(ada, { properties: { firstname: '', nowhere: 'x' } }),
    );
    expect(results.map(({ status }) => status)).toEqual(['done', 'done', 'done']);
    expect(results[2]).toMatchObject({ detail: { dropped: [{ code: 'PROPERTY_DOESNT_EXIST' }] } });
    expect(account.calls().filter((call) => call.endsWith('/batch/update'))).toHaveLength(2);
    const { contacts } = await stateOf(account);
    expect(contacts.map(({ properties }) => properties)).toMatchObject([
      { plan: 'pro', newsletter: 'true' },
      { budget: '12.5' },
    ]);
    expect(contacts[0]?.properties.firstname).toBeUndefined();
  });

  it('fails when nothing of it can be set, and when the contact is gone', async () => {
    const { account, ada } = await withAda();
    const gone = subjectOf('99', 'x@example.com');
    const results = await perform(
      account,
      'contact.set_properties',
      runOf(ada, { properties: { nowhere: 'x' } }),
      runOf(gone, { properties: { firstname: 'X' } }),
    );
    expect(results).toMatchObject([
      { status: 'failed', error: { kind: 'rejected', details: { code: 'PROPERTY_DOESNT_EXIST' } } },
      { status: 'failed', error: { kind: 'rejected', details: { code: 'OBJECT_NOT_FOUND' } } },
    ]);
  });
});

describe('notes, tasks and deals', () => {
  it('are made for the contact, with the words of the chat as text and not as markup', async () => {
    const { account, ada } = await withAda();
    const text = 'Bot: what do you need?\nAda: <b>shoes</b> & hats';
    await perform(account, 'note.create', runOf(ada, { text }));
    const plannedAt = new Date('2026-11-22T10:00:00.000Z');
    await perform(
      account,
      'task.create',
      runOf(ada, { subject: 'Call Ada', text, dueInHours: '2', priority: 'HIGH' }, plannedAt),
    );
    const { objects, associations } = await stateOf(account);
    expect(objects.notes.records[0]?.properties.hs_note_body).toContain(
      'Bot: what do you need?<br>Ada: &lt;b&gt;shoes&lt;/b&gt; &amp; hats',
    );
    expect(objects.tasks.records[0]?.properties).toMatchObject({
      hs_task_subject: 'Call Ada',
      hs_task_priority: 'HIGH',
      hs_timestamp: '2026-11-22T12:00:00Z',
    });
    const made = associations.filter(({ fromType }) => fromType === 'contacts').map(({ toType }) => toType);
    expect(made.toSorted()).toEqual(['notes', 'tasks']);
  });

  it('make a deal in the stage that people call by name, with its amount to the cent', async () => {
    const { account, ada } = await withAda();
    const { pipelines } = await stateOf(account);
    const [pipeline] = pipelines.deals;
    const stage = pipeline?.stages[1];
    const input = { name: 'Shoes', stage: stage?.label, amount: '49.90', currency: 'EUR', closeInDays: 7 };
    const [result] = await perform(account, 'deal.create', runOf(ada, input));
    const { objects } = await stateOf(account);
    expect(result).toMatchObject({ status: 'done', reference: objects.deals.records[0]?.id });
    expect(objects.deals.records[0]?.properties).toMatchObject({
      dealname: 'Shoes',
      amount: '49.90',
      deal_currency_code: 'EUR',
      dealstage: stage?.id,
      pipeline: pipeline?.id,
    });
  });

  it('refuse a stage or an owner that does not exist, and say which there are', async () => {
    const { account, ada } = await withAda();
    const [stage] = await perform(account, 'deal.create', runOf(ada, { name: 'Shoes', stage: 'Nowhere' }));
    expect(stage).toMatchObject({ status: 'failed', error: { kind: 'rejected', details: { code: 'UNKNOWN_CHOICE' } } });
    expect(stage?.status === 'failed' && stage.error.message).toContain('There are: ');
    const [owner] = await perform(account, 'note.create', runOf(ada, { text: 'x', owner: 'nobody@example.com' }));
    expect(owner).toMatchObject({ status: 'failed', error: { details: { code: 'UNKNOWN_CHOICE' } } });
  });

  it('go to the owner that is named by e-mail address', async () => {
    const { account, ada } = await withAda();
    const { owners } = await stateOf(account);
    const [owner] = owners;
    await perform(account, 'task.create', runOf(ada, { subject: 'Call', owner: owner?.email.toUpperCase() }));
    expect((await stateOf(account)).objects.tasks.records[0]?.properties.hubspot_owner_id).toBe(owner?.id);
  });

  it('are how a person takes over: a task of high priority with all that is known, as far as HubSpot takes it', async () => {
    const { account, ada } = await withAda();
    const text = `Call back <now>\n${'What was written\n'.repeat(4_000)}`;
    const input = hubspot.handOff?.input({ title: 'Call Ada', text, owner: '', dueInHours: 2 });
    expect(await perform(account, hubspot.handOff?.action ?? '', runOf(ada, input))).toMatchObject([
      { status: 'done' },
    ]);
    const [task] = (await stateOf(account)).objects.tasks.records;
    expect(task?.properties).toMatchObject({ hs_task_subject: 'Call Ada', hs_task_priority: 'HIGH' });
    expect(task?.properties.hs_task_body).toContain('Call back &lt;now&gt;<br>What was written<br>');
    expect(task?.properties.hs_task_body?.length).toBeLessThan(65_536);
  });

  it.each([
    ['note.create', { text: 'Hello' }, '/objects/notes'],
    ['task.create', { subject: 'Call', text: 'Hello' }, '/objects/tasks'],
    ['deal.create', { name: 'Shoes', stage: 'appointmentscheduled' }, '/objects/deals'],
  ])('of which nobody knows whether they were made can be looked up (%s)', async (action, input, path) => {
    const { account, ada } = await withAda();
    await perform(account, action, runOf(ada, input));
    const lost = runOf(ada, input);
    await account.control('POST', 'faults', { method: 'POST', path, drop: 'after' });
    expect(await perform(account, action, lost)).toMatchObject([{ status: 'failed', error: { kind: 'unknown' } }]);
    const never = runOf(ada, input);
    const [made, notMade] = await lookUp(account, action, lost, never);
    expect(made).toMatchObject({ status: 'done', already: true });
    expect(notMade).toMatchObject({ status: 'not_done' });
    const { objects } = await stateOf(account);
    const records = [...objects.notes.records, ...objects.tasks.records, ...objects.deals.records];
    expect(made?.status === 'done' && made.reference).toBe(records[1]?.id);
  });

  it('that a limit stopped are tried again, and those before it stay done', async () => {
    const { account, ada } = await withAda();
    await account.control('POST', 'faults', { path: '/objects/notes', delayMs: 0 });
    await account.control('POST', 'faults', {
      path: '/objects/notes',
      answer: { status: 429, body: { message: 'x', policyName: 'TEN_SECONDLY_ROLLING' } },
    });
    const runs = [1, 2, 3].map((n) => runOf(ada, { text: `note ${String(n)}` }));
    expect(await perform(account, 'note.create', ...runs)).toMatchObject([
      { status: 'done' },
      { status: 'failed', error: { kind: 'throttled' } },
      { status: 'failed', error: { kind: 'throttled' } },
    ]);
    expect((await stateOf(account)).objects.notes.records).toHaveLength(1);
  });
});
