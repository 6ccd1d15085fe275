import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ActionLookUp, ActionRequest, ActionResult } from '../action.js';
import { mailchimp } from './definition.js';
import { asDelivered, consent, list, record, rehearse, testKey, type Rehearsal } from './test-support.js';

const ada = 'ada@chat.test';
const grace = 'grace@chat.test';
const runId = '0b6f2c5e-6d9a-4c55-9f0e-3a1d1f3a0001';
const plannedAt = new Date();

interface Cast extends Rehearsal {
  readonly request: (email: string, input: object, id?: string) => ActionRequest;
  readonly perform: (action: string, ...requests: readonly ActionRequest[]) => Promise<readonly ActionResult[]>;
  readonly lookUp: (action: string, request: ActionRequest) => Promise<ActionLookUp | undefined>;
}

/** Ada and Grace are subscribed. */
async function cast(): Promise<Cast> {
  const sandbox = await rehearse();
  const results = await sandbox.upsert(
    ...[ada, grace].map((email) =>
      record(email, { fields: { FNAME: { type: 'string', value: email === ada ? 'Ada' : 'Grace' } } }),
    ),
  );
  sandbox.startCounting();
  return {
    ...sandbox,
    request: (email, input, id = `${runId}-${email}`) => {
      const held = asDelivered(results.find(({ profileId }) => profileId.endsWith(email)));
      const consents = { email: consent('granted', '2026-01-10T10:00:00.000Z') };
      const { profileId, remoteId, memo } = held;
      return {
        runId: id,
        input,
        plannedAt,
        subject: { profileId, key: email, remoteId, memo, email, phone: null, consents },
      };
    },
    perform: async (action, ...requests) => (await sandbox.connection.perform?.(action, requests)) ?? [],
    lookUp: async (action, request) => (await sandbox.connection.lookUp?.(action, [request]))?.[0],
  };
}

const account = (input: object, id = runId): ActionRequest => ({ runId: id, input, plannedAt, subject: null });

it('declares every action with an input that can be drawn, and a nature that fits what can be asked', () => {
  for (const { id, input, nature, subject, consent: purpose } of mailchimp.actions ?? []) {
    expect(id).toMatch(/^[a-z]+\.[a-z]+$/);
    expect(z.toJSONSchema(input, { io: 'input' }).type).toBe('object');
    expect(purpose === 'email', id).toBe(id === 'journey.trigger' || id === 'automation.enqueue');
    expect(subject === 'account', id).toBe(id.startsWith('campaign.'));
    expect(nature === 'checkable', id).toBe(id === 'event.add' || id === 'campaign.send');
  }
});

describe('tags', () => {
  it('are added and removed, also twice, and leave the others alone', async () => {
    const { perform, request, member, send } = await cast();
    await send('POST', `${list}/members/${ada}/tags`, { tags: [{ name: 'by hand', status: 'active' }] });
    for (let times = 0; times < 2; times += 1)
      expect(await perform('tag.add', request(ada, { tag: 'vip' }), request(grace, { tag: 'vip' }))).toMatchObject([
        { status: 'done' },
        { status: 'done' },
      ]);
    await perform('tag.remove', request(ada, { tag: 'VIP' }));
    expect(await member(ada)).toMatchObject({ tags: [{ name: 'by hand' }] });
    expect(await member(grace)).toMatchObject({ tags: [{ name: 'vip' }] });
  });

  it('start the journeys that wait for them, unless that is not wanted', async () => {
    const { perform, request, setUp, page } = await cast();
    await setUp((_audience, state) => {
      state.journeys = [
        {
          id: 7,
          name: 'VIPs',
          list_id: list.slice(-10),
          tag: 'vip',
          steps: [{ id: 8, name: 'Hi', subject: 'Hi', html: 'Hi' }],
        },
      ];
    });
    await perform('tag.add', request(ada, { tag: 'vip', startsAutomations: false }));
    expect(await page()).not.toContain('VIPs');
    await perform('tag.add', request(grace, { tag: 'vip' }));
    expect(await page()).toContain('VIPs');
  });
});

it('static segments are filled and emptied with one call for everybody', async () => {
  const { perform, request, calls, send, startCounting } = await cast();
  await perform('segment.add', request(ada, { segment: 'Fans' }), request(grace, { segment: 'fans' }));
  const { segments } = await send('GET', `${list}/segments`);
  expect(segments).toMatchObject([{ name: 'Fans', member_count: 2 }]);
  startCounting();
  await perform('segment.remove', request(ada, { segment: 'Fans' }), request(grace, { segment: 'Fans' }));
  expect(calls()).toEqual([expect.stringMatching(/^POST .*\/segments\/\d+$/)]);
});

describe('an event', () => {
  it('is shown at the contact with our run, and starts journeys', async () => {
    const { perform, request, send } = await cast();
    const input = { name: 'bought', properties: { what: 'tea' }, occurredAt: '2026-03-01T10:00:00Z' };
    expect(await perform('event.add', request(ada, input, runId))).toMatchObject([{ status: 'done' }]);
    const { events } = await send('GET', `${list}/members/${ada}/events`);
    expect(events).toMatchObject([{ name: 'bought', properties: { what: 'tea', parley_run: runId } }]);
  });

  it('whose answer was lost is looked up instead of being added again', async () => {
    const { perform, request, send, lookUp } = await cast();
    await send('POST', '/_sandbox/faults', { path: '/events', drop: 'after' });
    const one = request(ada, { name: 'bought' }, runId);
    expect(await perform('event.add', one)).toMatchObject([{ status: 'failed', error: { kind: 'unknown' } }]);
    expect(await lookUp('event.add', one)).toMatchObject({ status: 'done', already: true });
    expect(await lookUp('event.add', request(ada, { name: 'bought' }, 'another'))).toMatchObject({
      status: 'not_done',
    });
  });
});

describe('journeys and automations', () => {
  const journey = { journeyId: '101', stepId: '201' };
  const automation = { workflowId: 'd1e2f3a4b5', emailId: 'e1f2a3b4c5' };

  it('take a contact and mail them, with their merge tags filled in', async () => {
    const { perform, request, origin, page } = await cast();
    expect(await perform('journey.trigger', request(ada, journey))).toMatchObject([
      { status: 'done', reference: '101/201' },
    ]);
    expect(await perform('automation.enqueue', request(grace, automation))).toMatchObject([
      { status: 'done', already: false },
    ]);
    expect(await page()).toContain('Welcome from the chat');
    const outbox = await (await fetch(`${origin}/_sandbox/outbox`)).text();
    expect(outbox).toContain('Welcome, Ada');
    expect(outbox).toContain('Hello Grace');
  });

  it.each([
    ['journey.trigger', journey],
    ['automation.enqueue', automation],
  ])('%s leaves out whoever opted out there', async (action, input) => {
    const { perform, request, optOut } = await cast();
    await optOut(ada);
    expect(await perform(action, request(ada, input))).toMatchObject([
      { status: 'withheld', code: 'unsubscribed_at_mailchimp' },
    ]);
  });

  it('an automation takes everybody once', async () => {
    const { perform, request } = await cast();
    await perform('automation.enqueue', request(ada, automation));
    expect(await perform('automation.enqueue', request(ada, automation))).toMatchObject([
      { status: 'done', already: true },
    ]);
  });

  it('a journey whose call got no answer is not started again by itself', async () => {
    const { perform, request, send } = await cast();
    await send('POST', '/_sandbox/faults', { path: '/actions/trigger', drop: 'after' });
    expect(await perform('journey.trigger', request(ada, journey))).toMatchObject([{ error: { kind: 'unknown' } }]);
    expect(await perform('journey.trigger', request(ada, { journeyId: '9', stepId: '9' }))).toMatchObject([
      { status: 'failed', error: { kind: 'rejected' } },
    ]);
  });
});

describe('a campaign', () => {
  const letter = { subject: 'Hello *|FNAME|*', html: '<p>Dear *|FNAME|*</p>' };
  const campaigns = async ({ send }: Cast) =>
    z
      .object({ campaigns: z.array(z.looseObject({ id: z.string(), status: z.string() })) })
      .parse(await send('GET', '/3.0/campaigns?count=100')).campaigns;
  const outbox = async ({ origin }: Cast) => (await fetch(`${origin}/_sandbox/outbox`)).text();

  it('is made for a segment from a template, tested, and sent to the subscribed of it alone', async () => {
    const stage = await cast();
    const { perform, request, optOut } = stage;
    await perform('segment.add', request(ada, { segment: 'Fans' }), request(grace, { segment: 'Fans' }));
    await optOut(grace);
    const input = {
      segment: 'fans',
      subject: 'For *|FNAME|*',
      templateId: '2001',
      sections: { body: '<b>New!</b>' },
      testTo: ['me@chat.test'],
    };
    const [result] = await perform('campaign.send', account(input));
    expect(result).toMatchObject({ status: 'done', already: false, detail: { status: 'sent', recipients: 1 } });
    const mail = await outbox(stage);
    expect(mail).toContain('me@chat.test');
    expect(mail).toContain('For Ada');
    expect(mail).not.toContain(grace);
  });

  it('is tested without being sent: a draft is left, found again when the answer was lost', async () => {
    const stage = await cast();
    const input = { ...letter, testTo: ['me@chat.test'] };
    await stage.send('POST', '/_sandbox/faults', { path: '/actions/test', method: 'POST', drop: 'after' });
    expect(await stage.perform('campaign.test', account(input))).toMatchObject([{ error: { kind: 'unknown' } }]);
    expect(await stage.perform('campaign.test', account(input))).toMatchObject([
      { status: 'done', detail: { status: 'save' } },
    ]);
    expect(await campaigns(stage)).toMatchObject([{ status: 'save' }]);
    const mail = await outbox(stage);
    expect(mail).toContain('me@chat.test');
    expect(mail).not.toContain(ada);
    expect(mailchimp.actions?.find(({ id }) => id === 'campaign.test')?.input.safeParse(letter).success).toBe(false);
  });

  it('is sent once, however often it is asked for', async () => {
    const stage = await cast();
    const first = await stage.perform('campaign.send', account(letter));
    const again = await stage.perform('campaign.send', account(letter));
    expect([...first, ...again]).toMatchObject([{ already: false }, { already: true }]);
    expect(await campaigns(stage)).toMatchObject([{ status: 'sent', emails_sent: 2 }]);
  });

  it.each([
    ['/campaigns?', 'POST', 'not_done'],
    ['/actions/send', 'POST', 'done'],
  ])('whose answer to %s was lost is looked up, and still sent once', async (path, method, found) => {
    const stage = await cast();
    await stage.send('POST', '/_sandbox/faults', { path: path.replace('?', ''), method, drop: 'after' });
    expect(await stage.perform('campaign.send', account(letter))).toMatchObject([{ error: { kind: 'unknown' } }]);
    expect(await stage.lookUp('campaign.send', account(letter))).toMatchObject({ status: found });
    await stage.perform('campaign.send', account(letter));
    expect(await campaigns(stage)).toMatchObject([{ status: 'sent', emails_sent: 2 }]);
  });

  it('that went out after all, though Mailchimp’s listing does not show it yet, is done and not refused', async () => {
    const stage = await cast();
    const run = account(letter);
    const [first] = await stage.perform('campaign.send', run);
    const [sent] = await campaigns(stage);
    const settings = { title: `Campaign (Parley ${run.runId})` };
    const body = { campaigns: [{ id: sent?.id, status: 'save', settings }] };
    await stage.send('POST', '/_sandbox/faults', { path: '/campaigns?', answer: { status: 200, body } });
    expect(await stage.perform('campaign.send', run)).toMatchObject([
      { status: 'done', already: true, reference: first?.status === 'done' ? first.reference : '' },
    ]);
    expect(await campaigns(stage)).toHaveLength(1);
  });

  it('that is not ready is refused with Mailchimp’s own list of what is missing', async () => {
    const { perform, setUp } = await cast();
    await setUp((audience) => (audience.members = []));
    expect(await perform('campaign.send', account(letter))).toMatchObject([
      { error: { kind: 'rejected', message: expect.stringContaining('Recipients: Nobody') as unknown } },
    ]);
    expect(await perform('campaign.send', account({ ...letter, segment: 'nobody' }, 'x'))).toMatchObject([
      { error: { details: { code: 'no_such_segment' } } },
    ]);
  });

  it('is scheduled for the next quarter of an hour, and taken back', async () => {
    const stage = await cast();
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    const [result] = await stage.perform('campaign.send', account({ ...letter, sendAt }));
    expect(result).toMatchObject({ status: 'done', detail: { status: 'schedule' } });
    const campaignId = result?.status === 'done' ? result.reference : null;
    expect(await stage.perform('campaign.cancel', account({ campaignId }))).toMatchObject([{ already: false }]);
    expect(await stage.perform('campaign.cancel', account({ campaignId }))).toMatchObject([{ already: true }]);
    expect(await campaigns(stage)).toMatchObject([{ status: 'save' }]);
  });

  it('goes out by the sandbox’s clock when it was scheduled', async () => {
    const stage = await cast();
    await stage.perform(
      'campaign.send',
      account({ ...letter, sendAt: new Date(Date.now() + 3_600_000).toISOString() }),
    );
    await stage.send('PUT', '/_sandbox/clock', { now: new Date(Date.now() + 7_200_000).toISOString() });
    expect(await campaigns(stage)).toMatchObject([{ status: 'sent' }]);
    expect(await outbox(stage)).toContain('Hello Grace');
  });

  it('is stopped while it is being sent, and cannot be once it has been', async () => {
    const stage = await cast();
    await stage.setUp((_audience, state) => (state.sendTakesMs = 60_000));
    const [first] = await stage.perform('campaign.send', account(letter));
    const cancel = (result: ActionResult | undefined) =>
      stage.perform('campaign.cancel', account({ campaignId: result?.status === 'done' ? result.reference : '' }));
    expect(await cancel(first)).toMatchObject([{ status: 'done', already: false }]);
    expect(await outbox(stage)).not.toContain('Hello');
    await stage.setUp((_audience, state) => (state.sendTakesMs = 0));
    const [second] = await stage.perform('campaign.send', account(letter, 'another-run'));
    expect(await cancel(second)).toMatchObject([{ error: { details: { code: 'already_sent' } } }]);
    expect(await stage.perform('campaign.cancel', account({ campaignId: 'ffffffffff' }))).toMatchObject([
      { error: { details: { code: 'no_such_campaign' } } },
    ]);
  });
});

describe('erasure', () => {
  it('deletes the person for good at every address, and Mailchimp never takes them back', async () => {
    const { connection, request, member, upsert } = await cast();
    const { subject } = request(ada, {});
    if (subject === null) throw new Error('no subject');
    const emails = [ada, grace, 'never@chat.test'];
    const erased = { ...subject, emails };
    expect(await connection.erase?.('member', [erased])).toEqual([
      { profileId: subject.profileId, status: 'erased', already: false },
    ]);
    for (const email of [ada, grace]) expect(await member(email)).toMatchObject({ status: 404 });
    expect(await connection.erase?.('member', [erased])).toMatchObject([{ status: 'erased', already: true }]);
    expect(await upsert(record(ada))).toMatchObject([{ status: 'withheld', code: 'forgotten_at_mailchimp' }]);
    expect(mailchimp.erasure).toContain('never takes these addresses back');
  });

  it('that does not get through is due again', async () => {
    const { connection, request, send } = await cast();
    const { subject } = request(ada, {});
    await send('POST', '/_sandbox/faults', { path: 'delete-permanent', answer: { status: 500, body: 'down' } });
    if (subject === null) throw new Error('no subject');
    await expect(connection.erase?.('member', [{ ...subject, emails: [ada] }])).rejects.toMatchObject({
      kind: 'transient',
    });
  });
});

it('what the plan does not allow fails alone, and a key that is not let in stops everything', async () => {
  const { perform, request, send } = await cast();
  const journey = { journeyId: '101', stepId: '201' };
  const refuse = (status: number, title: string) =>
    send('POST', '/_sandbox/faults', { path: '/trigger', answer: { status, body: { title, status, detail: 'No.' } } });
  await refuse(403, 'Forbidden');
  expect(await perform('journey.trigger', request(ada, journey), request(grace, journey))).toMatchObject([
    { status: 'failed', error: { kind: 'rejected', details: { code: 'Forbidden' } } },
    { status: 'done' },
  ]);
  await refuse(401, 'API Key Invalid');
  await expect(perform('journey.trigger', request(ada, journey, 'again'))).rejects.toMatchObject({
    kind: 'unauthorized',
  });
});

it('no error and no result ever holds the key', async () => {
  const { perform, request, send } = await cast();
  await send('POST', '/_sandbox/faults', { path: '/tags', answer: { status: 500, body: 'down' } });
  const failed = await perform('tag.add', request(ada, { tag: 'x' })).catch((error: unknown) => error);
  const text = inspect(failed, { depth: 12 });
  expect(text).not.toContain(testKey);
  expect(text).not.toContain(Buffer.from(`user:${testKey}`).toString('base64'));
});
