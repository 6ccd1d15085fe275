import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { UnreadableHookError, type ProviderHookRequest } from '../provider-webhooks.js';
import type { RemoteFact } from '../remote-fact.js';
import { readBracketForm } from './bracket-form.js';
import { subscriberHash } from './client.js';
import { mailchimpSettings } from './settings.js';
import { list, receiver, rehearse, testKey } from './test-support.js';
import { mailchimpWebhooks } from './webhooks.js';

const secret = 'a-secret-of-our-own';
const audienceId = list.slice(-10);
const settingsWith = (more: object = {}) =>
  mailchimpSettings.parse({ apiKey: testKey, audienceId, webhookSecret: secret, ...more });
const settings = settingsWith();
const receivedAt = new Date('2026-03-04T10:20:31Z');

const call = (body: string, more: Partial<ProviderHookRequest> = {}): ProviderHookRequest => ({
  method: 'POST',
  url: `https://parley.test/hooks/x?secret=${secret}`,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  query: { secret },
  body: Buffer.from(body),
  receivedAt,
  ...more,
});

const unsubscribed =
  `type=unsubscribe&fired_at=2026-03-04+10%3A20%3A30&data%5Baction%5D=unsub&data%5Breason%5D=manual&data%5Bid%5D=9c1de0a7b2` +
  `&data%5Bemail%5D=Ana%40shop.invalid&data%5Bmerges%5D%5BEMAIL%5D=ana%40shop.invalid&data%5Bmerges%5D%5BFNAME%5D=Ana&data%5Blist_id%5D=${audienceId}`;
const form = (type: string, data: Record<string, string>) =>
  new URLSearchParams([
    ['type', type],
    ['fired_at', '2026-03-04 10:20:30'],
    ...Object.entries({ list_id: audienceId, ...data }).map(
      ([key, value]) => [`data${key.startsWith('[') ? key : `[${key}]`}`, value] as [string, string],
    ),
  ]).toString();
const read = (body: string, more: object = {}): readonly RemoteFact[] =>
  mailchimpWebhooks.read(call(body), settingsWith(more));

describe('a call of a webhook', () => {
  const signed = (body: string, key: string, at = receivedAt.getTime() / 1_000, alter = '') => {
    const digest = createHmac('sha256', key)
      .update(`${String(at)}.${body}${alter}`)
      .digest('hex');
    return call(body, { headers: { 'x-mailchimp-signature': `t=${String(at)},v1=${digest}` } });
  };
  const signing = settingsWith({ webhookSigningSecret: 'old, new' });

  it('is Mailchimp’s when the address holds the secret', () => {
    expect(mailchimpWebhooks.verify(call(unsubscribed), settings)).toBeNull();
    expect(mailchimpWebhooks.verify(call(unsubscribed, { query: {} }), settings)).toContain('missing or wrong');
    expect(mailchimpWebhooks.verify(call(unsubscribed, { query: { secret: 'x' } }), settings)).toContain('wrong');
    expect(mailchimpWebhooks.verify(call(''), settingsWith({ webhookSecret: undefined }))).toContain(
      'no webhookSecret',
    );
  });

  it.each([
    ['with the present secret', signed(unsubscribed, 'new'), null],
    ['with the one before', signed(unsubscribed, 'old'), null],
    ['with another secret', signed(unsubscribed, 'other'), 'wrong'],
    ['over another body', signed(unsubscribed, 'new', undefined, 'x'), 'wrong'],
    ['six minutes old', signed(unsubscribed, 'new', receivedAt.getTime() / 1_000 - 360), 'too old'],
    ['missing', call(unsubscribed), 'missing'],
    ['cut off', call(unsubscribed, { headers: { 'x-mailchimp-signature': 't=' } }), 'too old'],
  ])('whose signature is %s is judged by its raw bytes', (_case, request, problem) => {
    const said = mailchimpWebhooks.verify(request, signing);
    if (problem === null) expect(said).toBeNull();
    else expect(said).toContain(problem);
  });

  it('by GET is Mailchimp’s look whether the address works, and says nothing', () => {
    const look = call('', { method: 'GET' });
    expect(mailchimpWebhooks.verify(look, signing)).toBeNull();
    expect(mailchimpWebhooks.read(look, settings)).toEqual([]);
    expect(mailchimpWebhooks.accepted(look, settings)).toMatchObject({ status: 200 });
  });

  it('that is not taken never makes Mailchimp switch the webhook off', () => {
    for (const refusal of ['not_authentic', 'unreadable', 'unavailable'] as const)
      expect(mailchimpWebhooks.refused(call(''), refusal).status).not.toBe(410);
  });

  it.each(['', 'type=unsubscribe', '{"type":"unsubscribe"}', form('unsubscribe', { action: 'unsub' })])(
    'with the body %o is unreadable, and says what to look at',
    (body) => {
      expect(() => read(body)).toThrow(UnreadableHookError);
    },
  );
});

describe('what a webhook tells', () => {
  const about = {
    object: 'member',
    remoteId: subscriberHash('ana@shop.invalid'),
    email: 'ana@shop.invalid',
    phone: null,
  };

  it('an unsubscription is the person’s withdrawal, and an event', () => {
    const facts = read(unsubscribed);
    expect(facts).toMatchObject([
      {
        kind: 'consent_said',
        about,
        purpose: 'email',
        status: 'revoked',
        occurredAt: new Date('2026-03-04T10:20:30.999Z'),
        evidence: 'Mailchimp: unsubscribed (manual)',
        own: false,
      },
      { kind: 'activity', name: 'email_unsubscribed', properties: { reason: 'manual' } },
    ]);
    expect(read(unsubscribed).map(({ dedupeKey }) => dedupeKey)).toEqual(facts.map(({ dedupeKey }) => dedupeKey));
  });

  it('a subscription is a consent only when it came with the address of a person who signed up', () => {
    const data = { email: 'ana@shop.invalid', '[merges][FNAME]': 'Ana', '[merges][LNAME]': '' };
    const fields = { FNAME: { type: 'string', value: 'Ana' }, LNAME: null };
    const changed = { kind: 'record_changed', about, created: true, fields };
    const granted = { kind: 'consent_said', status: 'granted', purpose: 'email' };
    expect(read(form('subscribe', data))).toMatchObject([changed]);
    expect(read(form('subscribe', { ...data, ip_signup: '203.0.113.9' }))).toMatchObject([changed, granted]);
    expect(read(form('subscribe', data), { optInsAtMailchimp: 'all' })).toMatchObject([changed, granted]);
    expect(read(form('subscribe', { ...data, ip_signup: '203.0.113.9' }), { optInsAtMailchimp: 'none' })).toMatchObject(
      [changed],
    );
  });

  it('a profile is fields, with the address by its parts and groups by their category', () => {
    const data = {
      email: 'ana@shop.invalid',
      '[merges][EMAIL]': 'ana@shop.invalid',
      '[merges][HOME][city]': 'Leeds',
      '[merges][INTERESTS]': 'News, Offers',
      '[merges][GROUPINGS][0][name]': 'Topics',
      '[merges][GROUPINGS][0][groups]': 'News, Offers',
    };
    const [fact] = read(form('profile', data));
    expect(fact).toMatchObject({
      kind: 'record_changed',
      created: false,
      fields: {
        email_address: { type: 'string', value: 'ana@shop.invalid' },
        'HOME.city': { type: 'string', value: 'Leeds' },
        'interests.Topics': { type: 'list', value: ['News', 'Offers'] },
      },
    });
    expect(JSON.stringify(fact)).not.toContain('INTERESTS');
  });

  it.each([
    [
      'upemail',
      { new_email: 'ana2@shop.invalid', old_email: 'ana@shop.invalid' },
      [{ kind: 'record_changed', about, fields: { email_address: { value: 'ana2@shop.invalid' } } }],
    ],
    [
      'cleaned',
      { email: 'ana@shop.invalid', reason: 'hard', campaign_id: 'c1' },
      [{ kind: 'activity', name: 'email_bounced', properties: { bounceType: 'hard', campaignId: 'c1' } }],
    ],
    [
      'cleaned',
      { email: 'ana@shop.invalid', reason: 'abuse' },
      [{ kind: 'consent_said', status: 'revoked' }, { kind: 'activity' }],
    ],
    [
      'unsubscribe',
      { email: 'ana@shop.invalid', action: 'delete', reason: 'manual' },
      [{ kind: 'record_gone', erased: false }],
    ],
    ['campaign', { id: 'c1', subject: 'Hi', status: 'sent', reason: '' }, []],
    ['sms_subscribe', { id: 'x' }, []],
    ['unsubscribe', { email: 'ana@shop.invalid', action: 'unsub', list_id: 'another000' }, []],
  ])('%s %o is %o', (type, data, facts) => {
    expect(read(form(type, data))).toMatchObject(facts);
  });

  it('is never more than text, however the keys are nested', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.stringMatching(/^[a-z_[\]]{0,30}$/), fc.string())), (pairs) => {
        const tree = readBracketForm(new URLSearchParams(pairs).toString());
        expect(JSON.stringify(tree)).toBeTypeOf('string');
        expect(Object.getPrototypeOf({})).toBe(Object.prototype);
      }),
    );
    expect(readBracketForm('__proto__[x]=1&a[constructor]=2&a[b]=3')).toEqual({ a: { b: '3' } });
  });
});

const all = { subscribe: true, unsubscribe: true, profile: true, cleaned: true, upemail: true, campaign: true };
const usual = { user: true, admin: true, api: false };

describe('between the sandbox and us', () => {
  const connected = async (more: object = {}, sources = usual) => {
    const sandbox = await rehearse({ settings: { webhookSecret: secret } });
    const ours = await receiver(settingsWith(more));
    const webhook = await sandbox.send('POST', `${list}/webhooks`, { url: ours.url, events: all, sources });
    return { sandbox, ours, webhook };
  };
  const ada = 'ada@chat.test';

  it('a person’s opt-out arrives within one webhook, signed, and what we write ourselves does not come back', async () => {
    const { sandbox, ours, webhook } = await connected();
    ours.using.settings = settingsWith({ webhookSigningSecret: String(webhook.signing_secret) });
    await sandbox.send('POST', `${list}/members`, { email_address: ada, status: 'subscribed' });
    await sandbox.patch(ada, { merge_fields: { FNAME: 'Ada' } });
    await sandbox.optOut(ada);
    await vi.waitFor(() => expect(ours.facts).toHaveLength(2));
    expect(ours.facts).toMatchObject([{ kind: 'consent_said', status: 'revoked' }, { kind: 'activity' }]);
    expect(ours.refused).toEqual([]);
  });

  it('a sign-up on the form, a bounce, a changed profile and an archiving are told, each in its words', async () => {
    const { sandbox, ours } = await connected();
    const page = (path: string) => fetch(`${sandbox.origin}${path}&id=${audienceId}`);
    await page(`/subscribe?e=${ada}`);
    await page(`/profile?e=${ada}&FNAME=Ada`);
    await page(`/bounce?e=${ada}`);
    await page('/subscribe?e=b@chat.test');
    await page('/archive?e=b@chat.test');
    await vi.waitFor(() => expect(ours.facts).toHaveLength(7));
    expect(ours.facts.map((fact) => (fact.kind === 'activity' ? fact.name : fact.kind))).toEqual([
      'record_changed',
      'consent_said',
      'record_changed',
      'email_bounced',
      'record_changed',
      'consent_said',
      'record_gone',
    ]);
  });

  it('a call that is not answered is made again by the sandbox’s clock, and 410 ends it', async () => {
    const { sandbox, ours } = await connected();
    ours.using.status = 503;
    await fetch(`${sandbox.origin}/subscribe?e=${ada}&id=${audienceId}`);
    await vi.waitFor(async () => expect(await sandbox.page()).toContain('waiting: 503'));
    ours.using.status = 200;
    await sandbox.send('PUT', '/_sandbox/clock', { now: new Date(Date.now() + 120_000).toISOString() });
    await vi.waitFor(() => expect(ours.facts).toHaveLength(2));
    ours.using.status = 410;
    await sandbox.optOut(ada);
    await vi.waitFor(async () => expect(await sandbox.page()).toContain('given up: 410'));
  });

  it('of very many changes while nobody answers each is told in the end', async () => {
    const { sandbox, ours } = await connected({}, { ...usual, api: true });
    ours.using.status = 503;
    for (const part of [0, 1, 2]) {
      const members = Array.from({ length: 500 }, (_, index) => ({
        email_address: `p${String(part * 500 + index)}@chat.test`,
        status: 'subscribed',
      }));
      await sandbox.send('POST', list, { members });
    }
    ours.using.status = 200;
    await sandbox.send('PUT', '/_sandbox/clock', { now: new Date(Date.now() + 120_000).toISOString() });
    await vi.waitFor(() => expect(ours.facts).toHaveLength(1_500), { timeout: 20_000, interval: 100 });
    expect(new Set(ours.facts.map(({ about }) => about.email)).size).toBe(1_500);
  });

  it('an address that does not answer is not taken', async () => {
    const { sandbox } = await connected();
    const refused = await sandbox.send('POST', `${list}/webhooks`, { url: 'http://127.0.0.1:9/x', events: all });
    expect(refused).toMatchObject({ status: 400, errors: [{ field: 'url' }] });
  });

  it('the check finds our webhook by its secret and says what is wrong with it', async () => {
    const { sandbox } = await connected({}, { ...usual, api: true });
    expect((await sandbox.connection.check({ mapping: null })).problems).toEqual([
      expect.stringContaining('made by the API'),
    ]);
    const alone = await rehearse({ settings: { webhookSecret: secret } });
    expect((await alone.connection.check({ mapping: null })).problems).toEqual([expect.stringContaining('no webhook')]);
  });
});
