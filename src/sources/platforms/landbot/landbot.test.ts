import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HookRequest } from '../../chat-platform.js';
import { UnreadableBodyError } from '../../chat-platform.js';
import { apiChatBody, botMessage, requestWith, sourceWith, webMessage, whatsappMessage } from './fixtures.js';
import { exchangeWith, someDecision } from '../../test-support.js';
import { landbot } from './landbot.js';
import type { LandbotSettings } from './settings.js';

type Given = Partial<Record<keyof LandbotSettings, unknown>>;

const parse = (body: unknown, settings: Given = {}, more: Partial<HookRequest> = {}) =>
  landbot.parse(requestWith(body, more), sourceWith(settings));

function single(body: unknown, settings: Given = {}, more: Partial<HookRequest> = {}) {
  const events = parse(body, settings, more);
  expect(events).toHaveLength(1);
  const event = events[0]!;
  return { ...event, values: Object.fromEntries(event.attributes.map(({ key, value }) => [key, value])) };
}

const hook = (message: unknown) => ({ messages: [message] });

describe('the MessageHook', () => {
  it('makes of a customer’s message an event with what Landbot knows of the customer', () => {
    const event = single(hook(webMessage));
    expect(event).toMatchObject({
      kind: 'message_in',
      name: 'message',
      channel: 'web',
      occurredAt: new Date(1760000000123),
      text: 'hola\n"qué tal" 👋',
      dedupe: { key: 'message:7b1c3a52-0f6e-4a51-9a39-111111111111', windowMs: null },
      properties: {
        messageType: 'text',
        senderType: 'customer',
        landbotChannelId: '2940009',
        pageUrl: 'https://shop.test/landing?x=1',
      },
      consents: [{ purpose: 'email', status: 'granted', evidence: 'consent_email: true', field: 'consent_email' }],
      notes: [],
    });
    expect(event.values).toEqual({
      country: 'Spain',
      email: 'ana@mail.test',
      interests: ['travel', "chef's table"],
      plan: 'free',
      budget: 0,
      channel: 'web',
    });
    expect(event.identities).toEqual([
      { kind: 'subscriber', namespace: 'acme/contact', value: '460000001' },
      { kind: 'email', namespace: '', value: 'ana@mail.test' },
    ]);
  });

  it('reads WhatsApp’s digits without a plus as an international number, whatever the region', () => {
    const event = single(hook(whatsappMessage), { region: 'ES' });
    expect(event).toMatchObject({ channel: 'whatsapp', occurredAt: new Date(1760000001000) });
    expect(event.values).toMatchObject({ fullName: 'Ngozi', phone: '+2348000000123' });
    expect(event.identities).toContainEqual({ kind: 'phone', namespace: '', value: '+2348000000123' });
  });

  it.each(['bot', 'agent', 'sys', 'something new'])(
    'keeps what a %s says apart, and learns nothing from it',
    (type) => {
      const event = single(hook({ ...botMessage, sender: { id: 0, type } }));
      expect(event).toMatchObject({ kind: 'message_out', attributes: [], consents: [], tagsAdded: [] });
      expect(event.identities).toEqual([{ kind: 'subscriber', namespace: 'acme/contact', value: '460000001' }]);
    },
  );

  it('reads the customer from a bot’s message where the source asks for it, as an event of its own', () => {
    const [said, learnt] = parse(hook(botMessage), { learnFromBotMessages: true });
    expect(said).toMatchObject({ kind: 'message_out', attributes: [] });
    expect(learnt).toMatchObject({
      kind: 'contact_snapshot',
      name: 'contact',
      text: null,
      occurredAt: said?.occurredAt,
    });
    expect(learnt?.attributes.map(({ key }) => key)).toContain('plan');
    expect(learnt?.dedupe.key).not.toBe(said?.dedupe.key);
  });

  it('takes the sender’s kind from the raw message where it stands only there', () => {
    expect(single(hook({ ...webMessage, sender: undefined })).kind).toBe('message_in');
    expect(single(hook({ ...webMessage, sender: undefined, _raw: undefined })).kind).toBe('message_out');
  });

  it('knows a repeated delivery by its id, else by its trace, else by what it says and when', () => {
    const nameless = hook({ ...webMessage, _raw: {} });
    const key = (body: unknown, headers: Record<string, string> = {}) => single(body, {}, { headers }).dedupe;
    expect(key(nameless, { 'sentry-trace': 'abc' })).toEqual({ key: 'trace:abc:0', windowMs: null });
    expect(key(nameless)).toEqual(key(nameless));
    expect(key(nameless).windowMs).toBeNull();
    expect(key(hook({ ...webMessage, _raw: {}, timestamp: 1760000000.123457 })).key).not.toBe(key(nameless).key);
  });

  it('reads messages of kinds it does not know, and says when there is no time', () => {
    const event = single(hook({ ...webMessage, type: 'hologram', data: { url: 'x' }, timestamp: '2026' }));
    expect(event).toMatchObject({ text: null, occurredAt: null, properties: { messageType: 'hologram' } });
    expect(event.notes).toEqual([expect.stringContaining('no readable timestamp')]);
  });

  it('makes one event of each message, were there ever more than one', () => {
    expect(parse({ messages: [webMessage, botMessage, whatsappMessage] }).map(({ kind }) => kind)).toEqual([
      'message_in',
      'message_out',
      'message_in',
    ]);
    expect(parse({ messages: [] })).toEqual([]);
  });

  it('keeps a customer’s id exact, and never takes the number of the chat for it', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 18n }), (id) => {
        const body = JSON.stringify(hook(webMessage)).replace(
          '"customer":{"id":460000001',
          `"customer":{"id":${id.toString()}`,
        );
        expect(single(body).identities[0]?.value).toBe(id.toString());
      }),
    );
    expect(() => parse(hook({ ...webMessage, customer: {} }))).toThrow(/messages\[0\]\.customer\.id/);
  });
});

describe('the APIchat webhook', () => {
  it('is what a bot or an agent answered: kept, and nothing is learnt', () => {
    const events = parse(apiChatBody);
    expect(events.map(({ kind, text, attributes }) => ({ kind, text, attributes }))).toEqual([
      { kind: 'message_out', text: 'We are here', attributes: [] },
      { kind: 'message_out', text: null, attributes: [] },
    ]);
    expect(events[0]?.identities).toEqual([
      { kind: 'subscriber', namespace: 'acme/contact', value: '460000003' },
      { kind: 'subscriber', namespace: 'acme/token', value: 'app-user-17' },
    ]);
    expect(events[0]?.dedupe.windowMs).toBeNull();
    expect(events[0]?.dedupe.key).not.toBe(events[1]?.dedupe.key);
    expect(parse(apiChatBody)[0]?.dedupe).toEqual(events[0]?.dedupe);
  });

  it('has to name its customer', () => {
    expect(() => parse({ ...apiChatBody, customer: {} })).toThrow(UnreadableBodyError);
  });
});

describe('the Webhook block', () => {
  it('reads a body that its author typed', () => {
    const event = single({
      customer_id: 460000001, event: 'Lead qualified', channel: 'web', email: 'ana@mail.test', 'Plan Type': 'pro', name: 'Ana', country: 'Spain',
      interests: "['a', 'b']", budget: '@budget', tags: 'vip', consent_email: 'granted', occurred_at: 1760000000,
    }); // prettier-ignore
    expect(event).toMatchObject({
      kind: 'business_event',
      name: 'lead_qualified',
      channel: 'web',
      tagsAdded: ['vip'],
      occurredAt: new Date(1760000000000),
    });
    expect(event.consents).toMatchObject([{ purpose: 'email', status: 'granted' }]);
    expect(event.values).toEqual({
      email: 'ana@mail.test',
      planType: 'pro',
      fullName: 'Ana',
      country: 'Spain',
      interests: ['a', 'b'],
      channel: 'web',
    });
    expect(event.identities[0]).toEqual({ kind: 'subscriber', namespace: 'acme/contact', value: '460000001' });
  });

  it('keeps an id that another field of that name does not know, and takes no variable for one', () => {
    expect(single({ id: 7, customer: { id: null, plan: 'pro' } }).identities[0]?.value).toBe('7');
    expect(single({ id: 7, customer: { id: 8 } }).identities[0]?.value).toBe('8');
    expect(() => parse({ customer_id: '@id', plan: '@ada' }, { atSignMeansEmpty: false })).toThrow(UnreadableBodyError);
  });

  it('reads a customer object inside it', () => {
    const event = single({ customer: { id: 7, name: 'Visitor #7', plan: 'pro' }, text: 'hi' });
    expect(event).toMatchObject({ kind: 'message_in', text: 'hi', values: { plan: 'pro' } });
    expect(event.identities[0]?.value).toBe('7');
  });

  it('keeps a handle where the source says that it collects them', () => {
    const body = { customer_id: 1, handle: '@ada' };
    expect(single(body).values).toEqual({});
    expect(single(body, { atSignMeansEmpty: false }).values).toEqual({ handle: '@ada' });
  });

  it('is a repetition within the window only when it says the same', () => {
    const dedupe = (body: unknown) => single(body, { dedupeWindowSeconds: 30 }).dedupe;
    expect(dedupe({ id: 1, plan: 'a' })).toEqual({ key: dedupe({ id: '1', plan: 'a' }).key, windowMs: 30_000 });
    expect(dedupe({ id: 1, plan: 'b' }).key).not.toBe(dedupe({ id: 1, plan: 'a' }).key);
  });

  it('is refused, with advice, when it names nobody', () => {
    expect(() => parse({ customer_id: '@id', plan: 'pro' })).toThrow(/"customer_id": "@id"/);
    expect(() => parse('{"name":@name}')).toThrow(/between double quotes/);
    expect(() => parse('[]')).toThrow(/a list/);
  });
});

it('never throws anything but UnreadableBodyError', () => {
  const messages = fc
    .jsonValue()
    .map((value) =>
      JSON.stringify({ messages: [value, { customer: { id: 1 }, _raw: value, data: value, sender: value }] }),
    );
  fc.assert(
    fc.property(fc.oneof(fc.json(), messages, fc.string()), (body) => {
      try {
        parse(body);
      } catch (error) {
        expect(error).toBeInstanceOf(UnreadableBodyError);
      }
    }),
    { numRuns: 500 },
  );
});

it('carries its secret as the hook’s token, in a header, or in the address where the source allows it', () => {
  const proof = (more: Partial<HookRequest>, settings: Given = {}) =>
    landbot.presentedProof(requestWith({}, more), sourceWith(settings));
  expect(proof({ headers: { authorization: 'Token abc' } })).toEqual({ kind: 'secret', presented: ['abc'] });
  expect(proof({ headers: { authorization: 'Basic abc', 'x-parley-secret': 'x' } })).toEqual({
    kind: 'secret',
    presented: ['x'],
  });
  expect(proof({ query: { secret: 'q' } })).toEqual({ kind: 'secret', presented: [] });
  expect(proof({ query: { secret: 'q' } }, { secretInUrl: true })).toEqual({ kind: 'secret', presented: ['q'] });
});

it('answers flat, with the attributes that the source asks for and what its content says', () => {
  const content = { messages: [{ type: 'text', text: 'Hola', choices: [] }] } as const;
  const source = sourceWith({ replyAttributes: { plan: 'plan', city: 'city', segments: 'Segmentos' } });
  expect(landbot.reply(someDecision, source, exchangeWith(content))).toMatchObject({
    status: 200,
    body: {
      status: 'ok',
      tags: 'new, vip',
      segments: 'loyal',
      plan: 'pro',
      city: '',
      Segmentos: 'loyal',
      text: 'Hola',
    },
  });
});

it('answers what it cannot read with 200, because Landbot would send it again for ever', () => {
  expect(landbot.refusalReply?.('no customer', requestWith({}))).toEqual({
    status: 200,
    body: { status: 'refused', detail: 'no customer' },
  });
});
