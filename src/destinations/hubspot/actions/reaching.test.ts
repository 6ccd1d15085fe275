import { describe, expect, it } from 'vitest';
import type { ActionRequest, ActionResult } from '../../action.js';
import { contactAt, rehearse, type Rehearsal, runOf, stateOf, subjectOf } from '../test-support.js';

const perform = async (
  account: Rehearsal,
  action: string,
  ...runs: ActionRequest[]
): Promise<readonly ActionResult[]> => (await account.connection.perform?.(action, runs)) ?? [];

async function withAda(state: object = {}) {
  const account = await rehearse({ state });
  return { account, ada: subjectOf(await contactAt(account, 'ada@example.com'), 'ada@example.com') };
}

const definition = {
  name: 'bot_completed',
  label: 'Bot completed',
  propertyDefinitions: [{ name: 'bot', label: 'Bot', type: 'string' }],
};

async function withEvent() {
  const { account, ada } = await withAda();
  await account.byHand('POST', '/events/v3/event-definitions', { ...definition, primaryObject: 'CONTACT' });
  return { account, ada };
}

describe('custom events', () => {
  it('get the account’s prefix, and each counts once however often it is sent', async () => {
    const { account, ada } = await withEvent();
    const run = runOf(ada, { event: 'bot_completed', properties: { bot: 'shop' } });
    expect(await perform(account, 'event.send', run)).toMatchObject([{ status: 'done', reference: run.runId }]);
    await perform(account, 'event.send', run);
    expect((await stateOf(account)).events).toMatchObject([
      { eventType: 'pe4242001_bot_completed', uuid: run.runId, properties: { bot: 'shop' } },
    ]);
  });

  it('of many people go in one call', async () => {
    const { account, ada } = await withEvent();
    const runs = Array.from({ length: 30 }, () => runOf(ada, { event: 'pe4242001_bot_completed' }));
    const results = await perform(account, 'event.send', ...runs);
    expect(results.map(({ status }) => status)).toEqual(runs.map(() => 'done'));
    expect(account.calls().filter((call) => call.includes('/events/v3/send'))).toHaveLength(1);
    expect((await stateOf(account)).events).toHaveLength(30);
  });

  it('that HubSpot refuses fail alone', async () => {
    const { account, ada } = await withEvent();
    const runs = ['bot_completed', 'never_defined', 'bot_completed'].map((event) => runOf(ada, { event }));
    const results = await perform(account, 'event.send', ...runs);
    expect(results.map(({ status }) => status)).toEqual(['done', 'failed', 'done']);
    expect((await stateOf(account)).events).toHaveLength(2);
  });

  it('with more than HubSpot takes are refused before a call', async () => {
    const { account, ada } = await withEvent();
    const long = runOf(ada, { event: 'bot_completed', properties: { bot: 'x'.repeat(257) } });
    expect(await perform(account, 'event.send', long)).toMatchObject([
      { status: 'failed', error: { details: { code: 'INVALID_INPUT' } } },
    ]);
  });
});

describe.each([
  ['email.send_single', 4_126_643_122],
  ['email.send_transactional', 4_126_643_121],
])('an e-mail by %s', (action, emailId) => {
  it('goes out once for each run', async () => {
    const { account, ada } = await withAda();
    const run = runOf(ada, {
      emailId: String(emailId),
      customProperties: { order: '7' },
      replyTo: ['shop@example.com'],
    });
    expect(await perform(account, action, run)).toMatchObject([{ status: 'done', already: false }]);
    expect(await perform(account, action, run)).toMatchObject([{ status: 'done', already: true }]);
    const { emailSends } = await stateOf(account);
    const sent = emailSends.filter(({ sendResult }) => sendResult === 'SENT');
    expect(sent).toMatchObject([{ emailId, to: 'ada@example.com', sendId: run.runId }]);
  });

  it('is a reference to ask with while HubSpot is still at it', async () => {
    const { account, ada } = await withAda({ behaviour: { emailDelayMs: 60_000 } });
    const [result] = await perform(account, action, runOf(ada, { emailId }));
    expect(result).toMatchObject({ status: 'done', already: false, detail: { status: 'PENDING' } });
    expect(result?.status === 'done' && result.reference).toEqual(expect.any(String));
  });

  it('does not go to somebody without an address', async () => {
    const { account, ada } = await withAda();
    expect(await perform(account, action, runOf({ ...ada, email: null }, { emailId }))).toMatchObject([
      { status: 'withheld', code: 'NO_EMAIL' },
    ]);
  });

  it.each([
    ['PREVIOUSLY_BOUNCED', { status: 'withheld', code: 'PREVIOUSLY_BOUNCED' }],
    ['NON_MARKETABLE_CONTACT', { status: 'withheld', code: 'NON_MARKETABLE_CONTACT' }],
    ['PREVIOUSLY_UNSUBSCRIBED_PORTAL', { status: 'withheld' }],
    ['INVALID_TO_ADDRESS', { status: 'failed', error: { kind: 'rejected', details: { code: 'INVALID_TO_ADDRESS' } } }],
    ['THROTTLED', { status: 'failed', error: { kind: 'throttled', details: { recordOnly: true } } }],
    ['PORTAL_SUSPENDED', { status: 'failed', error: { kind: 'misconfigured' } }],
    ['SOMETHING_NEW', { status: 'failed', error: { kind: 'rejected', details: { code: 'SOMETHING_NEW' } } }],
  ])('that ends with %s is told as what it is', async (outcome, expected) => {
    const { account, ada } = await withAda({ behaviour: { emailOutcomes: { 'ada@example.com': outcome } } });
    expect(await perform(account, action, runOf(ada, { emailId }))).toMatchObject([expected]);
  });

  it('that does not exist fails with HubSpot’s words', async () => {
    const { account, ada } = await withAda();
    expect(await perform(account, action, runOf(ada, { emailId: 7 }))).toMatchObject([
      { status: 'failed', error: { kind: 'rejected' } },
    ]);
  });
});
