import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ProviderHookRequest, UnreadableHookError } from '../../provider-webhooks.js';
import type { RemoteFact } from '../../remote-fact.js';
import { changeKey } from '../fact-keys.js';
import { settingsSchema } from '../settings.js';
import { webhooks } from './index.js';
import { signedUrl } from './signature.js';

const secret = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy';
const settings = settingsSchema.parse({ accessToken: 'pat', clientSecret: secret, portalId: '4242' });
const receivedAt = new Date('2026-11-22T10:00:00.000Z');
const url = 'https://parley.example.com/hooks/crm/acme';

const request = (more: Partial<ProviderHookRequest> = {}): ProviderHookRequest => ({
  method: 'POST',
  url,
  headers: {},
  query: {},
  body: Buffer.from('[]'),
  receivedAt,
  ...more,
});

/** As HubSpot documents its third version. */
function signed(more: Partial<ProviderHookRequest> = {}, sentAtMs = receivedAt.getTime()): ProviderHookRequest {
  const plain = request(more);
  const timestamp = String(sentAtMs);
  const signature = createHmac('sha256', secret)
    .update(`${plain.method}${signedUrl(plain.url)}${plain.body.toString('utf8')}${timestamp}`)
    .digest('base64');
  return {
    ...plain,
    headers: { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': timestamp, ...more.headers },
  };
}

const older = (version: string | undefined, covered: string, more: Partial<ProviderHookRequest> = {}) =>
  request({
    ...more,
    headers: {
      'x-hubspot-signature': createHash('sha256').update(covered).digest('hex'),
      'x-hubspot-signature-version': version,
    },
  });

describe('the signature of a webhook', () => {
  it('is that of HubSpot’s own examples (version 2)', () => {
    const example = (method: 'GET' | 'POST', body: string, signature: string) =>
      request({
        method,
        url: 'https://www.example.com/webhook_uri',
        body: Buffer.from(body),
        headers: { 'x-hubspot-signature': signature, 'x-hubspot-signature-version': 'v2' },
      });
    const get = 'eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e';
    const post = '9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900';
    expect(webhooks.verify(example('GET', '', get), settings)).toBeNull();
    expect(webhooks.verify(example('POST', '{"example_field":"example_value"}', post), settings)).toBeNull();
    expect(webhooks.verify(example('POST', '{"example_field":"other"}', post), settings)).not.toBeNull();
  });

  it('may be of version 1, which covers secret and body, also without naming it', () => {
    for (const version of ['v1', undefined])
      expect(webhooks.verify(older(version, `${secret}[]`), settings)).toBeNull();
    expect(webhooks.verify(older('v9', `${secret}[]`), settings)).toBe('the version of the signature is not known');
  });

  it('is demanded in version 3 where it is there, whatever an older one says', () => {
    const valid = older('v1', `${secret}[]`).headers;
    const wrong = signed({ headers: { ...valid, 'x-hubspot-signature-v3': 'AAAA' } });
    expect(webhooks.verify(wrong, settings)).toBe('the signature is wrong');
    expect(webhooks.verify(signed(), settings)).toBeNull();
  });

  it('covers the raw bytes: not one may differ', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), (bytes, place) => {
        const body = Buffer.from(bytes);
        const timestamp = String(receivedAt.getTime());
        const signature = createHmac('sha256', secret)
          .update(`POST${url}`)
          .update(body)
          .update(timestamp)
          .digest('base64');
        const headers = { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': timestamp };
        expect(webhooks.verify(request({ body, headers }), settings)).toBeNull();
        const changed = Buffer.from(bytes);
        changed[place % changed.length] = (changed[place % changed.length] ?? 0) ^ 1;
        expect(webhooks.verify(request({ body: changed, headers }), settings)).toBe('the signature is wrong');
      }),
    );
  });

  it.each([
    [-300_000, null],
    [300_000, null],
    [-300_001, 'the time of the request is more than five minutes away'],
    [300_001, 'the time of the request is more than five minutes away'],
  ])('is good for five minutes both ways (%i ms away)', (awayMs, expected) => {
    expect(webhooks.verify(signed({}, receivedAt.getTime() + awayMs), settings)).toBe(expected);
  });

  it.each(['', 'NaN', 'soon', '1e12', '-5'])('needs a time that is one, not "%s"', (timestamp) => {
    const headers = { 'x-hubspot-request-timestamp': timestamp };
    expect(webhooks.verify(signed({ headers }), settings)).toBe('there is no time of the request');
  });

  it('covers the address with some characters decoded and others not', () => {
    const encoded = 'https://x.example/hook?a=%3A%2f%3F%40%21%24%27%28%29%2A%2C%3B&b=%20%26%3D%25#part';
    expect(signedUrl(encoded)).toBe("https://x.example/hook?a=:/?@!$'()*,;&b=%20%26%3D%25");
    expect(webhooks.verify(signed({ url: encoded }), settings)).toBeNull();
  });

  it('cannot be checked without the app’s secret, and nothing passes without a signature', () => {
    const without = settingsSchema.parse({ accessToken: 'pat' });
    expect(webhooks.verify(signed(), without)).toContain('no client secret');
    expect(webhooks.verify(request(), settings)).toBe('there is no signature');
  });
});

const event = (more: object) => ({
  eventId: 3_812_345,
  subscriptionId: 24_680,
  portalId: 4_242,
  appId: 77_001,
  occurredAt: 1_770_112_800_123,
  subscriptionType: 'contact.propertyChange',
  attemptNumber: 0,
  objectId: 9_001,
  changeSource: 'CRM_UI',
  sourceId: 'userId:55',
  ...more,
});
const read = (events: readonly unknown[], how = settings): readonly RemoteFact[] =>
  webhooks.read(request({ body: Buffer.from(JSON.stringify(events)) }), how);
const change = (propertyName: string, propertyValue: unknown, more: object = {}) =>
  event({ propertyName, propertyValue, ...more });

describe('the events of a webhook', () => {
  it('tell a changed property, an emptied one as null', () => {
    expect(read([change('lifecyclestage', 'customer'), change('country', '')])).toMatchObject([
      {
        kind: 'record_changed',
        created: false,
        own: false,
        about: { object: 'contacts', remoteId: '9001', email: null },
        occurredAt: new Date(1_770_112_800_123),
        fields: { lifecyclestage: { type: 'string', value: 'customer' } },
      },
      { fields: { country: null } },
    ]);
  });

  it('leave what may be a date to a pull, which knows its type, and do not stand in its way', () => {
    const [moment] = read([change('birthday', '660787200000')]);
    expect(moment).toMatchObject({ kind: 'record_changed', fields: {} });
    const pulled = changeKey('9001', 'birthday', new Date(1_770_112_800_123), '660787200000');
    expect(moment?.dedupeKey).not.toBe(pulled);
    expect(read([change('city', 'Rome')])[0]?.dedupeKey).toBe(
      changeKey('9001', 'city', new Date(1_770_112_800_123), 'Rome'),
    );
    expect(read([change('zip', '10115')])).toMatchObject([{ fields: { zip: { value: '10115' } } }]);
  });

  it('tell contacts made, deleted, brought back and erased', () => {
    const types = ['creation', 'deletion', 'restore', 'privacyDeletion'];
    const facts = read(types.map((type) => event({ subscriptionType: `contact.${type}`, changeFlag: 'NEW' })));
    expect(facts).toMatchObject([
      { kind: 'record_changed', created: true },
      { kind: 'record_gone', erased: false },
      { kind: 'record_changed', created: true },
      { kind: 'record_gone', erased: true },
    ]);
  });

  it('tell a merge by the one who stays, also when HubSpot gives a new id', () => {
    const merge = { subscriptionType: 'contact.merge', primaryObjectId: 1, mergedObjectIds: [2, 3], newObjectId: null };
    expect(read([event(merge), event({ ...merge, newObjectId: 9 })])).toMatchObject([
      { kind: 'record_merged', about: { remoteId: '1' }, mergedIds: ['2', '3'] },
      { kind: 'record_merged', about: { remoteId: '9' }, mergedIds: ['2', '3', '1'] },
    ]);
  });

  it('tell an opt-out from all e-mail as a withdrawn consent', () => {
    const facts = read([change('hs_email_optout', 'true'), change('hs_email_optout', 'false', { eventId: 2 })]);
    expect(facts.map(({ kind }) => kind)).toEqual(['record_changed', 'consent_said', 'record_changed']);
    expect(facts[1]).toMatchObject({ purpose: 'email', status: 'revoked' });
    expect(new Set(facts.map(({ dedupeKey }) => dedupeKey)).size).toBe(3);
  });

  it('tell the new address with a change of it', () => {
    expect(read([change('email', 'Ada@Example.com')])).toMatchObject([{ about: { email: 'ada@example.com' } }]);
  });

  it.each([
    ['INTEGRATION', '77001', true],
    ['INTEGRATION', '88', false],
    ['CRM_UI', '77001', false],
    ['IMPORT', null, false],
  ])('know their own echo (%s by %s)', (changeSource, sourceId, own) => {
    expect(read([change('city', 'Rome', { changeSource, sourceId })])).toMatchObject([{ own }]);
  });

  it('know the echo of another app that is ours too', () => {
    const ours = settingsSchema.parse({ accessToken: 'pat', clientSecret: secret, appId: '88' });
    expect(read([change('city', 'Rome', { changeSource: 'INTEGRATION', sourceId: '88' })], ours)).toMatchObject([
      { own: true },
    ]);
  });

  it('that HubSpot repeats have the same key, and two that share an id have not', () => {
    const [first, again] = read([change('city', 'Rome'), change('city', 'Rome', { attemptNumber: 3 })]);
    expect(again?.dedupeKey).toBe(first?.dedupeKey);
    const [one, other] = read([change('city', 'Rome'), change('zip', '1')]);
    expect(other?.dedupeKey).not.toBe(one?.dedupeKey);
  });

  it('of other accounts, of other records and of kinds we do not know are passed over', () => {
    const foreign = [
      change('city', 'Rome', { portalId: 1 }),
      event({ subscriptionType: 'deal.creation' }),
      event({ subscriptionType: 'contact.associationChange', fromObjectId: 1, toObjectId: 2 }),
      event({ subscriptionType: 'contact.toString' }),
      event({ subscriptionType: 'object.creation', objectTypeId: '0-2' }),
    ];
    expect(read(foreign)).toEqual([]);
    expect(read([event({ subscriptionType: 'object.creation', objectTypeId: '0-1' })])).toHaveLength(1);
    const anyAccount = settingsSchema.parse({ accessToken: 'pat', clientSecret: secret });
    expect(read(foreign.slice(0, 1), anyAccount)).toHaveLength(1);
  });

  it('come by the hundred', () => {
    const events = Array.from({ length: 100 }, (_, n) => change('city', 'Rome', { objectId: n, eventId: n }));
    expect(new Set(read(events).map(({ dedupeKey }) => dedupeKey)).size).toBe(100);
  });

  it.each(['', 'not json', '{"a":1}', '[{"subscriptionType":"contact.creation"}]'])(
    'that cannot be read are refused: %s',
    (body) => {
      expect(() => webhooks.read(request({ body: Buffer.from(body) }), settings)).toThrow(UnreadableHookError);
    },
  );

  it('are answered so that HubSpot repeats what was not taken', () => {
    expect(webhooks.accepted(request(), settings).status).toBe(200);
    expect(webhooks.refused(request(), 'not_authentic').status).toBe(401);
    expect(webhooks.refused(request(), 'unreadable').status).toBe(400);
    expect(webhooks.refused(request(), 'unavailable').status).toBe(503);
  });
});
