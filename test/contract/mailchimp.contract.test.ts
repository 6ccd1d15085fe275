import { expect, it } from 'vitest';
import { plainTarget } from '../../src/destinations/test-support.js';
import { mailchimp } from '../../src/destinations/mailchimp/index.js';
import {
  asDelivered,
  consent,
  known,
  list,
  receiver,
  record,
  rehearse,
  testKey,
  text,
  type Rehearsal,
} from '../../src/destinations/mailchimp/test-support.js';
import { Contract, told, type Exception } from './support.js';

const ada = 'ada@chat.test';
const grace = 'grace@chat.test';
const target = { object: 'member', keyField: 'email_address', tagsField: 'tags', ...plainTarget };
const everything = { fields: true, options: true };

/** Where the live service leaves its file. */
const exceptions: readonly Exception[] = [
  {
    part: 'answer',
    at: /\/(timestamp_signup|timestamp_opt|completed_at|send_time)$/,
    says: /date-time/,
    evidence:
      'Recorded live traffic (grouparoo/grouparoo): a date that is absent is an empty text, not null and not left out.',
  },
  {
    operation: /members$/,
    part: 'answer',
    says: /required property 'type'/,
    evidence:
      'Recorded live traffic and error bodies pasted in public issues: "Member Exists", "Member In Compliance State" and "Forgotten Email Not Subscribed" come without a type.',
  },
  {
    operation: /members\/\{subscriber_hash\}$/,
    part: 'answer',
    says: /properties: errors/,
    evidence:
      'Recorded live traffic: a problem names the fields at fault in "errors", which this one operation’s schema forgets.',
  },
  {
    operation: /^POST \/lists\/\{list_id\}$/,
    part: 'request',
    says: /properties: tags/,
    evidence: 'Mailchimp’s release notes of January 2022: the batch takes tags for new and existing members.',
  },
  {
    operation: /^POST .*webhooks$/,
    part: 'answer',
    says: /signing_(enabled|secret)/,
    evidence: 'Mailchimp’s documentation of 2026 and its new SDK: webhooks are signed; the file is older.',
  },
];

async function asAdmin({ send, setUp }: Rehearsal): Promise<void> {
  await setUp((audience) => (audience.marketing_permissions = true));
  for (const path of ['/3.0/ping', '/3.0/', '/3.0/lists', list, '/3.0/automations', '/3.0/templates', '/3.0/batches'])
    await send('GET', path);
  await send('POST', `${list}/members`, {
    email_address: 'first@chat.test',
    status: 'subscribed',
    merge_fields: { FNAME: 'F' },
  });
  await send('PUT', `${list}/members/first@chat.test`, {
    email_address: 'first@chat.test',
    status_if_new: 'subscribed',
  });
  await send('GET', `${list}/tag-search?name=v`);
  await send('POST', `${list}/segments`, { name: 'Old friends', static_segment: ['first@chat.test'] });
  const hook = await receiver(settings());
  const events = { subscribe: true, unsubscribe: true, profile: true, cleaned: true, upemail: true };
  const webhook = await send('POST', `${list}/webhooks`, {
    url: hook.url,
    events,
    sources: { user: true, admin: true },
  });
  await send('PATCH', `${list}/webhooks/${String(webhook.id)}`, { events: { campaign: true } });
  await send('DELETE', `${list}/webhooks/${String(webhook.id)}`);
  await send('POST', '/3.0/ecommerce/stores', {
    id: 's1',
    list_id: list.slice(-10),
    name: 'Shop',
    currency_code: 'EUR',
  });
  await send('PUT', '/3.0/ecommerce/stores/s1/customers/c1', { id: 'c1', email_address: ada, opt_in_status: true });
  const order = { id: 'o1', customer: { id: 'c1' }, currency_code: 'EUR', order_total: 12.5, lines: [] };
  await send('POST', '/3.0/ecommerce/stores/s1/orders', order);
}

const settings = () =>
  mailchimp.settings.parse({ apiKey: testKey, audienceId: list.slice(-10), webhookSecret: 'a-secret-of-our-own' });

async function asConnector(sandbox: Rehearsal): Promise<void> {
  const { connection, upsert, send } = sandbox;
  await connection.check({ mapping: { ...target, fields: ['FNAME', 'interests.Topics'] } });
  await connection.fields('member');
  const wanted = ['SHOE', 'interests.Colours'].map((name) => ({
    name,
    label: name,
    type: 'list' as const,
    key: false,
  }));
  await connection.prepare?.({ ...target, create: everything, fields: wanted, dryRun: false });
  const fields = {
    FNAME: text('Ada'),
    PLAN: text('huge'),
    'interests.Topics': text('News'),
    'marketing_permissions.Email': text('yes'),
  };
  const people = [ada, grace].map((email) =>
    record(email, { fields, tags: ['vip'], lists: ['Fans'], listsToAdd: ['Fans'] }),
  );
  const created = await connection.upsert({ ...target, create: everything, records: people });
  await connection.preview?.({ ...target, records: people });
  await upsert(
    ...people.map((one, index) => ({ ...one, ...known(created[index]), changed: fields, tagsToAdd: ['new'] })),
  );
  const [moved] = await upsert(record('ada2@chat.test', { ...known(created[0]), changed: {} }));
  await fetch(`${sandbox.origin}/bounce?id=${list.slice(-10)}&e=ada2@chat.test&reason=abuse`);
  await upsert(record('ada3@chat.test', { ...known(moved), changed: {} }));
  const many = Array.from({ length: 30 }, (_, index) => record(`p${String(index)}@chat.test`));
  await connection.upsertMany?.({ ...target, records: many });
  const held = asDelivered(created[1]);
  const subject = {
    ...held,
    key: grace,
    email: grace,
    phone: null,
    consents: { email: consent('granted', '2026-01-10T10:00:00.000Z') },
  };
  const act = (action: string, input: object, onSubject = true, runId = action) =>
    connection.perform?.(action, [{ runId, input, subject: onSubject ? subject : null, plannedAt: new Date() }]);
  await act('tag.add', { tag: 'vip' });
  await act('segment.add', { segment: 'Fans' });
  await act('event.add', { name: 'bought', properties: { what: 'tea' } });
  await connection.lookUp?.('event.add', [
    { runId: 'event.add', input: { name: 'bought' }, subject, plannedAt: new Date() },
  ]);
  await act('journey.trigger', { journeyId: '101', stepId: '201' });
  await act('automation.enqueue', { workflowId: 'd1e2f3a4b5', emailId: 'e1f2a3b4c5' });
  const letter = { segment: 'Fans', subject: 'Hello', templateId: '2001', testTo: ['me@chat.test'] };
  await act('campaign.test', letter, false);
  await act('campaign.send', letter, false);
  const sendAt = new Date(Date.now() + 3_600_000).toISOString();
  const [later] = (await act('campaign.send', { ...letter, sendAt }, false, 'later')) ?? [];
  await act('campaign.cancel', { campaignId: later?.status === 'done' ? later.reference : '' }, false);
  await sandbox.setUp((_audience, account) => (account.sendTakesMs = 60_000));
  const [slow] = (await act('campaign.send', letter, false, 'slow')) ?? [];
  await act('campaign.cancel', { campaignId: slow?.status === 'done' ? slow.reference : '' }, false);
  const state = await send('GET', '/_sandbox/state');
  const [mail] = (state.outbox as { id: number; source: string }[]).filter(({ source }) => source === 'campaign');
  await fetch(`${sandbox.origin}/track/open?m=${String(mail?.id)}`);
  for (const { id } of mailchimp.history ?? [])
    for (let cursor = null as Parameters<NonNullable<typeof connection.pull>>[0]['cursor'], more = true; more;) {
      const page = await connection.pull?.({
        stream: id,
        object: 'member',
        fields: ['FNAME'],
        cursor,
        watermark: null,
        notBefore: null,
      });
      cursor = page?.cursor ?? null;
      more = cursor !== null;
    }
  await send('DELETE', `${list}/members/p0@chat.test`);
  await connection.erase?.('member', [{ ...held, key: grace, emails: [] }]);
}

async function refused({ send }: Rehearsal): Promise<void> {
  await send('GET', '/3.0/lists/ffffffffff');
  await send('POST', `${list}/members`, { email_address: 'ada2@chat.test', status: 'subscribed' });
  await send('POST', `${list}/members`, { email_address: 'x@example.com', status: 'subscribed' });
  await send('DELETE', `${list}/members/p0@chat.test`);
}

/** All that the connector does, through the real SDK; what only an admin or the provider does, by plain calls. */
it('sandbox and connector say what Mailchimp’s own file says, but for the exceptions with evidence', async () => {
  const contract = await Contract.read({ provider: 'mailchimp', apiRoot: '/3.0', knownFieldsOnly: true, exceptions });
  const sandbox = await rehearse({ settings: { webhookSecret: 'a-secret-of-our-own' } });
  await asAdmin(sandbox);
  await asConnector(sandbox);
  await refused(sandbox);
  const verdict = contract.judge(sandbox.entries());
  expect(told(verdict.findings)).toEqual([]);
  expect(verdict.covered.size).toBeGreaterThan(55);
  // Hosted pages and the results of bulk jobs are no part of the API.
  expect(verdict.unknown.filter((call) => call.includes('/3.0/'))).toEqual([]);
  expect(verdict.idle).toEqual([]);
});
