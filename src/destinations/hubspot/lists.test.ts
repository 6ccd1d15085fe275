import { describe, expect, it } from 'vitest';
import { stateSchema } from '../../sandbox/hubspot/state.js';
import type { OutgoingRecord, RecordResult } from '../destination.js';
import { contactAt, outgoing, rehearse, type Rehearsal, request, stateOf, text } from './test-support.js';

const addresses = async (account: Rehearsal, name: string): Promise<string[] | null> => {
  const { lists, contacts } = await stateOf(account);
  const list = lists.find((candidate) => candidate.name === name && candidate.deletedAt === null);
  if (list === undefined) return null;
  const emails = new Map(contacts.map(({ id, properties }) => [id, properties.email ?? '']));
  return Object.keys(list.members)
    .map((id) => emails.get(id) ?? id)
    .toSorted();
};

const into = (...lists: string[]): Partial<OutgoingRecord> => ({ lists, listsToAdd: lists });

function known(result: RecordResult | undefined): Pick<OutgoingRecord, 'known'> {
  if (result?.status !== 'delivered') throw new Error('The record was not delivered');
  return { known: { remoteId: result.remoteId, memo: result.memo } };
}

const listCalls = (account: Rehearsal): string[] => account.calls().filter((call) => call.includes('/crm/v3/lists'));

describe('lists', () => {
  it('are made once, with one call for all contacts that get in', async () => {
    const account = await rehearse();
    const records = ['ada', 'bob', 'cy'].map((name) =>
      outgoing(`${name}@example.com`, { firstname: text(name) }, into('Bot leads')),
    );
    const results = await account.connection.upsert(request(records));
    expect(results).toMatchObject(records.map(() => ({ status: 'delivered', dropped: [] })));
    expect(await addresses(account, 'Bot leads')).toEqual(['ada@example.com', 'bob@example.com', 'cy@example.com']);
    expect(listCalls(account)).toHaveLength(3);
    await account.connection.upsert(request([outgoing('dan@example.com', {}, into('Bot leads'))]));
    expect(listCalls(account)).toHaveLength(4);
  });

  it('that exist are found by name and found again after a restart', async () => {
    const account = await rehearse();
    await account.connection.upsert(request([outgoing('ada@example.com', {}, into('Newsletter from chat'))]));
    expect(await addresses(account, 'Newsletter from chat')).toEqual(['ada@example.com']);
    expect(account.context.remembered.get('list:Newsletter from chat')).toBe('13');
    const before = listCalls(account).length;
    await account.reconnected().upsert(request([outgoing('bob@example.com', {}, into('Newsletter from chat'))]));
    expect(listCalls(account)).toHaveLength(before + 1);
    expect(await addresses(account, 'Newsletter from chat')).toHaveLength(2);
  });

  it('lose only those we put there, without a call for the contact itself', async () => {
    const account = await rehearse();
    const byHandId = await contactAt(account, 'eve@example.com');
    const [result] = await account.connection.upsert(request([outgoing('ada@example.com', {}, into('Bot leads'))]));
    const { lists } = await stateOf(account);
    const listId = lists.find(({ name }) => name === 'Bot leads')?.listId ?? '';
    await account.byHand('PUT', `/crm/v3/lists/${listId}/memberships/add`, [byHandId]);
    const before = account.calls().length;
    const out = { ...known(result), changed: {}, listsToRemove: ['Bot leads'] };
    expect(await account.connection.upsert(request([outgoing('ada@example.com', {}, out)]))).toMatchObject([
      { status: 'delivered', dropped: [] },
    ]);
    expect(account.calls().slice(before)).toEqual([`PUT /crm/v3/lists/${listId}/memberships/remove`]);
    expect(await addresses(account, 'Bot leads')).toEqual(['eve@example.com']);
  });

  it('that somebody has deleted are made again', async () => {
    const account = await rehearse();
    await account.connection.upsert(request([outgoing('ada@example.com', {}, into('Bot leads'))]));
    const { lists } = await stateOf(account);
    await account.byHand('DELETE', `/crm/v3/lists/${lists.find(({ name }) => name === 'Bot leads')?.listId ?? ''}`);
    const [result] = await account.connection.upsert(request([outgoing('bob@example.com', {}, into('Bot leads'))]));
    expect(result).toMatchObject({ status: 'delivered', dropped: [] });
    expect(await addresses(account, 'Bot leads')).toEqual(['bob@example.com']);
  });

  it('that filters decide take nobody: it is said, the record is delivered, and other lists work', async () => {
    const account = await rehearse();
    const [result] = await account.connection.upsert(
      request([outgoing('ada@example.com', { firstname: text('Ada') }, into('Customers', 'Bot leads'))]),
    );
    expect(result).toMatchObject({
      status: 'delivered',
      dropped: [{ field: 'list Customers', code: 'LIST_NOT_STATIC' }],
    });
    expect(await addresses(account, 'Bot leads')).toEqual(['ada@example.com']);
  });

  it('are left out with a reason when the token may not write them', async () => {
    const scopes = ['crm.objects.contacts.read', 'crm.objects.contacts.write', 'crm.lists.read'];
    const account = await rehearse({ state: { apps: [{ token: 'pat-eu1-sandbox', appId: 1, scopes }] } });
    const [result] = await account.connection.upsert(request([outgoing('ada@example.com', {}, into('Bot leads'))]));
    expect(result).toMatchObject({ status: 'delivered', dropped: [{ code: 'MISSING_SCOPES' }] });
  });

  it('behind a limit leave the record to be delivered again, and nothing else', async () => {
    const account = await rehearse();
    await account.control('POST', 'faults', {
      path: '/memberships/add',
      answer: { status: 429, body: { message: 'x', policyName: 'TEN_SECONDLY_ROLLING' } },
    });
    const records = [outgoing('ada@example.com', {}, into('Bot leads')), outgoing('bob@example.com')];
    const results = await account.connection.upsert(request(records));
    expect(results).toMatchObject([{ status: 'failed', error: { kind: 'throttled' } }, { status: 'delivered' }]);
    await account.connection.upsert(request(records.slice(0, 1)));
    expect(await addresses(account, 'Bot leads')).toEqual(['ada@example.com']);
    expect(stateSchema.parse(await account.control('GET', 'state')).contacts).toHaveLength(2);
  });

  it('made by two processes at once are one', async () => {
    const account = await rehearse();
    const processes = [account.connection, account.reconnected(), account.reconnected()];
    const results = await Promise.all(
      processes.map((connection, n) =>
        connection.upsert(request([outgoing(`p${String(n)}@example.com`, {}, into('Bot leads'))])),
      ),
    );
    expect(results.flat()).toMatchObject(processes.map(() => ({ status: 'delivered', dropped: [] })));
    expect(await addresses(account, 'Bot leads')).toHaveLength(3);
  });
});
