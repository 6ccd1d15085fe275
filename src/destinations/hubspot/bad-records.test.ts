import { describe, expect, it } from 'vitest';
import { outcomes, outgoing, rehearse, type Rehearsal, request, text, upsertCall } from './test-support.js';

const upserts = (account: Rehearsal): number => account.calls().filter((call) => call === upsertCall).length;
const good = (count: number, field = 'firstname') =>
  Array.from({ length: count }, (_, n) =>
    outgoing(`good${String(n)}@example.com`, { [field]: text(`Good ${String(n)}`) }),
  );

/** Somebody was erased who had this address: HubSpot's refusal names neither record nor property. */
const erased = { erasedEmails: ['taken@example.com'] };

const existing = {
  id: '501',
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  properties: { email: 'taken@example.com' },
};

const known = { known: { remoteId: '7', memo: null } };

describe('a bad record', () => {
  it('that HubSpot quotes costs one more call, and its 99 neighbours are delivered', async () => {
    const account = await rehearse();
    const records = [...good(60), outgoing('ada@@example.com', { firstname: text('Ada') }), ...good(99).slice(60)];
    const results = await account.connection.upsert(request(records));
    expect(upserts(account)).toBe(2);
    const failed = results.filter(({ status }) => status === 'failed');
    expect(failed).toMatchObject([
      {
        profileId: records[60]?.profileId,
        error: {
          kind: 'rejected',
          message: 'Email address ada@@example.com is invalid',
          details: { code: 'INVALID_EMAIL', field: 'email' },
        },
      },
    ]);
    expect(results.filter(({ status }) => status === 'delivered')).toHaveLength(99);
  });

  it('does not draw in a neighbour whose address is part of the bad one', async () => {
    const account = await rehearse();
    const records = [
      outgoing('x.con', {}),
      outgoing('ada@x.con', {}),
      outgoing('ada@x.co', {}),
      outgoing('mada@x.com', {}),
    ];
    expect(outcomes(records, await account.connection.upsert(request(records)))).toEqual({
      'x.con': 'failed rejected INVALID_EMAIL',
      'ada@x.con': 'failed rejected INVALID_EMAIL',
      'ada@x.co': 'delivered',
      'mada@x.com': 'delivered',
    });
  });

  it.each([0, 1, 50, 98, 99])('that HubSpot does not name is found by halving (place %i of 100)', async (place) => {
    const account = await rehearse({ state: erased });
    const records = Array.from({ length: 100 }, (_, n) =>
      outgoing(
        `profile-${String(n)}`,
        { email: text(n === place ? 'taken@example.com' : `p${String(n)}@example.com`) },
        known,
      ),
    );
    const results = await account.connection.upsert(request(records, { keyField: 'chat_profile_id' }));
    const failed = results.filter(({ status }) => status === 'failed');
    expect(failed).toMatchObject([
      { profileId: records[place]?.profileId, error: { kind: 'rejected', details: { code: 'VALIDATION_ERROR' } } },
    ]);
    expect(results.filter(({ status }) => status === 'delivered')).toHaveLength(99);
    expect(upserts(account)).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(100)));
  });

  it('is one of several, and each of them is found', async () => {
    const account = await rehearse({ state: erased });
    const bad = new Set([3, 40, 41, 99]);
    const records = Array.from({ length: 100 }, (_, n) =>
      outgoing(
        `profile-${String(n)}`,
        { email: text(bad.has(n) ? 'taken@example.com' : `p${String(n)}@example.com`) },
        known,
      ),
    );
    const results = await account.connection.upsert(request(records, { keyField: 'chat_profile_id' }));
    const failed = results.filter(({ status }) => status === 'failed').map(({ profileId }) => profileId);
    expect(failed.toSorted()).toEqual([...bad].map((n) => records[n]?.profileId).toSorted());
    expect(results).toHaveLength(100);
  });

  it.each([false, true])(
    'whose new address another contact has is delivered without it, and the reason is said (207: %s)',
    async (partialUpserts) => {
      const additional = {
        ...existing,
        properties: { email: 'old@example.com', hs_additional_emails: 'Taken@example.com' },
      };
      const account = await rehearse({ state: { contacts: [additional], behaviour: { partialUpserts } } });
      const byProfile = { keyField: 'chat_profile_id' };
      const [first] = await account.connection.upsert(request([outgoing('profile-1', {})], byProfile));
      const id = first?.status === 'delivered' ? first.remoteId : '';
      const before = account.calls().length;
      const fields = { email: text('taken@example.com'), firstname: text('Ada') };
      const records = [
        outgoing('profile-1', fields, { known: { remoteId: id, memo: null } }),
        ...Array.from({ length: 99 }, (_, n) => outgoing(`other-${String(n)}`, { firstname: text('Bob') })),
      ];
      const results = await account.connection.upsert(request(records, byProfile));
      // The batch, whose address it is (a 207 says which record it is), and the batch again.
      expect(account.calls().length - before).toBe(partialUpserts ? 2 : 3);
      expect(results.filter(({ status }) => status === 'delivered')).toHaveLength(100);
      expect(results.find(({ profileId }) => profileId === records[0]?.profileId)).toMatchObject({
        remoteId: id,
        dropped: [{ field: 'email', code: 'CONFLICT', message: expect.stringContaining('contact 501') as string }],
      });
      expect(await account.byHand('GET', `/crm/v3/objects/contacts/${id}?properties=firstname`)).toMatchObject({
        properties: { firstname: 'Ada' },
      });
    },
  );

  it('with a value of a property that others do not carry leaves those out of the search', async () => {
    const account = await rehearse({
      state: { contacts: [{ ...existing, properties: { email: 'x@example.com', chat_profile_id: 'p-7' } }] },
    });
    const records = [...good(90), outgoing('ada@example.com', { chat_profile_id: text('p-7') })];
    const results = await account.connection.upsert(request(records));
    expect(outcomes(records, results)['ada@example.com']).toBe('failed rejected UNIQUE_VALUE_TAKEN');
    expect(results.filter(({ status }) => status === 'delivered')).toHaveLength(90);
    expect(upserts(account)).toBe(3);
  });

  it('is delivered without the value that HubSpot refuses, when only that is bad', async () => {
    const account = await rehearse();
    await account.connection.upsert(request(good(1)));
    const before = upserts(account);
    await account.control('POST', 'faults', {
      method: 'POST',
      path: '/batch/upsert',
      answer: {
        status: 400,
        body: {
          status: 'error',
          message: 'Property values were not valid',
          errors: [{ message: '-1 is too small', code: 'INVALID_INTEGER', context: { propertyName: ['budget'] } }],
          category: 'VALIDATION_ERROR',
        },
      },
    });
    const record = outgoing('ada@example.com', { budget: { type: 'number', value: -1 }, firstname: text('Ada') });
    const results = await account.connection.upsert(request([record]));
    expect(results).toMatchObject([
      { status: 'delivered', dropped: [{ field: 'budget', code: 'INVALID_INTEGER', message: '-1 is too small' }] },
    ]);
    expect(upserts(account) - before).toBe(2);
  });

  it('is taken out of a 207 by its trace id, without a further call', async () => {
    const account = await rehearse({ state: { behaviour: { partialUpserts: true } } });
    const records = [outgoing('ada@@example.com', { firstname: text('Ada') }), ...good(20)];
    const results = await account.connection.upsert(request(records));
    expect(upserts(account)).toBe(1);
    expect(outcomes(records, results)['ada@@example.com']).toBe('failed rejected INVALID_EMAIL');
    expect(results.filter(({ status }) => status === 'delivered')).toHaveLength(20);
  });

  it('that a 207 blames on nobody is found among the records without a result', async () => {
    const account = await rehearse();
    const records = good(3);
    const [first] = records;
    await account.control('POST', 'faults', {
      path: '/batch/upsert',
      answer: {
        status: 207,
        body: {
          status: 'COMPLETE',
          results: [
            {
              id: '9001',
              properties: { email: first?.key },
              new: true,
              createdAt: 'x',
              updatedAt: 'x',
              archived: false,
            },
          ],
          numErrors: 1,
          errors: [
            { status: 'error', category: 'VALIDATION_ERROR', message: 'Something is wrong', context: { ids: [''] } },
          ],
        },
      },
    });
    const results = await account.connection.upsert(request(records));
    expect(results.map(({ status }) => status)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(upserts(account)).toBe(3);
  });

  it('is what a record without any result counts as, never as delivered', async () => {
    const account = await rehearse();
    await account.control('POST', 'faults', {
      path: '/batch/upsert',
      answer: { status: 200, body: { status: 'COMPLETE', results: [] } },
    });
    const records = good(2);
    expect(Object.values(outcomes(records, await account.connection.upsert(request(records))))).toEqual([
      'failed transient NO_RESULT',
      'failed transient NO_RESULT',
    ]);
  });
});
