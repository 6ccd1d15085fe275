import { describe, expect, it } from 'vitest';
import type { OutgoingRecord } from '../destination.js';
import { plainTarget } from '../test-support.js';
import { consent, known, record, rehearse, text, type Rehearsal } from './test-support.js';

const ada = 'ada@chat.test';
const preview = async ({ connection }: Rehearsal, one: OutgoingRecord) => {
  const target = { object: 'member', keyField: 'email_address', tagsField: 'tags', ...plainTarget };
  return (await connection.preview?.({ ...target, records: [one] }))?.[0];
};
const revoked = { email: consent('revoked', '2026-03-01T10:00:00.000Z') };

describe('a preview', () => {
  it('of somebody new shows the contact as it would be made, and makes nobody', async () => {
    const sandbox = await rehearse();
    const shown = await preview(
      sandbox,
      record(ada, { fields: { FNAME: text('Ada'), NOPE: text('x') }, tags: ['vip'] }),
    );
    expect(shown).toMatchObject({
      action: 'create',
      remoteId: null,
      payload: { email_address: ada, status_if_new: 'subscribed', merge_fields: { FNAME: 'Ada' }, tags: ['vip'] },
      dropped: [{ field: 'NOPE' }],
    });
    expect(await sandbox.member(ada)).toMatchObject({ status: 404 });
  });

  it('of a member shows what differs, value by value', async () => {
    const sandbox = await rehearse();
    const [created] = await sandbox.upsert(record(ada));
    const changed = { FNAME: text('Grace') };
    const shown = await preview(sandbox, record(ada, { ...known(created), fields: changed, changed }));
    expect(shown).toMatchObject({ action: 'update', differences: [{ field: 'FNAME', holds: 'Ada', wants: 'Grace' }] });
    expect(await preview(sandbox, record(ada, known(created)))).toMatchObject({ action: 'nothing', differences: [] });
  });

  it('of a withdrawal shows that the contact would be unsubscribed', async () => {
    const sandbox = await rehearse();
    const [created] = await sandbox.upsert(record(ada));
    const shown = await preview(sandbox, record(ada, { ...known(created), consents: revoked }));
    expect(shown).toMatchObject({ action: 'update', payload: { status: 'unsubscribed' } });
    await sandbox.optOut(ada);
    expect(await preview(sandbox, record(ada, { consents: revoked }))).toMatchObject({ action: 'nothing' });
  });

  it.each([
    ['has not agreed', { consents: {} }, 'withhold', 'has not agreed'],
    ['opted out there', {}, 'withhold', 'unsubscribed at Mailchimp'],
    ['has no address', { key: 'nobody' }, 'refuse', 'not an e-mail address'],
  ])('of somebody who %s says why nothing would be sent', async (_who, more, action, reason) => {
    const sandbox = await rehearse();
    await sandbox.upsert(record(ada));
    await sandbox.optOut(ada);
    expect(await preview(sandbox, record(ada, more))).toMatchObject({
      action,
      reason: expect.stringContaining(reason) as unknown,
    });
  });
});
