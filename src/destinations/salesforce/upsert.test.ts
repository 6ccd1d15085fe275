import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RecordResult } from '../destination.js';
import { known, outgoing, request, resultOf, TestOrg, text } from './test-support.js';

let org: TestOrg;
beforeAll(async () => {
  org = await TestOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.sandbox.close());

const describeCall = 'GET /sobjects/Contact/describe';
const queryCall = 'GET /query';
const upsertCall = 'PATCH /composite/sobjects/Contact/Parley_Id__c';
const people = (count: number) => Array.from({ length: count }, (_, index) => outgoing(`p${index}`));
const delivered = (results: readonly RecordResult[]) => results.filter(({ status }) => status === 'delivered').length;

describe('writing contacts', () => {
  it('creates the demo contact with every attribute in the form Salesforce keeps', async () => {
    const fields = {
      FirstName: text('Ada'),
      LastName: text('Lovelace'),
      Email: text('Ada@Example.test'),
      Phone: text('+447700900123'),
      Language__c: text('en'),
      MailingCountry: text('GB'),
      Plan__c: text('pro'),
      Budget__c: { type: 'number', value: 1_250.5 },
      Birthdate: { type: 'date', value: '1990-12-10' },
      Last_Order_At__c: { type: 'datetime', value: '2026-05-31T10:20:30.456Z' },
      Interests__c: { type: 'list', value: ['running', 'chess'] },
      Newsletter__c: { type: 'boolean', value: true },
      Chat_Channel__c: text('whatsapp'),
    } as const;
    const [result] = await org.connect().upsert(request([outgoing('ada', { fields, tags: ['vip'] })]));
    expect(result).toMatchObject({ status: 'delivered', created: false, dropped: [] });
    expect(await org.contact('ada')).toMatchObject({
      Name: 'Ada Lovelace',
      Email: 'ada@example.test',
      Budget__c: 1_250.5,
      Birthdate: '1990-12-10',
      Last_Order_At__c: '2026-05-31T10:20:30.000+0000',
      Interests__c: 'running;chess',
      Newsletter__c: true,
      Chat_Tags__c: 'vip',
    });
  });

  it('brings 200 new contacts over with one describe and one call', async () => {
    const results = await org.connect().upsert(request(people(200)));
    expect(delivered(results)).toBe(200);
    expect(org.apiCalls()).toEqual([describeCall, upsertCall]);
  });

  it('splits what Salesforce would refuse as too many', async () => {
    const results = await org.connect().upsert(request(people(450)));
    expect(delivered(results)).toBe(450);
    expect(org.apiCalls().filter((call) => call === upsertCall)).toHaveLength(3);
  });

  it('writes 10,000 contacts in a few seconds', async () => {
    const connection = org.connect();
    const all = people(10_000);
    for (let start = 0; start < all.length; start += 200) {
      const results = await connection.upsert(request(all.slice(start, start + 200)));
      expect(delivered(results)).toBe(200);
    }
    expect((await org.state()).contacts).toHaveLength(10_000);
  }, 20_000);

  it('describes the object once per connection', async () => {
    const connection = org.connect();
    await connection.upsert(request([outgoing('a')]));
    await connection.upsert(request([outgoing('b')]));
    expect(org.apiCalls().filter((call) => call === describeCall)).toHaveLength(1);
  });

  it('changes nothing when it is repeated', async () => {
    const connection = org.connect();
    const first = await connection.upsert(request([outgoing('a', { tags: ['vip'] })]));
    const second = await connection.upsert(request([outgoing('a', { tags: ['vip'] })]));
    expect(second).toEqual(first);
    expect((await org.state()).contacts).toHaveLength(1);
  });

  it('keeps keys out of the path, so that no character of them can lead elsewhere', async () => {
    const odd = ["o'neil/../x", 'a#b?c=d', 'ümläut 100%', '\\back\\'];
    const fields = { FirstName: text('No last name') };
    const results = await org.connect().upsert(request(odd.map((key) => outgoing(key, { fields, tags: ['vip'] }))));
    expect(delivered(results)).toBe(odd.length);
    const keys = (await org.state()).contacts.map((contact) => contact.Parley_Id__c);
    expect(keys).toEqual(odd);
    expect(org.apiCalls()).toEqual([describeCall, queryCall, upsertCall]);
  });

  it('passes alert rules for duplicates and names itself to the org', async () => {
    const fields = { LastName: text('Twin'), Email: text('twin@example.test') };
    const results = await org.connect().upsert(request([outgoing('a', { fields }), outgoing('b', { fields })]));
    expect(delivered(results)).toBe(2);
    const [call] = org.sandbox.journal.entries({ method: 'PATCH' });
    expect(call?.headers).toMatchObject({
      'sforce-duplicate-rule-header': 'allowSave=true',
      'sforce-call-options': 'client=parley',
    });
  });

  it('sends a known record only what changed, and nothing at all when nothing is left to send', async () => {
    const connection = org.connect();
    await connection.upsert(request([outgoing('a')]));
    const changed = { Title: text('Countess') };
    const record = outgoing('a', { known: known(), changed });
    await connection.upsert(request([record]));
    const sent = org.sandbox.journal.entries({ method: 'PATCH' }).at(-1)?.body;
    expect(sent).toEqual({
      allOrNone: false,
      records: [{ attributes: { type: 'Contact' }, Title: 'Countess', Parley_Id__c: 'a' }],
    });
    const before = org.apiCalls().length;
    const [idle] = await connection.upsert(
      request([outgoing('a', { known: known('003X'), changed: { Nope__c: text('x') } })]),
    );
    expect(idle).toMatchObject({
      status: 'delivered',
      remoteId: '003X',
      dropped: [{ field: 'Nope__c', code: 'INVALID_FIELD' }],
    });
    expect(org.apiCalls()).toHaveLength(before);
  });

  it('says so when a known record had vanished and the write made a new one from changes alone', async () => {
    const record = outgoing('gone', { known: known(), changed: { LastName: text('Back') } });
    const [result] = await org.connect().upsert(request([record]));
    expect(result).toMatchObject({ status: 'delivered', created: true });
  });

  it('writes a vanished record anew with all it knows when the changes alone do not make one', async () => {
    const fields = { LastName: text('Ito'), Title: text('Dr.') };
    const record = outgoing('gone', {
      known: known(),
      fields,
      changed: { Title: fields.Title },
      tags: ['vip'],
      tagsToAdd: [],
    });
    const [result] = await org.connect().upsert(request([record]));
    expect(result).toMatchObject({ status: 'delivered', created: false });
    expect(await org.contact('gone')).toMatchObject({ LastName: 'Ito', Title: 'Dr.', Chat_Tags__c: 'vip' });
    expect(org.apiCalls()).toEqual([describeCall, upsertCall, upsertCall]);
  });
});

describe('a last name, which Salesforce demands', () => {
  const nameless = { FirstName: text('Ada') };

  it('is made up for a new contact, as the settings say', async () => {
    const connection = org.connect({ lastNameFallback: 'from chat' });
    expect(delivered(await connection.upsert(request([outgoing('a', { fields: nameless })])))).toBe(1);
    expect(await org.contact('a')).toMatchObject({ LastName: 'from chat' });
  });

  it('is never overwritten by the made-up one', async () => {
    const connection = org.connect();
    await connection.upsert(request([outgoing('a', { fields: { LastName: text('Lovelace') } })]));
    await connection.upsert(request([outgoing('a', { fields: nameless })]));
    expect(await org.contact('a')).toMatchObject({ FirstName: 'Ada', LastName: 'Lovelace' });
  });

  it('is made up as well when the one we have does not fit and the contact has vanished', async () => {
    const fields = { LastName: text('x'.repeat(81)), Title: text('Dr.') };
    const [result] = await org.connect().upsert(request([outgoing('a', { known: known(), fields })]));
    expect(result).toMatchObject({ status: 'delivered', dropped: [{ field: 'LastName', code: 'STRING_TOO_LONG' }] });
    expect(await org.contact('a')).toMatchObject({ LastName: '(unknown)', Title: 'Dr.' });
  });

  it('stays when the profile loses it', async () => {
    const connection = org.connect();
    await connection.upsert(request([outgoing('a')]));
    const [result] = await connection.upsert(request([outgoing('a', { known: known(), changed: { LastName: null } })]));
    expect(result).toMatchObject({ status: 'delivered', dropped: [{ field: 'LastName', code: 'NOT_NILLABLE' }] });
    expect(await org.contact('a')).toMatchObject({ LastName: 'Name of a' });
  });
});

describe('records that meet in one call', () => {
  it('sends one of two with the same key and leaves the other for the next call', async () => {
    const twice = [outgoing('a'), { ...outgoing('a'), profileId: 'profile-other' }];
    const results = await org.connect().upsert(request(twice));
    expect(resultOf(results, 'a')).toMatchObject({ status: 'delivered' });
    expect(resultOf(results, 'other')).toMatchObject({ status: 'failed', error: { kind: 'transient' } });
  });
});
