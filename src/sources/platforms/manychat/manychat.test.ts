import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HookRequest } from '../../chat-platform.js';
import { UnreadableBodyError } from '../../chat-platform.js';
import { messengerContact, requestWith, sourceWith, whatsappContact } from './fixtures.js';
import { manychat } from './manychat.js';
import type { ManychatSettings } from './settings.js';

type Given = Partial<Record<keyof ManychatSettings, unknown>>;

function parsed(body: unknown, settings: Given = {}, more: Partial<HookRequest> = {}) {
  const events = manychat.parse(requestWith(body, more), sourceWith(settings));
  expect(events).toHaveLength(1);
  return events[0]!;
}

function attributesOf(body: unknown, settings: Given = {}) {
  return Object.fromEntries(parsed(body, settings).attributes.map(({ key, value }) => [key, value]));
}

const contactIds = (body: unknown) =>
  parsed(body)
    .identities.filter(({ namespace }) => namespace === 'acme/contact')
    .map(({ value }) => value);

describe('Full Contact Data alone', () => {
  it('is a snapshot of the contact, with typed attributes and without what says nothing', () => {
    const event = parsed(whatsappContact);
    expect(event).toMatchObject({
      kind: 'contact_snapshot',
      name: 'contact',
      occurredAt: null,
      channel: 'whatsapp',
      notes: [],
    });
    expect(event.text).toBe('quiero el plan "pro"\n🎉');
    expect(attributesOf(whatsappContact)).toEqual({
      firstName: 'Zoë',
      fullName: 'Zoë',
      email: 'zoe@mail.test',
      phone: '+447700900123',
      whatsappPhone: '+447700900123',
      whatsappUsername: '@zoe',
      timezone: 'UTC±00',
      liveChatUrl: 'https://app.manychat.com/fb1/chat/1600000001',
      subscribedAt: '2026-03-02T15:10:11.000Z',
      planType: 'pro',
      budget: 0,
      newsletter: false,
      birthday: '1990-02-28',
      lastOrderAt: '2026-03-01T09:00:00.000Z',
      channel: 'whatsapp',
    });
  });

  it('recognises the person by the subscriber id first, then channel ids, e-mail and phone', () => {
    expect(parsed(whatsappContact).identities).toEqual([
      { kind: 'subscriber', namespace: 'acme/contact', value: '1600000001' },
      { kind: 'subscriber', namespace: 'acme/whatsapp', value: 'US.7000000000000001' },
      { kind: 'email', namespace: '', value: 'zoe@mail.test' },
      { kind: 'phone', namespace: '', value: '+447700900123' },
    ]);
  });

  it('takes a tick for consent, and its absence for nothing', () => {
    expect(parsed(whatsappContact).consents).toEqual([
      { purpose: 'email', status: 'granted', evidence: 'optin_email: true', field: 'optin_email' },
      { purpose: 'whatsapp', status: 'granted', evidence: 'optin_whatsapp: true', field: 'optin_whatsapp' },
    ]);
  });

  it('reads custom fields under the names that the source gives them', () => {
    const custom_fields = { 'Phone Number': '07700 900124', Correo: 'ZOE@mail.test' };
    const settings = { captions: { 'Phone Number': 'phone', Correo: 'email' }, region: 'GB' };
    const attributes = attributesOf({ ...whatsappContact, custom_fields }, settings);
    expect(attributes).toMatchObject({
      phone: '+447700900124',
      whatsappPhone: '+447700900123',
      email: 'zoe@mail.test',
    });
  });

  it('reads an empty map of custom fields in PHP’s spelling', () => {
    expect(attributesOf({ ...whatsappContact, custom_fields: [] })).toMatchObject({ firstName: 'Zoë' });
  });

  it('has no tags unless the author sends them', () => {
    expect(parsed(whatsappContact)).toMatchObject({ tagsAdded: [], tagsRemoved: [] });
    expect(parsed({ ...whatsappContact, tags: ['vip'] }).tagsAdded).toEqual(['vip']);
  });
});

describe('the contact’s id', () => {
  it('keeps every digit, as text and as a number, in all styles', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 19n }), (id) => {
        const digits = id.toString();
        expect(contactIds(`{"id":${digits},"key":"user:${digits}","custom_fields":{}}`)).toEqual([digits]);
        expect(contactIds(`{"subscriber_id":${digits}}`)).toEqual([digits]);
        expect(contactIds({ data: { id: digits } })).toEqual([digits]);
      }),
    );
  });

  it('is taken from the key, and said so, where a tool on the way has rounded it', () => {
    const event = parsed({ ...messengerContact, id: 9007199254740992 });
    expect(event.identities[0]?.value).toBe('9007199254740993');
    expect(event.notes).toEqual([expect.stringContaining('differ: the key was used')]);
  });

  it('also finds the ids of other channels, exact', () => {
    const identities = parsed(
      JSON.stringify(whatsappContact).replace('"ig_id":null', '"ig_id":17841400000000000001'),
    ).identities;
    expect(identities).toContainEqual({
      kind: 'subscriber',
      namespace: 'acme/instagram',
      value: '17841400000000000001',
    });
  });

  it.each([{ id: null }, { id: 0 }, { contact_id: '{{user_id}}' }, { id: 1.5 }, {}, { first_name: 'Ada' }])(
    'is missed in %j, with advice',
    (body) => {
      expect(() => parsed(body)).toThrow(UnreadableBodyError);
      expect(() => parsed(body)).toThrow(/names nobody.*contact_id/);
    },
  );

  it('is not needed where an e-mail address tells who it is', () => {
    expect(parsed({ email: 'ada@mail.test' }).identities).toEqual([
      { kind: 'email', namespace: '', value: 'ada@mail.test' },
    ]);
  });
});

describe('the other body styles', () => {
  it.each(['data', 'full-data', 'full_data', 'subscriber', 'contact'])(
    'reads a contact wrapped as %s with the author’s fields beside it',
    (wrapper) => {
      const event = parsed({
        [wrapper]: whatsappContact,
        canal: 'IG',
        event: 'Order placed',
        last_input_text: 'yes',
        Plan: 'team',
        tags: 'vip, new',
      });
      expect(event).toMatchObject({
        kind: 'business_event',
        name: 'order_placed',
        channel: 'instagram',
        text: 'yes',
        tagsAdded: ['vip', 'new'],
      });
      expect(event.attributes).toContainEqual({ key: 'plan', label: 'Plan', type: 'string', value: 'team' });
      expect(event.identities[0]?.value).toBe('1600000001');
    },
  );

  it('reads a body typed by hand, where every value is text', () => {
    const event = parsed({
      contact_id: '1600000001',
      last_text_input: 'hola',
      channel: 'instagram',
      first_name: 'Ana',
      status: 'lead',
      Budget: '12',
      optin_email: 'true',
      x: 'undefined',
    });
    expect(event).toMatchObject({ kind: 'message_in', name: 'message', text: 'hola', channel: 'instagram' });
    expect(event.consents).toMatchObject([{ purpose: 'email', status: 'granted' }]);
    const values = Object.fromEntries(event.attributes.map(({ key, value }) => [key, value]));
    expect(values).toEqual({ firstName: 'Ana', status: 'lead', budget: '12', channel: 'instagram' });
  });

  it('reads the answer of the API’s getInfo, with its declared types and its tags', () => {
    const custom_fields = [
      { id: 1, name: 'Budget', type: 'number', value: '1200' },
      { id: 2, name: 'Code', type: 'text', value: '2024-01-01' },
      { id: 3, name: 'Interests', type: 'array', value: ['a', 'b'] },
      { id: 4, name: 'Empty', type: 'datetime', value: null },
    ];
    const body = {
      status: 'success',
      data: { id: '1600000001', page_id: 1, first_name: 'Ana', custom_fields, tags: [{ id: 9, name: 'vip' }] },
    };
    const event = parsed(body);
    expect(event).toMatchObject({ kind: 'contact_snapshot', tagsAdded: ['vip'], properties: { pageId: '1' } });
    expect(attributesOf(body)).toEqual({ firstName: 'Ana', budget: 1200, code: '2024-01-01', interests: ['a', 'b'] });
  });

  it('does not take a custom object for the contact', () => {
    expect(attributesOf({ contact_id: '1', data: { plan: 'pro' } })).toEqual({ dataPlan: 'pro' });
    expect(parsed({ ...whatsappContact, user: { id: 5 } }).identities[0]?.value).toBe('1600000001');
  });
});

describe('the event', () => {
  it('is named by the address where the body does not', () => {
    expect(parsed(whatsappContact, {}, { query: { event: 'lead_qualified' } })).toMatchObject({
      kind: 'business_event',
      name: 'lead_qualified',
    });
  });

  it('happened now, unless the author says when: a last interaction may be days old', () => {
    expect(parsed(messengerContact).occurredAt).toBeNull();
    expect(parsed({ data: messengerContact, occurred_at: '2026-03-02T09:10:11Z' }).occurredAt).toEqual(
      new Date('2026-03-02T09:10:11Z'),
    );
  });

  it('is a repetition when it says the same within the window, and none when anything differs', () => {
    const key = (body: unknown) => parsed(body).dedupe.key;
    expect(parsed(whatsappContact, { dedupeWindowSeconds: 5 }).dedupe.windowMs).toBe(5_000);
    expect(key({ ...whatsappContact, profile_pic: 'https://cdn.test/p.jpg?expires=2' })).toBe(key(whatsappContact));
    expect(key({ ...whatsappContact, last_input_text: 'no' })).not.toBe(key(whatsappContact));
    expect(key({ ...messengerContact, last_interaction: '2026-03-02T09:11:00-06:00' })).not.toBe(key(messengerContact));
    expect(key({ ...whatsappContact, custom_fields: { ...whatsappContact.custom_fields, budget: 1 } })).not.toBe(
      key(whatsappContact),
    );
  });

  it('is known by its author’s id or the Idempotency-Key for good', () => {
    expect(parsed({ data: whatsappContact, event_id: 'o-1' }).dedupe).toEqual({
      key: '1600000001:o-1',
      windowMs: null,
    });
    expect(parsed(whatsappContact, {}, { headers: { 'idempotency-key': 'k' } }).dedupe).toEqual({
      key: '1600000001:k',
      windowMs: null,
    });
  });
});

describe('the channel', () => {
  const base = { id: '1600000001', key: 'user:1600000001', custom_fields: {} };
  it.each([
    [{ ...base, whatsapp_phone: '447700900123' }, 'whatsapp'],
    [{ ...base, ig_username: 'ada' }, 'instagram'],
    [{ ...base, ig_username: 'ada', whatsapp_phone: '447700900123' }, null],
    [base, null],
    [messengerContact, 'messenger'],
    [{ ...messengerContact, ig_id: 5 }, null],
  ])('is inferred only without doubt (%#)', (body, channel) => expect(parsed(body).channel).toBe(channel));

  it('is the author’s word first, then the source’s setting', () => {
    const body = { ...base, whatsapp_phone: '447700900123' };
    expect(parsed(body, { channel: 'telegram' }).channel).toBe('telegram');
    expect(parsed({ ...body, channel: 'fb' }, { channel: 'telegram' }).channel).toBe('messenger');
    expect(parsed(body, { channel: 'telegram' }, { query: { channel: 'ig' } }).channel).toBe('instagram');
  });
});

describe('a body that cannot be read', () => {
  it.each(['', '[]', '"x"', '7', 'null', '{"first_name":"Ada "the" first","contact_id":1}'])(
    'is refused with advice: %s',
    (body) => {
      expect(() => parsed(body)).toThrow(UnreadableBodyError);
      expect(() => parsed(body)).toThrow(/Encode to JSON/);
    },
  );

  it('is the only thing parse ever throws', () => {
    const shapes = fc.oneof(
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify({ data: value, id: '1' })),
      fc.string(),
    );
    fc.assert(
      fc.property(shapes, (body) => {
        try {
          manychat.parse(requestWith(body), sourceWith());
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableBodyError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

it('carries its secret in the header that the source names', () => {
  const request = requestWith({}, { headers: { 'x-parley-secret': 'a', 'x-mine': 'b' } });
  const presented = (secrets: string[]) => ({ kind: 'secret', presented: secrets });
  expect(manychat.presentedProof(request, sourceWith())).toEqual(presented(['a']));
  expect(manychat.presentedProof(request, sourceWith({ secretHeader: 'X-Mine' }))).toEqual(presented(['b']));
  expect(manychat.presentedProof(requestWith({}), sourceWith())).toEqual(presented([]));
});

it.each([
  { region: 'Spain' },
  { timeZone: 'Madrid' },
  { captions: { a: 'two words' } },
  { reply: 'dynamic_block', replyAttributes: { a: '1', b: '2', c: '3', d: '4', e: '5', f: '6' } },
])('refuses the settings %j', (settings) => expect(manychat.settings.safeParse(settings).success).toBe(false));
