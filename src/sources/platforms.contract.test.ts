import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnreadableBodyError } from './chat-platform.js';
import { facebookMessage } from './platforms/bot-framework/fixtures.js';
import { fullProfile } from './platforms/chatfuel/fixtures.js';
import { webhookRequest as cxRequest } from './platforms/dialogflow-cx/fixtures.js';
import { webhookRequest as esRequest } from './platforms/dialogflow-es/fixtures.js';
import { webMessage } from './platforms/landbot/fixtures.js';
import { whatsappContact } from './platforms/manychat/fixtures.js';
import { actionCall } from './platforms/rasa/fixtures.js';
import { platforms } from './registry.js';
import { getRequest, requestWith, sourceOf } from './test-support.js';

type Fields = Readonly<Record<string, unknown>>;

/** A request of each platform with the person's id and the bot's own fields put where that platform has them. */
const samples: Readonly<Record<string, (id: unknown, fields: Fields) => unknown>> = {
  manychat: (id, fields) => ({
    ...whatsappContact,
    key: null,
    id,
    custom_fields: fields,
    optin_email: false,
    optin_whatsapp: null,
  }),
  landbot: (id, fields) => ({ messages: [{ ...webMessage, customer: { id, ...fields } }] }),
  chatfuel: (id, fields) => ({
    ...fields,
    'messenger user id': id,
    'chatfuel user id': fullProfile['chatfuel user id'],
  }),
  'dialogflow-es': (id, fields) => ({
    ...esRequest,
    queryResult: { ...esRequest.queryResult, parameters: fields, outputContexts: [] },
    originalDetectIntentRequest: { payload: { contact: { id } } },
  }),
  'dialogflow-cx': (id, fields) => ({
    ...cxRequest,
    intentInfo: {},
    pageInfo: {},
    sessionInfo: { ...cxRequest.sessionInfo, parameters: fields },
    payload: { contact: { id } },
  }),
  rasa: (id, fields) => ({ ...actionCall, sender_id: id, tracker: { ...actionCall.tracker, slots: fields } }),
  'bot-framework': (id, fields) => ({ ...facebookMessage, from: { id }, value: fields }),
  generic: (id, fields) => ({ contact_id: id, ...fields }),
};

const noValues = [null, '', '  ', 'null', 'undefined', 'None', 'NaN', '[]', '{}', '{{email}}', [], {}, [null, '']];

describe.each(platforms.map((platform) => [platform.id, platform] as const))('%s', (id, platform) => {
  const source = sourceOf(platform);
  const sample = samples[id]!;
  const parse = (body: unknown) => platform.parse(requestWith(body), source);
  const read = (fields: Fields, person: unknown = '1600000001') => {
    const [event] = parse(sample(person, fields));
    return { ...event!, values: Object.fromEntries(event!.attributes.map(({ key, value }) => [key, value])) };
  };

  it('keeps every digit of an id, whatever its JSON type', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 10n ** 9n, max: 10n ** 19n }), fc.boolean(), (number, quoted) => {
        const literal = quoted ? `"${number}"` : `${number}`;
        const body = JSON.stringify(sample('@@ID@@', {})).replaceAll('"@@ID@@"', literal);
        expect(parse(body)[0]?.identities[0]?.value).toBe(`${number}`);
      }),
    );
  });

  it.each(noValues.map((value) => [JSON.stringify(value), value]))('takes %s for no value', (_shown, value) => {
    const { values } = read({ favourite: value, kept: 'yes' });
    expect(values).toMatchObject({ kept: 'yes' });
    expect(values).not.toHaveProperty('favourite');
  });

  it('takes zero and false for values', () => {
    expect(read({ budget: 0, subscribed_daily: false }).values).toMatchObject({ budget: 0, subscribedDaily: false });
  });

  it('makes attributes of captions in any script, and of emoji alone', () => {
    const captions = { 'Plan Type ': 'planType', 'Días: hábiles': 'diasHabiles', 'Дата рождения': 'датаРождения', 名前: '名前', '🎂': 'u1f382' }; // prettier-ignore
    const { values } = read(Object.fromEntries(Object.keys(captions).map((caption) => [caption, 'x'])));
    for (const key of Object.values(captions)) expect(values).toHaveProperty(key, 'x');
  });

  it('says when two captions are one attribute with different values', () => {
    const { notes } = read({ 'Plan Type': 'pro', plan_type: 'free' });
    expect(notes).toContainEqual(expect.stringContaining('both the attribute planType'));
  });

  it('never loses a caption without a note, whatever it is', () => {
    const captions = fc
      .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
      .filter((caption) => /\p{L}{3}/u.test(caption));
    fc.assert(
      fc.property(captions, (caption) => {
        const name = `zz ${caption}`;
        const event = read({ [name]: 'kept' });
        expect(Object.values(event.values)).toContain('kept');
      }),
    );
  });

  it('never takes an address for consent', () => {
    expect(read({ email: 'ada@mail.test', phone: '+447700900123' }).consents).toEqual([]);
  });

  it('keeps dates without a zone as they are, and reads those with one exactly', () => {
    const { values } = read({ birthday: '1990-02-28', order_at: '2026-03-01T10:00:00+01:00' });
    expect(values).toMatchObject({ birthday: '1990-02-28', orderAt: '2026-03-01T09:00:00.000Z' });
  });

  it('says the same of the same request, and something else of another one', () => {
    const key = (plan: string) => read({ plan }).dedupe.key;
    expect(key('pro')).toBe(key('pro'));
    const person = (who: string) => read({}, who).identities[0];
    expect(person('1600000001')).not.toEqual(person('1600000002'));
  });

  it('puts every id of its own under the source’s name', () => {
    for (const { kind, namespace } of read({ email: 'a@mail.test' }).identities)
      expect(kind === 'subscriber' ? namespace.startsWith('acme/') : namespace === '').toBe(true);
  });

  it('throws nothing but that the body cannot be read', () => {
    const strange = fc.oneof(
      fc.json(),
      fc.string(),
      fc.jsonValue().map((value) => JSON.stringify(sample(value, { value }))),
      fc
        .jsonValue()
        .map((value) =>
          JSON.stringify({ queryResult: value, tracker: value, session: value, event: 'slot', activity: value }),
        ),
    );
    fc.assert(
      fc.property(strange, fc.webQueryParameters(), (body, query) => {
        for (const request of [requestWith(body), getRequest(query)])
          try {
            platform.parse(request, source);
          } catch (error) {
            expect(error).toBeInstanceOf(UnreadableBodyError);
          }
      }),
      { numRuns: 200 },
    );
  });

  it('has a neutral answer that is JSON', () => {
    const { status, body } = platform.neutralReply(source, requestWith(sample('1', {})));
    expect(status).toBe(200);
    expect(JSON.parse(JSON.stringify(body))).toEqual(body);
  });
});
