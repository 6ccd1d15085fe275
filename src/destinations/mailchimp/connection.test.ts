import { describe, expect, it } from 'vitest';
import { list, record, rehearse, text } from './test-support.js';
import { mailchimp } from './definition.js';
import { apiRoot, mailchimpSettings } from './settings.js';
import { plainTarget } from '../test-support.js';

describe('the settings', () => {
  it('find the data centre in the key', () => {
    const settings = mailchimpSettings.parse({ apiKey: 'abc-us21', audienceId: 'a1b2c3d4e5' });
    expect(apiRoot(settings)).toBe('https://us21.api.mailchimp.com/3.0');
  });

  it('refuse a key without one, unless a sandbox is meant', () => {
    const settings = { apiKey: 'abc', audienceId: 'a1b2c3d4e5' };
    expect(mailchimp.settings.safeParse(settings).error?.issues[0]?.message).toContain('-us21');
    expect(mailchimp.settings.safeParse({ ...settings, baseUrl: 'http://127.0.0.1:3103' }).success).toBe(true);
  });

  it('withhold people without a decision and write members in batches by default', () => {
    const settings = mailchimpSettings.parse({ apiKey: 'abc-us21', audienceId: 'a1b2c3d4e5' });
    expect(settings).toMatchObject({ unknownConsent: 'withheld', knownMembers: 'batch' });
  });

  it('take the address of a sandbox with or without the version', () => {
    for (const baseUrl of ['http://127.0.0.1:3103', 'http://127.0.0.1:3103/', 'http://127.0.0.1:3103/3.0'])
      expect(apiRoot(mailchimpSettings.parse({ apiKey: 'k', audienceId: 'a', baseUrl }))).toBe(
        'http://127.0.0.1:3103/3.0',
      );
  });

  it('are explained in the form, each of them', () => {
    for (const setting of Object.values(mailchimpSettings.shape)) expect(setting.description).toMatch(/\w+/);
  });
});

describe('a look at the account', () => {
  it('names the audience and the account and finds nothing missing, in three calls', async () => {
    const { connection, calls } = await rehearse();
    expect(await connection.check({ mapping: null })).toEqual({
      account: 'Audience Chat contacts',
      problems: [],
      details: {
        account: 'Parley sandbox',
        role: 'owner',
        plan: 'monthly',
        optIn: 'single',
        marketingPermissions: 'not asked for',
        subscribers: '0',
      },
    });
    expect(calls().sort()).toEqual(['GET /3.0/', `GET ${list}`, `GET ${list}/merge-fields`]);
  });

  it('says which audience is not there', async () => {
    const { connection } = await rehearse({ settings: { audienceId: 'ffffffffff' } });
    const { problems } = await connection.check({ mapping: null });
    expect(problems).toEqual([
      'There is no audience ffffffffff in this Mailchimp account. Check the audience ID; there are: Chat contacts (a1b2c3d4e5).',
    ]);
  });

  it('says which mapped fields the audience lacks, unless the mapping may create them', async () => {
    const { connection } = await rehearse();
    const target = { object: 'member', keyField: 'email_address', tagsField: null, ...plainTarget };
    const fields = ['FNAME', 'SHOESIZE', 'interests.Topics', 'interests.Colours'];
    const { problems } = await connection.check({ mapping: { ...target, fields } });
    expect(problems).toEqual([
      expect.stringContaining('no merge field SHOESIZE. Add it'),
      expect.stringContaining('no groups called interests.Colours. Add it'),
    ]);
    const create = { fields: true, options: true };
    expect((await connection.check({ mapping: { ...target, fields, create } })).problems).toEqual([]);
  });

  it('says when the key may not change contacts', async () => {
    const { connection, setUp } = await rehearse();
    await setUp((_audience, account) => (account.role = 'viewer'));
    expect((await connection.check({ mapping: null })).problems).toEqual([expect.stringContaining('role viewer')]);
  });

  it.each(['revoked-us1', 'other-us7', 'nokey'])('does not get in with the key %s', async (apiKey) => {
    const { connection, setUp } = await rehearse({ settings: { apiKey } });
    await setUp((_audience, account) => (account.revokedKeys = ['revoked-us1']));
    await expect(connection.check({ mapping: null })).rejects.toMatchObject({ kind: 'unauthorized' });
  });

  it('shows the fields with their types and choices, the address first', async () => {
    const { connection } = await rehearse();
    const fields = await connection.fields('member');
    expect(fields[0]).toMatchObject({ name: 'email_address', unique: true, required: true });
    expect(fields).toHaveLength(19);
    const named = (name: string) => fields.find((field) => field.name === name);
    expect(named('BUDGET')).toMatchObject({ type: 'number', nativeType: 'number', label: 'Budget' });
    expect(named('PLAN')?.options?.map(({ value }) => value)).toEqual(['free', 'pro', 'team']);
    expect(named('BIRTHDAY')).toMatchObject({ type: 'date', nativeType: 'birthday' });
    expect(named('interests.Topics')?.options?.map(({ value }) => value)).toEqual(['News', 'Offers', 'Events']);
    expect(named('interests.Topics.News')).toMatchObject({ type: 'boolean' });
  });
});

it('keeps two accounts apart that write at the same time', async () => {
  const [one, two] = [await rehearse(), await rehearse({ settings: { apiKey: 'another-us1' } })];
  await Promise.all(
    Array.from({ length: 20 }, (_, index) => {
      const email = `p${String(index)}@chat.test`;
      return Promise.all([
        one.upsert(record(email, { fields: { FNAME: text('one') } })),
        two.upsert(record(email, { fields: { FNAME: text('two') } })),
      ]);
    }),
  );
  expect(await one.member('p7@chat.test')).toMatchObject({ merge_fields: { FNAME: 'one' } });
  expect(await two.member('p7@chat.test')).toMatchObject({ merge_fields: { FNAME: 'two' } });
});

it('refuses a mapping that means another object or key', async () => {
  const { connection } = await rehearse();
  const request = { keyField: 'email_address', tagsField: null, ...plainTarget, records: [] };
  await expect(connection.upsert({ ...request, object: 'campaign' })).rejects.toMatchObject({ kind: 'rejected' });
});

it('stops asking one by one once nothing gets through', async () => {
  const { upsert, send, calls, startCounting } = await rehearse();
  const emails = Array.from({ length: 50 }, (_, index) => `p${String(index)}@chat.test`);
  for (const email of emails) await send('POST', `${list}/members`, { email_address: email, status: 'subscribed' });
  startCounting();
  await send('POST', '/_sandbox/faults', { method: 'PATCH', times: 50, answer: { status: 500, body: 'down' } });
  const results = await upsert(...emails.map((email) => record(email)));
  expect(results.every((result) => result.status === 'failed' && result.error.kind === 'transient')).toBe(true);
  expect(calls().filter((call) => call.startsWith('PATCH')).length).toBeLessThanOrEqual(10);
});
