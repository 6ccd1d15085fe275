import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  arbitraryContent,
  exchangeWith,
  getRequest,
  problemsOf,
  requestWith,
  someDecision,
  sourceOf,
} from '../../test-support.js';
import { chatfuel } from './chatfuel.js';
import { fullProfile } from './fixtures.js';
import { chatfuelAnswer } from './test-support.js';

const parsed = (request = requestWith(fullProfile), settings: object = {}) => {
  const events = chatfuel.parse(request, sourceOf(chatfuel, settings));
  expect(events).toHaveLength(1);
  const event = events[0]!;
  return { ...event, values: Object.fromEntries(event.attributes.map(({ key, value }) => [key, value])) };
};

describe('the full JSON profile', () => {
  it('is a snapshot of the person, whatever Chatfuel made of the values’ types', () => {
    const event = parsed();
    expect(event).toMatchObject({
      kind: 'contact_snapshot',
      channel: 'messenger',
      text: 'quiero "pro"\n🎉',
      properties: { source: 'ad', blockName: 'Precios', blockId: '64f0aa' },
      consents: [{ purpose: 'email', status: 'granted' }],
      notes: [],
    });
    expect(event.values).toEqual({
      firstName: 'Zoë',
      lastName: '117',
      gender: 'female',
      locale: 'es_ES',
      timezone: '+2',
      signedUpAt: '2025-06-14T08:30:00.000Z',
      originalSource: 'organic',
      email: 'zoe@mail.test',
      phone: '+34612345678',
      planType: 'pro',
      budget: 0,
      датаВстречи: '2026-03-01T10:00:00.000Z',
      u1f382: '1990-02-28',
      channel: 'messenger',
    });
  });

  it('recognises the person by Messenger’s id first, exact to the last digit', () => {
    const digits = '90071992547409931';
    const body = JSON.stringify(fullProfile).replace('5900000000000017', digits);
    expect(parsed(requestWith(body)).identities).toEqual([
      { kind: 'subscriber', namespace: 'acme/contact', value: digits },
      { kind: 'subscriber', namespace: 'acme/chatfuel', value: '64f0c2a1b7e9d3a5c8f10001' },
      { kind: 'email', namespace: '', value: 'zoe@mail.test' },
      { kind: 'phone', namespace: '', value: '+34612345678' },
    ]);
    expect(parsed(requestWith(body)).channel).toBe('messenger');
  });
});

describe('the other ways in', () => {
  const fields =
    'messenger%20user%20id=590000000000001799&first%20name=Ana+Mar%C3%ADa&plan=&event=Order%20placed&email=a%40mail.test';

  it.each([
    ['in the address', getRequest(`${fields}&secret=x`)],
    ['as a form', requestWith(fields)],
    ['as a form that also has a query', requestWith(fields, { query: { channel: 'ig' }, queryText: 'channel=ig' })],
  ])('reads fields %s', (_how, request) => {
    const event = parsed(request);
    expect(event).toMatchObject({ kind: 'business_event', name: 'order_placed' });
    expect(event.values).toMatchObject({ firstName: 'Ana María', email: 'a@mail.test' });
    expect(event.values).not.toHaveProperty('plan');
    expect(event.values).not.toHaveProperty('secret');
    expect(event.identities[0]?.value).toBe('590000000000001799');
  });

  it('says so when a field comes twice with different values, and takes the first', () => {
    const event = parsed(getRequest('messenger user id=1&plan=pro&plan=free&city=&city=Rome'));
    expect(event.values).toMatchObject({ plan: 'pro', city: 'Rome' });
    expect(event.notes).toEqual(['"plan" was sent twice: the first value counts.']);
  });

  it('reads a body that its author typed, under the names authors use', () => {
    const event = parsed(
      requestWith({ messenger_user_id: '12', 'First Name': 'Ana', event: 'signed_up', tags: 'a, b' }),
    );
    expect(event).toMatchObject({ name: 'signed_up', tagsAdded: ['a', 'b'], values: { firstName: 'Ana' } });
  });
});

describe('the answer', () => {
  const source = sourceOf(chatfuel, {
    replyAttributes: { plan: 'Plan', budget: 'Budget', city: 'City', segments: 'Segments' },
  });

  it('sets the attributes asked for that are known, and says what the content says', () => {
    const { body } = chatfuel.reply(
      someDecision,
      source,
      exchangeWith({
        messages: [{ type: 'text', text: 'Hi', choices: [{ title: 'Shop', url: 'https://shop.test/', goTo: null }] }],
        quickReplies: [{ title: 'Yes', url: null, goTo: 'Offer' }],
        goTo: 'Next step',
      }),
    );
    expect(body).toEqual({
      set_attributes: { Plan: 'pro', Budget: 0, Segments: 'loyal' },
      messages: [
        {
          attachment: {
            type: 'template',
            payload: {
              template_type: 'button',
              text: 'Hi',
              buttons: [{ type: 'web_url', title: 'Shop', url: 'https://shop.test/' }],
            },
          },
          quick_replies: [{ title: 'Yes', block_names: ['Offer'] }],
        },
      ],
      redirect_to_blocks: ['Next step'],
    });
  });

  it('is what Chatfuel takes, whatever is to be said', () => {
    fc.assert(
      fc.property(arbitraryContent, (content) => {
        expect(problemsOf(chatfuelAnswer, chatfuel.reply(someDecision, source, exchangeWith(content)).body)).toBe('');
      }),
    );
  });
});
