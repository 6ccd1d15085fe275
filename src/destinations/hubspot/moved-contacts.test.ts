import { describe, expect, it } from 'vitest';
import { stateSchema } from '../../sandbox/hubspot/state.js';
import type { FieldValues, KnownRecord, OutgoingRecord, RecordResult } from '../destination.js';
import {
  contactAt,
  outcomes,
  outgoing,
  readCall,
  rehearse,
  type Rehearsal,
  request,
  text,
  updateCall,
  upsertCall,
} from './test-support.js';

/** What delivery remembers of a delivered record. */
function remembered(result: RecordResult | undefined): { readonly known: KnownRecord } {
  if (result?.status !== 'delivered') throw new Error('The record was not delivered');
  return { known: { remoteId: result.remoteId, memo: result.memo } };
}

async function delivered(account: Rehearsal, record: OutgoingRecord): Promise<{ readonly known: KnownRecord }> {
  const [result] = await account.connection.upsert(request([record]));
  return remembered(result);
}

async function contactsOf(account: Rehearsal): Promise<readonly Readonly<Record<string, string>>[]> {
  return stateSchema.parse(await account.control('GET', 'state')).contacts.map(({ properties }) => properties);
}

const nothingElse: { readonly changed: FieldValues } = { changed: {} };

describe('a contact whose e-mail address changes', () => {
  it('keeps its record and gets the new address, in one call', async () => {
    const account = await rehearse();
    const known = await delivered(account, outgoing('old@example.com', { firstname: text('Ada') }));
    const before = account.calls().length;
    const moved = await delivered(
      account,
      outgoing('new@example.com', { firstname: text('Ada') }, { ...known, ...nothingElse }),
    );
    expect(moved.known).toEqual({ ...known.known, memo: { field: 'email', key: 'new@example.com' } });
    expect(account.calls().slice(before)).toEqual([updateCall]);
    expect(await contactsOf(account)).toEqual([{ email: 'new@example.com', firstname: 'Ada' }]);
    const after = account.calls().length;
    await delivered(account, outgoing('new@example.com', {}, { ...moved, ...nothingElse }));
    expect(account.calls().slice(after)).toEqual([]);
  });

  it('travels beside others that keep theirs', async () => {
    const account = await rehearse();
    const known = await delivered(account, outgoing('old@example.com'));
    const records = [outgoing('new@example.com', {}, { ...known, ...nothingElse }), outgoing('bob@example.com')];
    const before = account.calls().length;
    const results = await account.connection.upsert(request(records));
    expect(outcomes(records, results)).toEqual({ 'new@example.com': 'delivered', 'bob@example.com': 'delivered' });
    expect(account.calls().slice(before)).toEqual([updateCall, upsertCall]);
    expect(await contactsOf(account)).toHaveLength(2);
  });

  it('has its tags read under its id, so that those added by hand stay', async () => {
    const account = await rehearse();
    const tagged = outgoing('old@example.com', {}, { tags: ['a', 'b'], tagsToAdd: ['a', 'b'] });
    const known = await delivered(account, tagged);
    const before = account.calls().length;
    await delivered(
      account,
      outgoing('new@example.com', {}, { ...known, ...nothingElse, tags: ['b'], tagsToRemove: ['a'] }),
    );
    expect(account.calls().slice(before)).toEqual([readCall, updateCall]);
    expect(await contactsOf(account)).toEqual([{ email: 'new@example.com', chat_tags: 'b' }]);
  });

  it('keeps tags added by hand also when HubSpot has merged it into another record since', async () => {
    const account = await rehearse();
    const tagged = outgoing('old@example.com', {}, { tags: ['a', 'b', 'x'], tagsToAdd: ['a', 'b', 'x'] });
    const known = await delivered(account, tagged);
    const survivor = await contactAt(account, 'bob@example.com');
    const merge = { primaryObjectId: survivor, objectIdToMerge: known.known.remoteId };
    await account.person('POST', '/crm/v3/objects/contacts/merge', merge);
    const record = outgoing('new@example.com', {}, { ...known, ...nothingElse, tags: ['b'], tagsToRemove: ['a'] });
    const moved = await delivered(account, record);
    expect(moved.known.remoteId).toBe(survivor);
    expect((await contactsOf(account))[0]).toMatchObject({ email: 'new@example.com', chat_tags: 'b;x' });
    expect(await account.connection.preview?.(request([{ ...record, known: known.known }]))).toMatchObject([
      { remoteId: survivor },
    ]);
  });

  it('becomes the contact that has the new address already, with everything we know', async () => {
    const account = await rehearse();
    await delivered(account, outgoing('new@example.com', { country: text('Spain') }));
    const known = await delivered(account, outgoing('old@example.com', { firstname: text('Ada') }));
    const record = outgoing('new@example.com', { firstname: text('Ada') }, { ...known, ...nothingElse });
    const moved = await delivered(account, record);
    expect(moved.known.remoteId).not.toBe(known.known.remoteId);
    expect(await contactsOf(account)).toContainEqual({ email: 'new@example.com', country: 'Spain', firstname: 'Ada' });
  });

  it('is created anew, complete, when somebody has deleted it', async () => {
    const account = await rehearse();
    const known = await delivered(account, outgoing('old@example.com', { firstname: text('Ada') }));
    await account.control('PUT', 'state', {});
    const record = outgoing('new@example.com', { firstname: text('Ada') }, { ...known, ...nothingElse });
    const [result] = await account.connection.upsert(request([record]));
    expect(result).toMatchObject({ status: 'delivered', created: false });
    expect(await contactsOf(account)).toEqual([{ email: 'new@example.com', firstname: 'Ada' }]);
  });

  it('fails with HubSpot’s words when the new address is no address', async () => {
    const account = await rehearse();
    const known = await delivered(account, outgoing('old@example.com'));
    const record = outgoing('new@@example.com', {}, { ...known, ...nothingElse });
    const results = await account.connection.upsert(request([record]));
    expect(outcomes([record], results)).toEqual({ 'new@@example.com': 'failed rejected INVALID_EMAIL' });
    expect(await contactsOf(account)).toEqual([{ email: 'old@example.com' }]);
  });

  it('is also found when the mapping has got another key property', async () => {
    const account = await rehearse();
    const known = await delivered(account, outgoing('ada@example.com'));
    const record = outgoing('profile-1', { email: text('ada@example.com') }, { ...known, ...nothingElse });
    await account.connection.upsert(request([record], { keyField: 'chat_profile_id' }));
    expect(await contactsOf(account)).toEqual([{ email: 'ada@example.com', chat_profile_id: 'profile-1' }]);
  });
});
