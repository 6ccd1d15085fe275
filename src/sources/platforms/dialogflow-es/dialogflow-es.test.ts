import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnreadableBodyError } from '../../chat-platform.js';
import { arbitraryContent, exchangeWith, problemsOf, requestWith, someDecision, sourceOf } from '../../test-support.js';
import { dialogflowEs } from './dialogflow-es.js';
import { consoleRequest, messengerRequest, webhookRequest } from './fixtures.js';
import { esAnswer } from './test-support.js';

function parsed(body: unknown, settings: object = {}) {
  const events = dialogflowEs.parse(requestWith(body), sourceOf(dialogflowEs, settings));
  expect(events).toHaveLength(1);
  const event = events[0]!;
  return { ...event, values: Object.fromEntries(event.attributes.map(({ key, value }) => [key, value])) };
}

describe('a turn', () => {
  it('is an event named by its intent, with what the turn and the open contexts know', () => {
    const event = parsed(webhookRequest, { region: 'ES' });
    expect(event).toMatchObject({
      kind: 'business_event',
      name: 'reserva_confirmada',
      text: 'me llamo Zoë, "pro" por favor 🎉',
      dedupe: { key: 'response:f0a1c2d3-0000-4000-8000-000000000001-aaaaaaaa', windowMs: null },
      properties: { intent: 'Reserva confirmada', language: 'es', confidence: 0.97 },
      consents: [{ purpose: 'email', status: 'granted' }],
    });
    expect(event.values).toEqual({
      fullName: 'Zoë',
      phone: '+34611223344',
      email: 'zoe@mail.test',
      plan: 'team',
      visit: '2026-08-10',
      pickupTime: '2026-08-10T15:00:00.000Z',
      priceAmount: 12.5,
      priceCurrency: 'EUR',
      guests: 0,
      newsletter: false,
    });
  });

  it('is named by the intent’s action where it has one, or as the source says', () => {
    const withAction = { ...webhookRequest, queryResult: { ...webhookRequest.queryResult, action: 'booking.done' } };
    expect(parsed(withAction).name).toBe('booking.done');
    expect(parsed(withAction, { eventNames: { 'booking.done': 'booked' } }).name).toBe('booked');
  });

  it('is only a message where no intent understood it', () => {
    const fallback = { ...webhookRequest, queryResult: { ...webhookRequest.queryResult, action: 'input.unknown' } };
    expect(parsed(fallback)).toMatchObject({ kind: 'message_in', name: 'message' });
  });

  it('counts once by its response id, and once within seconds where Dialogflow asks again under another one', () => {
    const again = { ...webhookRequest, responseId: 'f0a1c2d3-0000-4000-8000-000000000002-bbbbbbbb' };
    expect(parsed(again).dedupe).not.toEqual(parsed(webhookRequest).dedupe);
    expect(parsed(again).alsoDedupe).toEqual(parsed(webhookRequest).alsoDedupe);
    expect(parsed(again).alsoDedupe?.windowMs).toBe(10_000);
    const said = (queryText: string) => ({
      ...webhookRequest,
      queryResult: { ...webhookRequest.queryResult, queryText },
    });
    expect(parsed(said('sí')).alsoDedupe).not.toEqual(parsed(said('no')).alsoDedupe);
    const elsewhere = { ...webhookRequest, session: 'projects/acme-bot/agent/sessions/other' };
    expect(parsed(elsewhere).alsoDedupe).not.toEqual(parsed(webhookRequest).alsoDedupe);
  });

  it('from the test console is a test, unless the source lets it count', () => {
    expect(parsed(consoleRequest)).toMatchObject({ kind: 'test', channel: null });
    expect(parsed(consoleRequest, { allowTestTraffic: true }).kind).toBe('business_event');
  });
});

describe('whose it is', () => {
  it('is the channel’s contact first, then e-mail and phone, then the session', () => {
    expect(parsed(messengerRequest, { region: 'ES' }).identities).toEqual([
      { kind: 'subscriber', namespace: 'acme/messenger', value: '9007199254740993' },
      { kind: 'email', namespace: '', value: 'zoe@mail.test' },
      { kind: 'phone', namespace: '', value: '+34611223344' },
      { kind: 'subscriber', namespace: 'acme/session', value: '7f3c0d1e-0000-4000-8000-000000000001' },
    ]);
    expect(parsed(messengerRequest).channel).toBe('messenger');
  });

  it.each([
    [{ telephony: { caller_id: '+14155550100' } }, { kind: 'phone', namespace: '', value: '+14155550100' }],
    [{ contact: { cId: 34611223344 } }, { kind: 'subscriber', namespace: 'acme/contact', value: '34611223344' }],
    [{ userId: 'u-1' }, { kind: 'subscriber', namespace: 'acme/contact', value: 'u-1' }],
    [{ data: { message: { from: { id: 55 } } } }, { kind: 'subscriber', namespace: 'acme/telegram', value: '55' }],
  ])('is found in the payload %j', (payload, identity) => {
    const body = { ...webhookRequest, originalDetectIntentRequest: { payload } };
    expect(parsed(body).identities[0]).toEqual(identity);
  });

  it('is found in the context that an integration opens', () => {
    const contexts = [{ name: 'x/contexts/generic', parameters: { facebook_sender_id: 9007199254740 } }];
    const body = { ...webhookRequest, queryResult: { ...webhookRequest.queryResult, outputContexts: contexts } };
    expect(parsed(body).identities[0]?.namespace).toBe('acme/messenger');
    expect(parsed(body).values).not.toHaveProperty('facebookSenderId');
  });

  it('is never only the session where the source says that a session is nobody', () => {
    const anonymous = { ...webhookRequest, queryResult: { queryText: 'hi', parameters: {} } };
    expect(() => parsed(anonymous, { sessionIsPerson: false })).toThrow(UnreadableBodyError);
    expect(parsed(anonymous).identities[0]?.namespace).toBe('acme/session');
  });
});

it('takes sessions of environments and regions too', () => {
  const session = 'projects/p/locations/eu/agent/environments/live/users/-/sessions/s-1';
  expect(parsed({ ...webhookRequest, session }).identities).toContainEqual({
    kind: 'subscriber',
    namespace: 'acme/session',
    value: 's-1',
  });
});

it('wants an ID token for its own address, from the account that the source names', () => {
  const settings = {
    authentication: 'id_token',
    audience: 'https://p.test/hooks/acme',
    serviceAccount: 'bot@acme.test',
  };
  const proof = dialogflowEs.presentedProof(
    requestWith({}, { headers: { authorization: 'Bearer a.b.c' } }),
    sourceOf(dialogflowEs, settings),
  );
  if (proof.kind !== 'token') throw new Error('no token');
  expect(proof).toMatchObject({ token: 'a.b.c', expected: { audience: 'https://p.test/hooks/acme' } });
  expect(proof.expected.misfit?.({ email: 'bot@acme.test' }, requestWith({}))).toBeNull();
  expect(proof.expected.misfit?.({ email: 'eve@acme.test' }, requestWith({}))).toContain('service account');
  expect(dialogflowEs.settings.safeParse({ authentication: 'id_token' }).success).toBe(false);
});

describe('the answer', () => {
  const source = sourceOf(dialogflowEs, { replyAttributes: { plan: 'plan', segments: 'segments', city: 'city' } });
  const reply = (content: Parameters<typeof exchangeWith>[0]) =>
    dialogflowEs.reply(someDecision, source, exchangeWith(content, { request: requestWith(webhookRequest) }));

  it('hands attributes on in a context beside those that are open, and leaves the console’s words where there are none of ours', () => {
    const [booking] = webhookRequest.queryResult.outputContexts;
    expect(reply(null).body).toEqual({
      outputContexts: [
        booking,
        {
          name: `${webhookRequest.session}/contexts/parley`,
          lifespanCount: 20,
          parameters: { plan: 'pro', segments: 'loyal' },
        },
      ],
    });
  });

  it('replaces its own context, and is not taken for what the person has said', () => {
    const name = `${webhookRequest.session}/contexts/parley`;
    const own = { name, lifespanCount: 3, parameters: { plan: 'long ago', segments: 'old' } };
    const again = { ...webhookRequest, queryResult: { ...webhookRequest.queryResult, outputContexts: [own] } };
    const { body } = dialogflowEs.reply(someDecision, source, exchangeWith(null, { request: requestWith(again) }));
    expect(body).toMatchObject({ outputContexts: [{ name, lifespanCount: 20, parameters: { plan: 'pro' } }] });
    expect(parsed(again).values).not.toHaveProperty('plan');
    expect(parsed(again).values).not.toHaveProperty('segments');
  });

  it('stays within 64 KiB where the open contexts alone are larger', () => {
    const huge = {
      name: `${webhookRequest.session}/contexts/huge`,
      lifespanCount: 5,
      parameters: { a: 'x'.repeat(70_000) },
    };
    const body = { ...webhookRequest, queryResult: { ...webhookRequest.queryResult, outputContexts: [huge] } };
    const answer = dialogflowEs.reply(someDecision, source, exchangeWith(null, { request: requestWith(body) }));
    expect(problemsOf(esAnswer, answer.body)).toBe('');
    expect(answer.leftOut).toEqual([expect.stringContaining('open contexts')]);
  });

  it('is a WebhookResponse of at most 64 KiB, whatever is to be said', () => {
    fc.assert(
      fc.property(arbitraryContent, (content) => {
        expect(problemsOf(esAnswer, reply(content).body)).toBe('');
      }),
    );
    const long = Array.from({ length: 10 }, () => ({ type: 'text', text: '🎉'.repeat(4_000), choices: [] }) as const);
    const answer = reply({ messages: long });
    expect(problemsOf(esAnswer, answer.body)).toBe('');
    expect(answer.leftOut).toContainEqual(expect.stringContaining('larger than'));
  });
});
