import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SalesforceClient } from '../client.js';
import { SchemaCache } from '../object-schema.js';
import { personKinds } from '../person-kind.js';
import { idOf, TestOrg, text } from '../test-support.js';
import { changeEvent } from './change-event.js';
import { factsOfChange } from './facts-of-change.js';

let org: TestOrg;
beforeAll(async () => {
  org = await TestOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.sandbox.close());

const id = idOf('003', 1);
const header = {
  entityName: 'Contact',
  recordIds: [id],
  changeType: 'UPDATE',
  changeOrigin: 'com/salesforce/api/rest/60.0;client=dataloader',
  transactionKey: 't1',
  sequenceNumber: 1,
  commitTimestamp: Date.parse('2026-05-02T10:00:00.000Z'),
  commitUser: '005B00000000002IAA',
};
async function told(more: Partial<typeof header>, fields: Readonly<Record<string, unknown>> = {}) {
  const settings = org.settings({ doNotCallMeans: 'sms' });
  const client = new SalesforceClient(settings, org.context());
  const schema = await new SchemaCache(client, () => new Date()).get('Contact');
  const event = changeEvent.parse({
    event: { replayId: 1 },
    payload: { ...fields, ChangeEventHeader: { ...header, ...more } },
  });
  return factsOfChange(client, event, { kind: personKinds.Contact, schema, us: '005B00000000001', settings });
}

describe('a change event', () => {
  it.each([
    ['CREATE', 'record_changed', true],
    ['UPDATE', 'record_changed', false],
    ['UNDELETE', 'record_changed', false],
    ['DELETE', 'record_gone', undefined],
    ['GAP_DELETE', 'record_gone', undefined],
  ])('%s is told as %s', async (changeType, kind, created) => {
    const facts = await told({ changeType }, { Name: { LastName: 'Ito' } });
    expect(facts).toHaveLength(1);
    expect(facts[0]).toMatchObject({ kind, about: { object: 'Contact', remoteId: id }, own: false });
    expect(facts[0]).toHaveProperty('occurredAt', new Date(header.commitTimestamp));
    if (kind === 'record_changed') expect(facts[0]).toMatchObject({ created, fields: { LastName: text('Ito') } });
  });

  it('may name several records, each with the same change', async () => {
    const recordIds = [idOf('003', 1), idOf('003', 2)];
    const facts = await told({ recordIds }, { Title: 'Dr.' });
    expect(facts.map(({ about }) => about.remoteId)).toEqual(recordIds);
    expect(new Set(facts.map(({ dedupeKey }) => dedupeKey)).size).toBe(2);
  });

  it.each([
    ['made by the integration user, whose id may be written with 15 characters', { commitUser: '005B00000000001IAA' }],
    ['made through our name', { changeOrigin: 'com/salesforce/api/rest/60.0;client=parley' }],
  ])('is our own when it was %s', async (_how, more) => {
    expect(await told(more, { Title: 'Dr.' })).toMatchObject([{ own: true }]);
  });

  it('tells each time that somebody ticks a box, also after it was emptied', async () => {
    const ticked = { HasOptedOutOfEmail: true };
    const [, first] = await told({}, ticked);
    const [, second] = await told({ commitTimestamp: header.commitTimestamp + 60_000 }, ticked);
    expect(first).toMatchObject({ kind: 'consent_said', purpose: 'email', status: 'revoked' });
    expect(first?.dedupeKey).not.toBe(second?.dedupeKey);
    expect(await told({}, { HasOptedOutOfEmail: false })).toHaveLength(1);
  });

  it('without data has the record read', async () => {
    await org.put({ Contact: [{ Id: id, LastName: 'Ito', DoNotCall: true }] });
    const facts = await told({ changeType: 'GAP_UPDATE' });
    expect(facts).toMatchObject([
      { kind: 'record_changed', created: false, fields: { LastName: text('Ito') } },
      { kind: 'consent_said', purpose: 'sms', dedupeKey: `opted_out:DoNotCall:sms:${id}` },
    ]);
  });

  it('without data, about a record that is gone by now, says so instead of failing for ever', async () => {
    expect(await told({ changeType: 'GAP_UPDATE' })).toMatchObject([{ kind: 'record_gone', about: { remoteId: id } }]);
  });

  it.each([
    ['GAP_OVERFLOW', ['000000000000000AAA']],
    ['GAP_UPDATE', ['003*']],
    ['SOMETHING_NEW', [id]],
  ])('%s about %j is left to the next poll', async (changeType, recordIds) => {
    expect(await told({ changeType, recordIds })).toEqual([]);
    expect(org.apiCalls().filter((call) => call.includes('/Contact/0'))).toEqual([]);
  });
});
