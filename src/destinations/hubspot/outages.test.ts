import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { sandboxAccessToken } from '../../sandbox/hubspot/index.js';
import { DeliveryError } from '../delivery-error.js';
import {
  byHand,
  outcomes,
  outgoing,
  rehearse,
  type Rehearsal,
  request,
  stateOf,
  text,
  upsertCall,
} from './test-support.js';

const ada = () => outgoing('ada@example.com', { firstname: text('Ada') });
const batch = (count: number) =>
  Array.from({ length: count }, (_, n) => outgoing(`p${String(n)}@example.com`, { country: text('Peru') }));

const lock = async (account: Rehearsal, lockedRecords: readonly string[]): Promise<unknown> =>
  account.control('PUT', 'state', { ...(await stateOf(account)), behaviour: { lockedRecords } });

describe('an outage', () => {
  it('ends a call that HubSpot does not answer', async () => {
    const account = await rehearse({ timeoutMs: 2_000 });
    await account.control('POST', 'faults', { path: '/batch/upsert', delayMs: 20_000 });
    const startedAt = performance.now();
    await expect(account.connection.upsert(request([ada()]))).rejects.toMatchObject({
      kind: 'transient',
      details: { code: 'TIMEOUT' },
    });
    expect(performance.now() - startedAt).toBeLessThan(15_000);
  });

  it.each(['before', 'after'] as const)('that cuts the connection %s the work is worth a repetition', async (drop) => {
    const account = await rehearse();
    await account.control('POST', 'faults', { path: '/batch/upsert', drop });
    await expect(account.connection.upsert(request([ada()]))).rejects.toMatchObject({ kind: 'transient' });
    const results = await account.connection.upsert(request([ada()]));
    expect(results).toMatchObject([{ status: 'delivered' }]);
    expect(await byHand(account, 'ada@example.com')).toMatchObject({ properties: { firstname: 'Ada' } });
    expect(await account.control('GET', 'state')).toMatchObject({ contacts: { length: 1 } });
  });

  it('with an HTML page is worth a repetition', async () => {
    const account = await rehearse();
    await account.control('POST', 'faults', {
      path: '/batch/upsert',
      answer: { status: 502, body: '<html><h1>Bad gateway</h1></html>' },
    });
    await expect(account.connection.upsert(request([ada()]))).rejects.toMatchObject({
      kind: 'transient',
      message: 'HubSpot answered 502',
    });
  });

  it('while the properties are asked for is forgotten afterwards', async () => {
    const account = await rehearse();
    await account.control('POST', 'faults', { path: '/crm/v3/properties', answer: { status: 503 } });
    await expect(account.connection.upsert(request([ada()]))).rejects.toMatchObject({ kind: 'transient' });
    expect(await account.connection.upsert(request([ada()]))).toMatchObject([{ status: 'delivered' }]);
  });

  it('in the middle keeps what was settled before and fails only the rest', async () => {
    const account = await rehearse();
    const records = [...batch(100), outgoing('ada@@example.com', {}), ...batch(120).slice(100)];
    const pass = { path: '/batch/upsert', times: 2, delayMs: 0 };
    const limited = {
      status: 429,
      body: { status: 'error', message: 'Slow down', policyName: 'TEN_SECONDLY_ROLLING' },
    };
    // The first hundred are written, the bad record is refused; only then comes the limit.
    await account.control('POST', 'faults', pass);
    await account.control('POST', 'faults', { path: '/batch/upsert', answer: limited });
    const results = await account.connection.upsert(request(records));
    const reached = Object.values(outcomes(records, results));
    expect(reached.filter((outcome) => outcome === 'delivered')).toHaveLength(100);
    expect(reached.filter((outcome) => outcome === 'failed rejected INVALID_EMAIL')).toHaveLength(1);
    expect(reached.filter((outcome) => outcome === 'failed throttled TEN_SECONDLY_ROLLING')).toHaveLength(20);
  });

  it('of the limit is told with the time to wait', async () => {
    const account = await rehearse({ state: { behaviour: { retryAfterOn429: true } } });
    await account.control('PUT', 'limits', { enabled: true, tier: 'free' });
    const hundred = Array.from({ length: 105 }, () => account.connection.upsert(request([ada()])));
    const settled = await Promise.allSettled(hundred);
    const reasons: unknown[] = settled
      .filter(({ status }) => status === 'rejected')
      .map((one): unknown => 'reason' in one && one.reason);
    expect(reasons).toHaveLength(6);
    for (const reason of reasons) {
      expect(reason).toMatchObject({ kind: 'throttled', details: { code: 'TEN_SECONDLY_ROLLING' } });
      expect(reason instanceof DeliveryError && reason.details.retryAfterMs).toBeGreaterThan(0);
    }
  });
});

describe('an account that is busy', () => {
  it('with one record delivers the others, and that one alone comes two seconds later', async () => {
    const account = await rehearse();
    const records = [ada(), ...batch(30)];
    const [result] = await account.connection.upsert(request(records));
    const id = result?.status === 'delivered' ? result.remoteId : '';
    await lock(account, [id]);
    const again = records.map((record) =>
      record === records[0] ? { ...record, known: { remoteId: id, memo: null } } : record,
    );
    const before = account.calls().length;
    const results = await account.connection.upsert(request(again));
    expect(results.filter(({ status }) => status === 'delivered')).toHaveLength(30);
    expect(results.filter(({ status }) => status === 'failed')).toMatchObject([
      {
        profileId: records[0]?.profileId,
        error: { kind: 'transient', details: { retryAfterMs: 2_000, recordOnly: true } },
      },
    ]);
    expect(account.calls().slice(before)).toHaveLength(2);
    await lock(account, []);
    expect(await account.connection.upsert(request([ada()]))).toMatchObject([{ status: 'delivered' }]);
  });

  it('with a record that it does not name is taken apart until the others are delivered', async () => {
    const account = await rehearse();
    await account.connection.upsert(request([ada()]));
    const before = account.calls().length;
    const locked = { status: 423, body: { status: 'error', message: 'Locked' } };
    await account.control('POST', 'faults', { path: '/batch/upsert', answer: locked });
    const results = await account.connection.upsert(request(batch(100)));
    expect(results.filter(({ status }) => status === 'delivered')).toHaveLength(100);
    expect(account.calls().length - before).toBeLessThanOrEqual(2 + Math.ceil(Math.log2(100)));
  });

  it('with very many records is left alone soon', async () => {
    const account = await rehearse();
    const records = batch(100);
    const made = await account.connection.upsert(request(records));
    await lock(
      account,
      made.map((result) => (result.status === 'delivered' ? result.remoteId : '')),
    );
    const before = account.calls().length;
    const results = await account.connection.upsert(request(records));
    expect(new Set(Object.values(outcomes(records, results)))).toEqual(new Set(['failed transient LOCKED']));
    expect(account.calls().length - before).toBeLessThanOrEqual(20);
  });

  it('moving to another data centre rests as long as HubSpot says, up to a day', async () => {
    const movesUntil = new Date(Date.now() + 3_600_000).toISOString();
    const account = await rehearse({ state: { behaviour: { movesUntil } } });
    const error: unknown = await account.connection.upsert(request([ada()])).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: 'throttled' });
    const waitMs = error instanceof DeliveryError ? (error.details.retryAfterMs ?? 0) : 0;
    expect(waitMs).toBeGreaterThan(3_500_000);
    expect(waitMs).toBeLessThanOrEqual(3_600_000);
  });

  it.each([false, true])(
    'with searches has a limit of its own for them (in its older words: %s)',
    async (oldSearchLimit) => {
      const account = await rehearse({ state: { behaviour: { oldSearchLimit } } });
      await account.control('PUT', 'limits', { enabled: true, tier: 'free' });
      const asked = { stream: 'tickets', object: 'contacts', fields: [], cursor: null, notBefore: null };
      const watermark = { startedAt: new Date().toISOString() };
      const pulls = Array.from({ length: 12 }, async () => account.connection.pull?.({ ...asked, watermark }));
      const reasons = (await Promise.allSettled(pulls)).flatMap((one) =>
        one.status === 'rejected' ? [one.reason as unknown] : [],
      );
      expect(reasons.length).toBeGreaterThan(0);
      for (const reason of reasons)
        expect(reason).toMatchObject({ kind: 'throttled', details: { retryAfterMs: 1_000 } });
    },
  );
});

describe('credentials', () => {
  it('that HubSpot does not know pause the destination', async () => {
    const account = await rehearse({ accessToken: 'pat-na1-0000-secret' });
    await expect(account.connection.upsert(request([ada()]))).rejects.toMatchObject({
      kind: 'unauthorized',
      details: { code: 'INVALID_AUTHENTICATION' },
    });
  });

  it('never appear in an error, not even when HubSpot repeats them', async () => {
    const accessToken = 'pat-na1-0000-secret';
    const account = await rehearse({ accessToken });
    const answers = [
      {
        answer: {
          status: 401,
          body: { status: 'error', message: `Token ${accessToken} expired`, category: 'EXPIRED' },
        },
      },
      { answer: { status: 400, body: { message: `Bad ${accessToken}` } } },
      { answer: { status: 500, headers: { 'x-echo': accessToken }, body: `<p>${accessToken}</p>` } },
      { answer: { status: 200, body: { oddity: accessToken } } },
      { drop: 'before' },
    ];
    for (const fault of answers) {
      await account.control('POST', 'faults', fault);
      const error: unknown = await account.connection.upsert(request([ada()])).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(DeliveryError);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(accessToken);
    }
  });
});

describe('two accounts at once', () => {
  it('get their own contacts with their own token', async () => {
    const apps = [
      { token: 'token-of-two', appId: 2, scopes: ['crm.objects.contacts.write', 'crm.objects.contacts.read'] },
    ];
    const one = await rehearse();
    const two = await rehearse({ state: { apps }, accessToken: 'token-of-two' });
    const records = (name: string) =>
      Array.from({ length: 30 }, (_, n) => outgoing(`${name}${String(n)}@example.com`, { country: text(name) }));
    await Promise.all(
      [one, two, one, two].map((account, n) =>
        account.connection.upsert(request(records(`${account === one ? 'one' : 'two'}-${String(n)}-`))),
      ),
    );
    for (const [account, name] of [
      [one, 'one'],
      [two, 'two'],
    ] as const) {
      const bodies = account.entries().filter(({ path }) => path === upsertCall.split(' ')[1]);
      expect(bodies).toHaveLength(2);
      expect(bodies.map(({ status }) => status)).toEqual([200, 200]);
      expect(JSON.stringify(bodies.map(({ body }) => body))).not.toContain(name === 'one' ? 'two-' : 'one-');
    }
    expect(sandboxAccessToken).not.toBe('token-of-two');
  });
});
