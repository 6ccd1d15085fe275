import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnreadableBodyError } from '../../chat-platform.js';
import {
  arbitraryContent,
  exchangeWith,
  flatAnswer,
  problemsOf,
  requestWith,
  someDecision,
  sourceOf,
} from '../../test-support.js';
import { botFramework } from './bot-framework.js';
import { botMessage, facebookMessage, membersAdded, teamsEvent } from './fixtures.js';
import { activitiesAnswer, activityAnswer } from './test-support.js';

const parse = (body: unknown, settings: object = {}) =>
  botFramework.parse(requestWith(body), sourceOf(botFramework, settings));
function single(body: unknown, settings: object = {}) {
  const events = parse(body, settings);
  expect(events).toHaveLength(1);
  const event = events[0]!;
  return { ...event, values: Object.fromEntries(event.attributes.map(({ key, value }) => [key, value])) };
}

describe('an activity', () => {
  it('of a person is a message with what the channel knows of the person', () => {
    const event = single(facebookMessage);
    expect(event).toMatchObject({
      kind: 'message_in',
      name: 'message',
      channel: 'messenger',
      occurredAt: new Date('2026-03-01T10:00:00.123Z'),
      text: 'quiero el plan "pro"\n🎉',
      identities: [{ kind: 'subscriber', namespace: 'acme/facebook', value: '9007199254740993' }],
      dedupe: { key: 'facebook:message:9007199254740993-102000000000001:mid.$cAAA01', windowMs: null },
    });
    expect(event.values).toEqual({
      fullName: 'Zoë',
      locale: 'es-ES',
      timezone: 'Europe/Madrid',
      channel: 'messenger',
    });
  });

  it('of the kind event is named by its author, and its value is what it says', () => {
    const event = single(teamsEvent);
    expect(event).toMatchObject({ kind: 'business_event', name: 'form_submitted', channel: 'teams' });
    expect(event.values).toMatchObject({ plan: 'pro', budget: 0, newsletter: false, дата: '2026-03-01' });
    expect(event.values).not.toHaveProperty('city');
    expect(event.consents).toMatchObject([{ purpose: 'email', status: 'granted' }]);
    expect(event.identities[1]).toEqual({
      kind: 'subscriber',
      namespace: 'acme/aad',
      value: '0198c0de-0000-4000-8000-00000000000a',
    });
  });

  it('of the bot is kept as the bot’s, belongs to whom it went to, and teaches nothing', () => {
    const event = single(botMessage);
    expect(event).toMatchObject({ kind: 'message_out', identities: [{ value: '9007199254740993' }], attributes: [] });
  });

  it.each([
    ['the bot itself joining', membersAdded],
    ['an echo', { ...facebookMessage, channelData: { message: { is_echo: true } } }],
    ['typing', { ...facebookMessage, type: 'typing' }],
  ])('is nothing where it is %s', (_what, body) => expect(parse(body)).toEqual([]));

  it('tells that a person has joined', () => {
    const joined = { ...membersAdded, membersAdded: [{ id: facebookMessage.from.id }] };
    expect(single(joined)).toMatchObject({ kind: 'lifecycle', name: 'conversation_update' });
  });

  it('from the emulator is a test, unless the source lets it count', () => {
    const emulated = { ...facebookMessage, channelId: 'emulator' };
    expect(single(emulated)).toMatchObject({ kind: 'test', channel: null });
    expect(single(emulated, { allowTestTraffic: true }).kind).toBe('message_in');
  });

  it('without a sender is refused with advice', () => {
    expect(() => parse({ ...facebookMessage, from: {} })).toThrow(UnreadableBodyError);
  });
});

describe('Composer’s own request', () => {
  it('may wrap the activity with the bot’s memory beside it', () => {
    const event = single({
      activity: facebookMessage,
      user: { plan: 'pro', 'Plan Type': 'undefined' },
      dialog: { budget: 12 },
      conversation: { secretState: 'x' },
      event: 'Order placed',
    });
    expect(event).toMatchObject({ kind: 'business_event', name: 'order_placed' });
    expect(event.values).toMatchObject({ plan: 'pro', budget: 12 });
    expect(event.values).not.toHaveProperty('secretState');
  });

  it('may be whatever its author typed', () => {
    const event = single({ user: { id: 9007199254740, plan: 'pro' }, event: 'asked', text: 'null' });
    expect(event).toMatchObject({ kind: 'business_event', name: 'asked', text: null, values: { plan: 'pro' } });
    expect(event.identities).toEqual([{ kind: 'subscriber', namespace: 'acme/contact', value: '9007199254740' }]);
  });
});

describe('the token of the Bot Connector', () => {
  const source = sourceOf(botFramework, { authentication: 'jwt', appId: 'app-1' });
  const proofOf = () => {
    const request = requestWith(facebookMessage, { headers: { authorization: 'Bearer a.b.c' } });
    const proof = botFramework.presentedProof(request, source);
    if (proof.kind !== 'token') throw new Error('no token');
    return proof;
  };

  it('is for the bot, from the Bot Framework, with five minutes between the clocks', () => {
    expect(proofOf()).toMatchObject({
      token: 'a.b.c',
      expected: { issuers: ['https://api.botframework.com'], audience: 'app-1', toleranceSeconds: 300 },
    });
    expect(botFramework.settings.safeParse({ authentication: 'jwt' }).success).toBe(false);
  });

  it('must name the address that the activity says it came from', () => {
    const misfit = (serviceurl: string) => proofOf().expected.misfit?.({ serviceurl }, requestWith(facebookMessage));
    expect(misfit('https://facebook.botframework.com/')).toBeNull();
    expect(misfit('https://evil.test/')).toContain('serviceUrl');
  });
});

describe('the answer', () => {
  const reply = (format: string, content: Parameters<typeof exchangeWith>[0]) =>
    botFramework.reply(someDecision, sourceOf(botFramework, { reply: format }), exchangeWith(content)).body;

  it.each([
    ['flat', flatAnswer],
    ['activity', activityAnswer],
    ['activities', activitiesAnswer],
  ])('in the format %s is what Composer takes, whatever is to be said', (format, schema) => {
    fc.assert(
      fc.property(arbitraryContent, (content) => {
        expect(problemsOf(schema, reply(format, content))).toBe('');
      }),
    );
    const source = sourceOf(botFramework, { reply: format });
    expect(problemsOf(schema, reply(format, null))).toBe('');
    expect(problemsOf(schema, botFramework.neutralReply(source, requestWith({})).body)).toBe('');
  });
});
