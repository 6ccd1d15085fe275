import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnreadableBodyError } from '../../chat-platform.js';
import { arbitraryContent, exchangeWith, problemsOf, requestWith, someDecision, sourceOf } from '../../test-support.js';
import { actionCall, brokerSlot, brokerUser } from './fixtures.js';
import { rasa } from './rasa.js';
import { rasaAnswer } from './test-support.js';

const parse = (body: unknown, settings: object = {}) => rasa.parse(requestWith(body), sourceOf(rasa, settings));
function single(body: unknown, settings: object = {}) {
  const events = parse(body, settings);
  expect(events).toHaveLength(1);
  const event = events[0]!;
  return { ...event, values: Object.fromEntries(event.attributes.map(({ key, value }) => [key, value])) };
}

describe('the call of a custom action', () => {
  it('is an event named by the action, with the slots that are set', () => {
    const event = single(actionCall);
    expect(event).toMatchObject({
      kind: 'business_event',
      name: 'check_order',
      channel: 'whatsapp',
      occurredAt: new Date(1760000000250),
      text: '¿dónde está mi pedido? 🎉',
      dedupe: { key: 'action:m-1:action_check_order:1760000000.25', windowMs: null },
      properties: { action: 'action_check_order', intent: 'ask_order', confidence: 0.91 },
      consents: [{ purpose: 'email', status: 'granted' }],
    });
    expect(event.values).toEqual({
      name: 'Zoë',
      email: 'zoe@mail.test',
      budget: 0,
      newsletter: false,
      interests: ['a', 'b'],
      citta: 'Forlì',
      channel: 'whatsapp',
    });
    expect(event.identities).toEqual([
      { kind: 'subscriber', namespace: 'acme/contact', value: 'whatsapp:+447700900123' },
      { kind: 'phone', namespace: '', value: '+447700900123' },
      { kind: 'email', namespace: '', value: 'zoe@mail.test' },
    ]);
  });

  it('is a fact of its own each time a form asks again within one message', () => {
    const later = { ...actionCall, tracker: { ...actionCall.tracker, latest_event_time: 1760000000.5 } };
    expect(single(later).dedupe.key).not.toBe(single(actionCall).dedupe.key);
  });

  it('reads a call without the domain, and says when there is no sender', () => {
    expect(single({ ...actionCall, domain: undefined }).name).toBe('check_order');
    expect(() => parse({ next_action: 'action_x', tracker: {} })).toThrow(/sender_id is missing/);
  });

  it.each(['cmdline', 'inspector'])('from Rasa’s own %s is a test, unless the source lets it count', (channel) => {
    const shell = { ...actionCall, tracker: { ...actionCall.tracker, latest_input_channel: channel } };
    expect(single(shell).kind).toBe('test');
    expect(single(shell, { allowTestTraffic: true }).kind).toBe('business_event');
  });
});

describe('the event broker', () => {
  it('tells messages of both sides, slots and the course of the conversation', () => {
    expect(single(brokerUser)).toMatchObject({
      kind: 'message_in',
      channel: 'web',
      text: 'hola',
      occurredAt: new Date(1760000000500),
      dedupe: { key: 'user:m-2', windowMs: null },
    });
    expect(single({ ...brokerUser, event: 'bot', text: 'hi' }).kind).toBe('message_out');
    expect(single(brokerSlot)).toMatchObject({ kind: 'contact_snapshot', values: { plan: 'pro' } });
    expect(single({ ...brokerSlot, event: 'session_started' })).toMatchObject({
      kind: 'lifecycle',
      name: 'session_started',
    });
  });

  it('keeps nothing of how the assistant thinks, nor of slots that were emptied', () => {
    expect(parse({ ...brokerSlot, event: 'action', name: 'action_listen' })).toEqual([]);
    expect(parse({ ...brokerSlot, value: null })).toEqual([]);
    expect(parse({ ...brokerSlot, name: 'requested_slot' })).toEqual([]);
  });

  it('may come as a list, in any order', () => {
    expect(parse([brokerSlot, brokerUser]).map(({ kind }) => kind)).toEqual(['contact_snapshot', 'message_in']);
    expect(() => parse([brokerSlot, 7])).toThrow(UnreadableBodyError);
  });
});

it('keeps what the assistant says through the callback channel', () => {
  expect(single({ recipient_id: 'c-17', text: 'Hi' })).toMatchObject({ kind: 'message_out', text: 'Hi' });
});

it('can be let in by its address alone, but only with a list of addresses', () => {
  expect(rasa.settings.safeParse({ authentication: 'address' }).success).toBe(false);
  const settings = { authentication: 'address', allowedAddresses: ['10.0.0.0/8'] };
  expect(rasa.presentedProof(requestWith({}), sourceOf(rasa, settings))).toEqual({ kind: 'none' });
});

describe('the answer', () => {
  const source = sourceOf(rasa, { replyAttributes: { plan: 'plan', budget: 'budget', birthday: 'birthday' } });
  const reply = (content: Parameters<typeof exchangeWith>[0], body: unknown = actionCall) =>
    rasa.reply(someDecision, source, exchangeWith(content, { request: requestWith(body) }));

  it('sets slots that change and that the assistant has', () => {
    expect(reply(null)).toMatchObject({
      status: 200,
      body: { events: [{ event: 'slot', timestamp: null, name: 'plan', value: 'pro' }], responses: [] },
      leftOut: [expect.stringContaining('"birthday"')],
    });
  });

  it('says the content, with buttons that speak for the person', () => {
    const choices = [
      { title: 'Shop', url: 'https://shop.test/', goTo: null },
      { title: 'Yes', url: null, goTo: '/affirm' },
    ];
    expect(reply({ messages: [{ type: 'text', text: 'Hi', choices }], goTo: 'utter_bye' }).body).toMatchObject({
      events: [{ event: 'slot' }, { event: 'followup', name: 'utter_bye' }],
      responses: [{ text: 'Hi\nShop: https://shop.test/', buttons: [{ title: 'Yes', payload: '/affirm' }] }],
    });
  });

  it('is what Rasa takes, whatever is to be said', () => {
    fc.assert(
      fc.property(arbitraryContent, (content) => {
        expect(problemsOf(rasaAnswer, reply(content).body)).toBe('');
      }),
    );
    expect(problemsOf(rasaAnswer, rasa.neutralReply(source, requestWith(actionCall)).body)).toBe('');
  });

  it('is nothing for a relay', () => expect(reply({ messages: [] }, brokerUser).body).toEqual({}));
});
