import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryContent, exchangeWith, problemsOf, requestWith, someDecision, sourceOf } from '../../test-support.js';
import { dialogflowCx } from './dialogflow-cx.js';
import { draftRequest, webhookRequest } from './fixtures.js';
import { cxAnswer } from './test-support.js';

function parsed(body: unknown, settings: object = {}) {
  const events = dialogflowCx.parse(requestWith(body), sourceOf(dialogflowCx, settings));
  expect(events).toHaveLength(1);
  const event = events[0]!;
  return { ...event, values: Object.fromEntries(event.attributes.map(({ key, value }) => [key, value])) };
}

describe('a turn', () => {
  it('is an event named by the webhook’s tag, with what form, intent and session know', () => {
    const event = parsed(webhookRequest, { timeZone: 'Europe/Madrid', region: 'ES' });
    expect(event).toMatchObject({
      kind: 'business_event',
      name: 'order_placed',
      channel: 'phone',
      text: 'para el viernes, "pro" 🎉',
      dedupe: { key: 'response:c0ffee00-0000-4000-8000-000000000001:Order placed', windowMs: null },
      properties: { tag: 'Order placed', intent: 'order.confirm', page: 'Checkout', confidence: 1 },
      consents: [{ purpose: 'whatsapp', status: 'granted' }],
    });
    expect(event.values).toEqual({
      email: 'zoe@mail.test',
      plan: 'Pro',
      fullName: 'Zoë',
      phone: '+34611223344',
      birthday: '1990-02-28',
      visit: '2026-08-10T07:30:00.000Z',
      guests: 0,
      newsletter: false,
      channel: 'phone',
    });
  });

  it('belongs to the caller, then to the e-mail address, then to the session', () => {
    expect(parsed(webhookRequest).identities).toEqual([
      { kind: 'phone', namespace: '', value: '+34699000111' },
      { kind: 'email', namespace: '', value: 'zoe@mail.test' },
      { kind: 'subscriber', namespace: 'acme/session', value: 's-0001' },
    ]);
  });

  it('is told apart from the other webhooks of the same turn by its tag', () => {
    const other = { ...webhookRequest, fulfillmentInfo: { tag: 'other' } };
    expect(parsed(other).dedupe.key).not.toBe(parsed(webhookRequest).dedupe.key);
  });

  it('without a tag is a message', () => {
    expect(parsed({ ...webhookRequest, fulfillmentInfo: {} })).toMatchObject({ kind: 'message_in', name: 'message' });
  });

  it.each([
    ['by default', {}, 'test'],
    ['where the source lets tests count', { allowTestTraffic: true }, 'business_event'],
    ['where the draft is what people talk to', { draftIsTest: false }, 'business_event'],
  ])('with the draft of the agent, %s', (_when, settings, kind) => {
    expect(parsed(draftRequest, settings).kind).toBe(kind);
  });
});

it('reads what a flexible webhook sends', () => {
  const event = parsed({ contact_id: 7, plan: 'pro', event: 'asked', channel: 'wa', empty: 'null' });
  expect(event).toMatchObject({ kind: 'business_event', name: 'asked', channel: 'whatsapp', values: { plan: 'pro' } });
  expect(event.values).not.toHaveProperty('empty');
});

describe('the answer', () => {
  const source = sourceOf(dialogflowCx, {
    replyAttributes: { plan: 'plan', newsletter: 'newsletter', segments: 'segments' },
  });
  const reply = (content: Parameters<typeof exchangeWith>[0]) =>
    dialogflowCx.reply(someDecision, source, exchangeWith(content, { request: requestWith(webhookRequest) }));

  it('sets only the session parameters that change, never an echo', () => {
    expect(reply(null).body).toEqual({ sessionInfo: { parameters: { plan: 'pro', segments: 'loyal' } } });
  });

  it('is not taken for what the person has said when the session hands it back, where it has a name of its own', () => {
    const parameters = { parley_plan: 'long ago', plan: 'said', tier: 'long ago' };
    const body = {
      ...webhookRequest,
      pageInfo: {},
      intentInfo: {},
      sessionInfo: { ...webhookRequest.sessionInfo, parameters },
    };
    const settings = { replyAttributes: { plan: 'parley_plan', city: 'tier' }, captions: { tier: 'city' } };
    const { values } = parsed(body, settings);
    expect(values).not.toHaveProperty('parleyPlan');
    expect(values).toMatchObject({ plan: 'said', city: 'long ago' });
  });

  it('goes on with a page by its whole name, and with nothing else', () => {
    const page = 'projects/p/locations/eu/agents/a/flows/f/pages/g';
    expect(reply({ goTo: page }).body).toMatchObject({ targetPage: page });
    expect(reply({ goTo: 'Checkout' }).leftOut).toEqual([expect.stringContaining('whole name')]);
  });

  it('is a WebhookResponse of at most 64 KiB, whatever is to be said', () => {
    fc.assert(
      fc.property(arbitraryContent, (content) => {
        expect(problemsOf(cxAnswer, reply(content).body)).toBe('');
      }),
    );
  });
});
