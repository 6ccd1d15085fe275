import { describe, expect, it } from 'vitest';
import {
  contactAt,
  outcomes,
  outgoing,
  readCall,
  rehearse,
  request,
  stateOf,
  text,
  updateCall,
  upsertCall,
} from './test-support.js';

const byProfileId = { keyField: 'chat_profile_id', tagsField: null };

describe('a person whom HubSpot has already, under the e-mail address and without our key', () => {
  it('keeps the contact and gets the key, beside new ones, in three calls', async () => {
    const account = await rehearse();
    const id = await contactAt(account, 'ada@example.com', { country: 'Spain' });
    const before = account.calls().length;
    const records = [
      outgoing('p-1', { email: text('Ada@Example.com'), firstname: text('Ada') }),
      outgoing('p-2', { email: text('new@example.com') }),
      outgoing('p-3', { firstname: text('Only a phone') }),
    ];
    const results = await account.connection.upsert(request(records, byProfileId));
    expect(results.map(({ status }) => status)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(results[0]).toMatchObject({ remoteId: id });
    const { contacts } = await stateOf(account);
    expect(contacts).toHaveLength(3);
    expect(contacts[0]?.properties).toMatchObject({ chat_profile_id: 'p-1', country: 'Spain', firstname: 'Ada' });
    const writes = account
      .calls()
      .slice(before)
      .filter((call) => !call.startsWith('GET'));
    expect(writes).toEqual([readCall, updateCall, upsertCall]);
  });

  it('is found by any of several addresses', async () => {
    const at = '2026-01-01T00:00:00.000Z';
    const properties = { email: 'ada@example.com', hs_additional_emails: 'ada@work.example' };
    const account = await rehearse({ state: { contacts: [{ id: '501', createdAt: at, updatedAt: at, properties }] } });
    const [result] = await account.connection.upsert(
      request([outgoing('p-1', { email: text('ada@work.example') })], byProfileId),
    );
    expect(result).toMatchObject({ status: 'delivered', remoteId: '501' });
  });

  it('is nobody else: with another of our keys the record fails, and its neighbours do not', async () => {
    const account = await rehearse();
    await contactAt(account, 'ada@example.com', { chat_profile_id: 'p-9' });
    const records = [
      outgoing('p-1', { email: text('ada@example.com') }),
      outgoing('p-2', { email: text('b@example.com') }),
    ];
    const results = await account.connection.upsert(request(records, byProfileId));
    expect(outcomes(records, results)).toEqual({ 'p-1': 'failed rejected CONFLICT', 'p-2': 'delivered' });
    expect(account.calls().filter((call) => call === upsertCall)).toHaveLength(1);
  });

  it('is given to the first of two records that claim the address', async () => {
    const account = await rehearse();
    await contactAt(account, 'ada@example.com');
    const records = ['p-1', 'p-2'].map((key) => outgoing(key, { email: text('ada@example.com') }));
    const results = await account.connection.upsert(request(records, byProfileId));
    expect(outcomes(records, results)).toEqual({ 'p-1': 'delivered', 'p-2': 'failed rejected CONFLICT' });
  });

  it('is shown as an update by a preview', async () => {
    const account = await rehearse();
    const id = await contactAt(account, 'ada@example.com', { firstname: 'Ada' });
    const records = [outgoing('p-1', { email: text('ada@example.com'), firstname: text('Ada L.') })];
    expect(await account.connection.preview?.(request(records, byProfileId))).toMatchObject([
      {
        action: 'update',
        remoteId: id,
        reason: null,
        differences: [{ field: 'firstname', holds: 'Ada', wants: 'Ada L.' }],
      },
    ]);
  });
});
