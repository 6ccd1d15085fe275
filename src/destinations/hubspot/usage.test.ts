import { describe, expect, it } from 'vitest';
import { byHand, outgoing, rehearse, request, text } from './test-support.js';
import { usageIn } from './usage.js';

const now = new Date('2026-07-01T10:00:00.000Z');

describe('the day’s calls', () => {
  it('are read from the headers, with the midnight at which they start anew', () => {
    const headers = { 'x-hubspot-ratelimit-daily': '250000', 'x-hubspot-ratelimit-daily-remaining': '249120' };
    expect(usageIn(headers, now, 'Europe/Berlin')).toEqual({
      limit: 250_000,
      remaining: 249_120,
      resetsAt: new Date('2026-07-01T22:00:00.000Z'),
    });
    expect(usageIn(headers, now, undefined)?.resetsAt).toBeNull();
  });

  it.each([
    [{}],
    [{ 'x-hubspot-ratelimit-daily': '250000' }],
    [{ 'x-hubspot-ratelimit-daily': 'many', 'x-hubspot-ratelimit-daily-remaining': '5' }],
  ])('are not reported from %j, as an app connected by OAuth or a search answers', (headers) => {
    expect(usageIn(headers, now, undefined)).toBeNull();
  });

  it('are reported with every answer, of the SDK’s methods and of calls it has none for', async () => {
    const account = await rehearse();
    await account.control('PUT', 'limits', { enabled: true, tier: 'free' });
    await account.connection.upsert(request([outgoing('ada@example.com', { firstname: text('Ada') })]));
    expect(account.context.usage.map(({ remaining }) => remaining)).toEqual([249_999, 249_998]);
    expect(account.context.usage[0]?.resetsAt).toBeNull();
    await account.connection.check({ mapping: null });
    await byHand(account, 'ada@example.com');
    expect(account.context.usage.at(-1)?.resetsAt).toBeInstanceOf(Date);
  });

  it('that are used up rest the destination until midnight there, once a check has found the time zone', async () => {
    const account = await rehearse({ now: () => now });
    await account.connection.check({ mapping: null });
    await account.control('POST', 'faults', {
      path: '/batch/upsert',
      answer: { status: 429, body: { message: 'You have reached your daily limit.', policyName: 'DAILY' } },
    });
    const attempt = account.connection.upsert(request([outgoing('ada@example.com', { firstname: text('Ada') })]));
    await expect(attempt).rejects.toMatchObject({
      kind: 'throttled',
      details: { code: 'DAILY', retryAfterMs: 12 * 3_600_000 },
    });
  });
});
