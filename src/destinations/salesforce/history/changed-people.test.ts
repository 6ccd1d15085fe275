import { describe, expect, it } from 'vitest';
import { idOf, knownFrom, outgoing, request, text } from '../test-support.js';
import { contact, derivedOf, rehearseHistory, stamped } from './test-support.js';

const { org, page, pull } = rehearseHistory();

describe('changed people', () => {
  const fields = ['LastName', 'Title', 'Interests__c', 'Birthdate', 'Last_Order_At__c'];

  it('say what the fields of the mapping hold now', async () => {
    const more = {
      Title: 'Dr.',
      Interests__c: 'running;yoga',
      Last_Order_At__c: '2026-04-01T08:00:00.000+0000',
      Phone: '+44 20 7946 0000',
    };
    await org().put({ Contact: [contact(1, more)] });
    const { facts } = await pull('changes', { fields });
    expect(facts[0]).toMatchObject({
      kind: 'record_changed',
      about: { object: 'Contact', remoteId: idOf('003', 1), email: 'c1@example.test' },
      created: true,
      own: false,
      fields: {
        LastName: text('Contact 1'),
        Title: text('Dr.'),
        Interests__c: { type: 'list', value: ['running', 'yoga'] },
        Birthdate: null,
        Last_Order_At__c: { type: 'datetime', value: '2026-04-01T08:00:00.000Z' },
      },
    });
  });

  it('are read page by page, each once, although hundreds have the same stamp', async () => {
    await org().put({ Contact: Array.from({ length: 450 }, (_, index) => contact(index, stamped(5))) });
    const { facts, pages } = await pull('changes');
    const ids = facts.filter(({ kind }) => kind === 'record_changed').map(({ about }) => about.remoteId);
    expect([ids.length, new Set(ids).size, pages]).toEqual([450, 450, 3]);
    expect((await page('changes')).total).toBe(450);
  });

  it('are read again only from a little before the end of the last pull on', async () => {
    await org().put({
      Contact: [contact(1), contact(2, stamped(2, { SystemModstamp: new Date().toISOString().replace('Z', '+0000') }))],
    });
    const { watermark } = await pull('changes');
    const again = await pull('changes', { watermark });
    expect(again.facts.filter(({ kind }) => kind === 'record_changed').map(({ about }) => about.remoteId)).toEqual([
      idOf('003', 2),
    ]);
  });

  it('are not read beyond what is wanted at all', async () => {
    await org().put({ Contact: [contact(1), contact(30)] });
    const { facts } = await pull('changes', { notBefore: new Date(Date.UTC(2026, 4, 1, 10, 20)) });
    expect(facts.map(({ about }) => about.remoteId)).toContain(idOf('003', 30));
    expect(facts.map(({ about }) => about.remoteId)).not.toContain(idOf('003', 1));
  });

  it('are our own where we wrote last', async () => {
    const [made] = await org()
      .connect()
      .upsert(request([outgoing('a')]));
    const { facts } = await pull('changes');
    const own = facts.filter(({ about }) => about.remoteId === knownFrom(made).remoteId).map((fact) => fact.own);
    expect(own[0]).toBe(true);
  });

  it('that opted out say so; an empty box says nothing', async () => {
    await org().put({ Contact: [contact(1, { HasOptedOutOfEmail: true }), contact(2, { HasOptedOutOfEmail: false })] });
    const { facts } = await pull('changes');
    expect(facts.filter(({ kind }) => kind === 'consent_said')).toMatchObject([
      { purpose: 'email', status: 'revoked', about: { email: 'c1@example.test' } },
    ]);
  });

  it('that were deleted or merged are told as such', async () => {
    await org().put({ Contact: [contact(1)] });
    await org().change(() => ({
      recycleBin: {
        Contact: [contact(2, { IsDeleted: true }), contact(3, { IsDeleted: true, MasterRecordId: idOf('003', 1) })],
      },
    }));
    const { facts } = await pull('changes');
    expect(facts.filter(({ kind }) => kind === 'record_gone')).toMatchObject([
      { about: { remoteId: idOf('003', 2) }, erased: false },
    ]);
    expect(facts.filter(({ kind }) => kind === 'record_merged')).toMatchObject([
      { about: { remoteId: idOf('003', 1) }, mergedIds: [idOf('003', 3)] },
    ]);
  });

  it('that have opted out say so once, and again where the org tracks when it was', async () => {
    await org().put({ Contact: [contact(1)] });
    const id = idOf('003', 1);
    const tick = (HasOptedOutOfEmail: boolean) =>
      org().control('PATCH', `/records/Contact/${id}`, { HasOptedOutOfEmail });
    const optOuts = async () =>
      (await pull('changes')).facts.flatMap((fact) => (fact.kind === 'consent_said' ? [fact] : []));
    await tick(true);
    const [first] = await optOuts();
    expect(first).toMatchObject({ purpose: 'email', status: 'revoked', own: false });
    await tick(false);
    await tick(true);
    expect((await optOuts()).map(({ dedupeKey }) => dedupeKey)).toEqual([first?.dedupeKey]);
    await tick(false);
    await org().change(() => ({ fieldHistory: { Contact: ['HasOptedOutOfEmail'] } }));
    await tick(true);
    await org().control('PATCH', `/records/Contact/${id}`, { Title: 'changed later' });
    const [noted] = await org().records('ContactHistory');
    const [again] = await optOuts();
    expect(again?.dedupeKey).not.toBe(first?.dedupeKey);
    expect(again?.occurredAt).toEqual(new Date(String(noted?.CreatedDate).replace('+0000', 'Z')));
  });

  it('have an owner', async () => {
    const [sam] = (await org().records('User')).filter(({ Username }) => Username === 'sam.sales@sandbox.test');
    await org().put({ Contact: [contact(1, { OwnerId: sam?.Id })] });
    const { facts } = await pull('changes');
    expect(derivedOf(facts, 'c1@example.test')).toMatchObject({ salesforceOwner: 'sam.sales@sandbox.test' });
  });

  it('are leads and contacts for a mapping to both', async () => {
    const lead = { Id: idOf('00Q', 1), LastName: 'L', Company: 'C', Email: 'lead@example.test', ...stamped(1) };
    await org().put({ Contact: [contact(1)], Lead: [lead] });
    const { facts, pages } = await pull('changes', { object: 'LeadThenContact' });
    const changed = facts.filter(({ kind }) => kind === 'record_changed');
    expect(changed.map(({ about }) => [about.object, about.remoteId])).toEqual([
      ['Contact', idOf('003', 1)],
      ['Lead', idOf('00Q', 1)],
    ]);
    expect(pages).toBe(2);
  });
});
