import { describe, expect, it } from 'vitest';
import { contactAt, outgoing, readCall, rehearse, type Rehearsal, request, text } from './test-support.js';

const preview = async (account: Rehearsal, ...args: Parameters<typeof request>) =>
  account.connection.preview?.(request(...args));

const writes = (account: Rehearsal): string[] =>
  account.calls().filter((call) => !call.startsWith('GET') && call !== readCall);

describe('a preview', () => {
  it('shows the payload and what differs, and writes nothing', async () => {
    const account = await rehearse();
    await account.connection.upsert(
      request([
        outgoing('ada@example.com', {
          firstname: text('Ada'),
          budget: { type: 'number', value: 10 },
          interests: { type: 'list', value: ['shoes', 'hats'] },
        }),
      ]),
    );
    const before = writes(account);
    const record = outgoing('ada@example.com', {
      firstname: text('Ada'),
      budget: { type: 'number', value: 12.5 },
      interests: { type: 'list', value: ['hats', 'shoes'] },
      country: text('Peru'),
    });
    const previews = await preview(account, [record, outgoing('new@example.com', { firstname: text('Neo') })]);
    expect(previews).toMatchObject([
      {
        action: 'update',
        reason: null,
        payload: { id: 'ada@example.com', idProperty: 'email', properties: { budget: '12.5' } },
        differences: [
          { field: 'budget', holds: '10', wants: '12.5' },
          { field: 'country', holds: null, wants: 'Peru' },
        ],
      },
      { action: 'create', remoteId: null, differences: [{ field: 'firstname', holds: null, wants: 'Neo' }] },
    ]);
    expect(writes(account)).toEqual(before);
  });

  it('of what HubSpot holds already says so', async () => {
    const account = await rehearse();
    const record = outgoing('ada@example.com', {
      birthday: { type: 'date', value: '1990-12-10' },
      last_order_at: { type: 'datetime', value: '2026-02-03T10:00:00.000Z' },
    });
    await account.connection.upsert(request([record]));
    expect(await preview(account, [record])).toMatchObject([{ action: 'nothing', differences: [], dropped: [] }]);
  });

  it('shows tags with the options they will get, without creating them', async () => {
    const account = await rehearse();
    const record = outgoing('ada@example.com', {}, { tags: ['VIP'], tagsToAdd: ['VIP'] });
    expect(await preview(account, [record])).toMatchObject([
      { action: 'create', differences: [{ field: 'chat_tags', holds: null, wants: 'VIP' }], dropped: [] },
    ]);
    expect(writes(account)).toEqual([]);
    const notAllowed = { create: { fields: false, options: false } };
    const [left] = (await preview(account, [record], notAllowed)) ?? [];
    expect(left?.dropped).toMatchObject([{ code: 'TAG_WITHOUT_OPTION' }]);
    expect(left?.dropped[0]?.message).toContain('create.options');
  });

  it('says what HubSpot would refuse, and why', async () => {
    const account = await rehearse();
    await account.connection.upsert(request([outgoing('bob@example.com', { chat_profile_id: text('p-7') })]));
    const records = [
      outgoing('ada@@example.com', { firstname: text('Ada') }),
      outgoing('ada@example.com', { chat_profile_id: text('p-7') }),
    ];
    const previews = (await preview(account, records)) ?? [];
    expect(previews.map(({ action }) => action)).toEqual(['refuse', 'refuse']);
    expect(previews[0]?.reason).toBe('HubSpot would refuse it: "ada@@example.com" is no e-mail address');
    expect(previews[1]?.reason).toMatch(/contact \d+ already has the Chat profile ID "p-7"/);
  });

  it('leaves out an address that would be refused where the contact is found by another key, as a delivery does', async () => {
    const account = await rehearse();
    const byProfile = { keyField: 'chat_profile_id', tagsField: null };
    const made = await account.connection.upsert(request([outgoing('p-1', {}), outgoing('p-2', {})], byProfile));
    const owner = await contactAt(account, 'taken@example.com');
    const records = ['taken@example.com', 'ada@@example.com'].map((email, n) => {
      const result = made[n];
      const known = result?.status === 'delivered' ? { remoteId: result.remoteId, memo: result.memo } : null;
      return outgoing(`p-${String(n + 1)}`, { email: text(email), firstname: text('Ada') }, { known });
    });
    const previews = (await preview(account, records, byProfile)) ?? [];
    expect(previews).toMatchObject([
      {
        action: 'update',
        reason: null,
        payload: { properties: { firstname: 'Ada' } },
        dropped: [{ code: 'CONFLICT' }],
      },
      { action: 'update', reason: null, dropped: [{ field: 'email', code: 'INVALID_EMAIL' }] },
    ]);
    expect(previews[0]?.dropped[0]?.message).toContain(owner);
    const dropped = (await account.connection.upsert(request(records, byProfile))).map((result) =>
      result.status === 'delivered' ? result.dropped.map(({ code }) => code) : result.status,
    );
    expect(dropped).toEqual([['CONFLICT'], ['INVALID_EMAIL']]);
  });

  it('says that an earlier lifecycle stage would be kept, unless the mapping forces it', async () => {
    const account = await rehearse();
    await account.connection.upsert(request([outgoing('ada@example.com', { lifecyclestage: text('customer') })]));
    const record = outgoing('ada@example.com', { lifecyclestage: text('lead') });
    expect(await preview(account, [record])).toMatchObject([{ dropped: [{ code: 'LIFECYCLE_STAGE_KEPT' }] }]);
    expect(await preview(account, [record], { options: { lifecycleStage: 'force' } })).toMatchObject([{ dropped: [] }]);
  });
});
