import { describe, expect, it } from 'vitest';
import type { Json } from '../../json.js';
import type { PullPage, RemoteFact } from '../../remote-fact.js';
import { mailchimp } from '../definition.js';
import { list, record, rehearse, type Rehearsal } from '../test-support.js';

const ada = 'ada@chat.test';
const grace = 'grace@chat.test';
const audienceId = list.slice(-10);

interface Pulled {
  readonly facts: readonly RemoteFact[];
  readonly watermark: Json;
  readonly pages: number;
}

/** A whole pull, page by page, as enrichment does it. */
async function pull(
  { connection }: Rehearsal,
  stream: string,
  watermark: Json = null,
  fields: readonly string[] = [],
  notBefore: Date | null = null,
): Promise<Pulled> {
  const facts: RemoteFact[] = [];
  let cursor: Json = null;
  let page: PullPage | undefined;
  let pages = 0;
  do {
    page = await connection.pull?.({ stream, object: 'member', fields, cursor, watermark, notBefore });
    facts.push(...(page?.facts ?? []));
    cursor = page?.cursor ?? null;
    pages += 1;
  } while (cursor !== null);
  return { facts, watermark: page?.watermark ?? null, pages };
}

const derivedOf = (facts: readonly RemoteFact[], email: string) =>
  Object.fromEntries(
    facts.flatMap((fact) =>
      fact.kind === 'derived' && fact.about.email === email
        ? fact.attributes.map(({ key, value }) => [key, value])
        : [],
    ),
  );
const activities = (facts: readonly RemoteFact[]) => facts.flatMap((fact) => (fact.kind === 'activity' ? [fact] : []));
const keys = (facts: readonly RemoteFact[]) => facts.map(({ dedupeKey }) => dedupeKey).sort();

/** Ada and Grace got a campaign; Ada opened it and clicked, Grace unsubscribed by it with a reason. */
async function afterCampaign() {
  const sandbox = await rehearse();
  await sandbox.upsert(record(ada, { tags: ['vip'] }), record(grace));
  const letter = { subject: 'News', html: '<a href="https://shop.test/tea">Tea</a>', title: 'March' };
  const [sent] =
    (await sandbox.connection.perform?.('campaign.send', [
      { runId: 'r1', input: letter, subject: null, plannedAt: new Date() },
    ])) ?? [];
  const campaignId = sent?.status === 'done' ? (sent.reference ?? '') : '';
  const state = await sandbox.send('GET', '/_sandbox/state');
  const mails = state.outbox as { id: number; to: string }[];
  const mailTo = (email: string) => String(mails.find(({ to }) => to === email)?.id);
  await fetch(`${sandbox.origin}/track/open?m=${mailTo(ada)}`);
  await fetch(`${sandbox.origin}/track/click?m=${mailTo(ada)}&url=https://shop.test/tea`);
  await fetch(`${sandbox.origin}/unsubscribe?id=${audienceId}&e=${grace}&c=${campaignId}&reason=too%20often`);
  return { sandbox, campaignId };
}

it('declares streams and derived attributes that start with the provider', () => {
  expect(mailchimp.history?.map(({ id }) => id)).toEqual([
    'members',
    'engagement',
    'email_activity',
    'unsubscribes',
    'orders',
    'customers',
    'activity_feed',
  ]);
  for (const { key, description } of mailchimp.derives ?? [])
    expect(`${key} ${description}`).toMatch(/^mailchimp[A-Z].*\.$/);
});

describe('contacts', () => {
  it('are told with the fields the mapping reads, and with their opt-outs', async () => {
    const sandbox = await rehearse();
    await sandbox.upsert(record(ada), record(grace));
    await sandbox.patch(ada, {
      merge_fields: { BUDGET: 12, LASTORDER: '2026-03-01', CHANNEL: '' },
      interests: { '1a2b3c4d5e': true },
      language: 'de',
    });
    await fetch(`${sandbox.origin}/unsubscribe?id=${audienceId}&e=${grace}&reason=too%20often`);
    const fields = [
      'FNAME',
      'BUDGET',
      'LASTORDER',
      'CHANNEL',
      'interests.Topics',
      'interests.Topics.Offers',
      'language',
      'vip',
      'NOPE',
    ];
    const { facts, watermark } = await pull(sandbox, 'members', null, fields);
    const changed = facts.find((fact) => fact.kind === 'record_changed' && fact.about.email === ada);
    expect(changed).toMatchObject({
      fields: {
        FNAME: { type: 'string', value: 'Ada' },
        BUDGET: { type: 'number', value: 12 },
        LASTORDER: { type: 'date', value: '2026-03-01' },
        CHANNEL: null,
        'interests.Topics': { type: 'list', value: ['News'] },
        'interests.Topics.Offers': { type: 'boolean', value: false },
        language: { type: 'string', value: 'de' },
        vip: { type: 'boolean', value: false },
      },
    });
    expect(JSON.stringify(changed)).not.toContain('NOPE');
    expect(facts).toContainEqual(
      expect.objectContaining({
        kind: 'consent_said',
        status: 'revoked',
        evidence: 'Mailchimp: unsubscribed (too often)',
      }),
    );
    expect(watermark).toEqual(expect.any(String));
  });

  it('are read from the last watermark on, in pages, and archived ones are gone', async () => {
    const sandbox = await rehearse();
    await sandbox.upsert(...Array.from({ length: 600 }, (_, index) => record(`p${String(index)}@chat.test`)));
    await sandbox.send('DELETE', `${list}/members/p0@chat.test`);
    const first = await pull(sandbox, 'members', null, ['FNAME']);
    expect(first.pages).toBe(3);
    const people = new Set(first.facts.flatMap(({ kind, about }) => (kind === 'record_changed' ? about.email : [])));
    expect(people.size).toBe(599);
    expect(first.facts.filter(({ kind }) => kind === 'record_gone')).toMatchObject([
      { about: { email: 'p0@chat.test' }, erased: false },
    ]);
    const later = new Date(Date.now() + 3_600_000);
    await sandbox.send('PUT', '/_sandbox/clock', { now: later.toISOString() });
    await sandbox.patch('p7@chat.test', { merge_fields: { FNAME: 'Grace' } });
    const next = await pull(sandbox, 'members', new Date(later.getTime() - 60_000).toISOString(), ['FNAME']);
    expect(next.facts).toMatchObject([{ kind: 'record_changed', fields: { FNAME: { value: 'Grace' } } }]);
  });
});

describe('mail', () => {
  it('gives opens and clicks, and when the last ones were', async () => {
    const { sandbox, campaignId } = await afterCampaign();
    const { facts, watermark } = await pull(sandbox, 'email_activity');
    expect(activities(facts)).toMatchObject([
      {
        name: 'email_opened',
        about: { email: ada },
        properties: { campaignId, campaign: expect.stringContaining('March') as unknown },
      },
      { name: 'email_clicked', properties: { url: 'https://shop.test/tea' } },
    ]);
    const { mailchimpLastOpenAt, mailchimpLastClickAt } = derivedOf(facts, ada);
    expect([mailchimpLastOpenAt, mailchimpLastClickAt]).toEqual([
      expect.stringMatching(/Z$/),
      expect.stringMatching(/Z$/),
    ]);
    const again = await pull(sandbox, 'email_activity', watermark);
    expect(keys(again.facts)).toEqual(keys(facts));
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    expect((await pull(sandbox, 'email_activity', tomorrow)).facts).toEqual([]);
  });

  it('gives who unsubscribed by it and why, as consent and as an event', async () => {
    const { sandbox, campaignId } = await afterCampaign();
    const { facts } = await pull(sandbox, 'unsubscribes');
    expect(facts).toMatchObject([
      {
        kind: 'consent_said',
        about: { email: grace },
        status: 'revoked',
        evidence: 'Mailchimp: unsubscribed (too often)',
      },
      { kind: 'activity', name: 'email_unsubscribed', properties: { campaignId, reason: 'too often' } },
    ]);
  });

  it('gives rates, ratings and tags of everybody; what has not changed has the same key', async () => {
    const { sandbox } = await afterCampaign();
    const { facts } = await pull(sandbox, 'engagement');
    expect(derivedOf(facts, ada)).toEqual({
      mailchimpOpenRate: 1,
      mailchimpClickRate: 1,
      mailchimpRating: 2,
      mailchimpTags: ['vip'],
    });
    expect(derivedOf(facts, grace)).toMatchObject({ mailchimpOpenRate: 0, mailchimpTags: [] });
    expect(keys((await pull(sandbox, 'engagement')).facts)).toEqual(keys(facts));
  });

  it('stands in the feed of each contact too, with the keys of the other streams, and our own events as ours', async () => {
    const { sandbox } = await afterCampaign();
    await sandbox.send('POST', `${list}/members/${ada}/events`, { name: 'bought', properties: { parley_run: 'r9' } });
    const { facts } = await pull(sandbox, 'activity_feed');
    const names = activities(facts)
      .filter(({ about }) => about.email === ada)
      .map(({ name }) => name);
    expect(names.sort()).toEqual(['email_clicked', 'email_opened', 'email_sent', 'mailchimp_event']);
    expect(activities(facts).find(({ name }) => name === 'mailchimp_event')?.own).toBe(true);
    const byCampaign = (await pull(sandbox, 'email_activity')).facts.filter(({ kind }) => kind === 'activity');
    expect(keys(facts)).toEqual(expect.arrayContaining(keys(byCampaign)));
    expect(facts).toContainEqual(expect.objectContaining({ kind: 'consent_said', status: 'revoked' }));
  });
});

describe('shops', () => {
  const shopping = async () => {
    const sandbox = await rehearse();
    const shop = async (id: string, currency_code = 'EUR') => {
      await sandbox.send('POST', '/3.0/ecommerce/stores', {
        id,
        list_id: audienceId,
        name: `Shop ${id}`,
        currency_code,
      });
      await sandbox.send('PUT', `/3.0/ecommerce/stores/${id}/customers/c1`, {
        id: 'c1',
        email_address: ada,
        opt_in_status: false,
      });
    };
    const order = (shopId: string, id: string, order_total: number, at: string, currency_code = 'EUR') =>
      sandbox.send('POST', `/3.0/ecommerce/stores/${shopId}/orders`, {
        id,
        customer: { id: 'c1' },
        currency_code,
        order_total,
        processed_at_foreign: at,
        lines: [],
      });
    await shop('s1');
    await order('s1', 'o1', 10.1, '2026-02-01T10:00:00+00:00');
    await order('s1', 'o2', 20.2, '2026-03-01T10:00:00+00:00');
    return { sandbox, shop, order };
  };

  it('give orders, the last of them, and what a customer has spent in all shops', async () => {
    const { sandbox, shop, order } = await shopping();
    await shop('s2');
    await order('s2', 'o3', 0.3, '2026-01-01T10:00:00+00:00');
    const { facts } = await pull(sandbox, 'orders');
    expect(
      activities(facts).map(({ name, properties }) => [
        name,
        properties.orderId,
        properties.total,
        properties.currency,
      ]),
    ).toEqual([
      ['order_placed', 'o1', 10.1, 'EUR'],
      ['order_placed', 'o2', 20.2, 'EUR'],
      ['order_placed', 'o3', 0.3, 'EUR'],
    ]);
    const last = facts.flatMap((fact) =>
      fact.kind === 'derived' ? [[fact.occurredAt?.toISOString(), fact.attributes[0]?.value]] : [],
    );
    for (const [at, value] of last) expect(at).toBe(value);
    const totals = derivedOf((await pull(sandbox, 'customers')).facts, ada);
    expect(totals).toEqual({ mailchimpOrdersCount: 3, mailchimpTotalSpent: 30.6, mailchimpCurrency: 'EUR' });
  });

  it('with different currencies are not added up', async () => {
    const { sandbox, shop, order } = await shopping();
    await shop('s2', 'USD');
    await order('s2', 'o3', 5, '2026-01-01T10:00:00+00:00', 'USD');
    expect(derivedOf((await pull(sandbox, 'customers')).facts, ada)).toEqual({ mailchimpOrdersCount: 3 });
  });

  it('tell only new orders after a pull, or since a date', async () => {
    const { sandbox } = await shopping();
    const since = await pull(sandbox, 'orders', '2026-02-15T00:00:00.000Z');
    expect(activities(since.facts).map(({ properties }) => properties.orderId)).toEqual(['o2']);
    const notBefore = await pull(sandbox, 'orders', null, [], new Date('2026-02-15T00:00:00Z'));
    expect(keys(notBefore.facts)).toEqual(keys(since.facts));
  });

  it('are none without a shop', async () => {
    expect(await pull(await rehearse(), 'orders')).toMatchObject({ facts: [], pages: 1 });
  });
});

it('says so when there is no such history', async () => {
  await expect(pull(await rehearse(), 'weather')).rejects.toMatchObject({ kind: 'rejected' });
});
