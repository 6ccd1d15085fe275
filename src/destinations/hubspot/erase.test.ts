import { describe, expect, it } from 'vitest';
import type { ErasedRecord } from '../destination.js';
import { contactAt, rehearse, type Rehearsal, stateOf } from './test-support.js';

const erase = async (account: Rehearsal, ...records: ErasedRecord[]) =>
  (await account.connection.erase?.('contacts', records)) ?? [];

const record = (remoteId: string, ...emails: string[]): ErasedRecord => ({
  profileId: `profile-${remoteId}`,
  key: emails[0] ?? '',
  remoteId,
  memo: null,
  emails,
});

const emailsOf = async (account: Rehearsal): Promise<(string | undefined)[]> =>
  (await stateOf(account)).contacts.filter(({ archived }) => !archived).map(({ properties }) => properties.email);

describe('an erasure', () => {
  it('deletes the contact for good, and any other that has one of the person’s addresses', async () => {
    const account = await rehearse();
    const ada = await contactAt(account, 'ada@example.com');
    await contactAt(account, 'ada@work.example');
    await contactAt(account, 'bob@example.com');
    expect(await erase(account, record(ada, 'Ada@example.com', 'ada@work.example'))).toMatchObject([
      { status: 'erased', already: false },
    ]);
    expect(await emailsOf(account)).toEqual(['bob@example.com']);
    expect(account.calls().filter((call) => call.endsWith('/gdpr-delete'))).toHaveLength(2);
  });

  it('names nobody by address, since HubSpot would block an address it does not know for ever', async () => {
    const account = await rehearse();
    const ada = await contactAt(account, 'ada@example.com');
    await erase(account, record(ada, 'ada@example.com', 'unknown@example.com'));
    const bodies = account.entries().filter(({ path }) => path.endsWith('/gdpr-delete'));
    expect(bodies.map(({ body }) => body)).toEqual([{ objectId: ada }]);
  });

  it('of somebody who has gone already changes nothing and is done', async () => {
    const account = await rehearse();
    expect(await erase(account, record('99', 'ada@example.com'))).toMatchObject([{ status: 'erased', already: true }]);
  });

  it('that a limit stopped is known to be half done', async () => {
    const account = await rehearse();
    const ids = [await contactAt(account, 'ada@example.com'), await contactAt(account, 'bob@example.com')];
    await account.control('POST', 'faults', { path: '/gdpr-delete', delayMs: 0 });
    await account.control('POST', 'faults', {
      path: '/gdpr-delete',
      answer: { status: 429, body: { message: 'x', policyName: 'TEN_SECONDLY_ROLLING' } },
    });
    expect(await erase(account, ...ids.map((id) => record(id)))).toMatchObject([
      { status: 'erased' },
      { status: 'failed', error: { kind: 'throttled' } },
    ]);
    expect(await emailsOf(account)).toEqual(['bob@example.com']);
  });
});
