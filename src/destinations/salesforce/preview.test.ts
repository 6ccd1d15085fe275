import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { idOf, knownFrom, outgoing, request, TestOrg, text } from './test-support.js';

let org: TestOrg;
beforeAll(async () => {
  org = await TestOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.sandbox.close());

const writes = () => org.apiCalls().filter((call) => !call.startsWith('GET'));

describe('a preview', () => {
  const fields = { LastName: text('Lovelace'), Title: text('Dr.'), Nope__c: text('x') };
  const preview = (...records: ReturnType<typeof outgoing>[]) =>
    org.connect().preview?.(request(records, { options: { findBy: 'key_then_email' } }));

  it('shows the whole record that would be made, and what would be left out', async () => {
    const shown = await preview(outgoing('a', { fields: { ...fields, LastName: null }, tags: ['vip'] }));
    expect(shown).toMatchObject([
      {
        remoteId: null,
        action: 'create',
        payload: { Parley_Id__c: 'a', LastName: '(unknown)', Title: 'Dr.', Chat_Tags__c: 'vip' },
        dropped: [{ field: 'LastName' }, { field: 'Nope__c', code: 'INVALID_FIELD' }],
      },
    ]);
    expect(writes()).toEqual([]);
  });

  it('shows what an existing record holds and what would change', async () => {
    const connection = org.connect();
    const [made] = await connection.upsert(request([outgoing('a', { fields })]));
    const changed = { Title: text('Countess'), LastName: text('Lovelace') };
    const before = writes().length;
    const shown = await preview(outgoing('a', { fields: changed, changed, known: knownFrom(made) }));
    expect(shown).toMatchObject([
      {
        remoteId: knownFrom(made).remoteId,
        action: 'update',
        differences: [{ field: 'Title', holds: 'Dr.', wants: 'Countess' }],
      },
    ]);
    expect(writes()).toHaveLength(before);
  });

  it('says when nothing would change', async () => {
    await org.connect().upsert(request([outgoing('a', { fields })]));
    expect(await preview(outgoing('a', { fields }))).toMatchObject([{ action: 'nothing', differences: [] }]);
  });

  it('refuses what an upsert would refuse, in its words', async () => {
    const twin = (serial: number) => ({ Id: idOf('003', serial), LastName: 'x', Email: 'twin@example.test' });
    await org.put({ Contact: [twin(1), twin(2)] });
    const shown = await preview(outgoing('a', { fields: { Email: text('twin@example.test') } }));
    expect(shown).toMatchObject([
      { action: 'refuse', reason: expect.stringContaining('2 records have this e-mail address') as string },
    ]);
  });
});
