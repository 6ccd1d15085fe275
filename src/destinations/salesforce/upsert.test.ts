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

describe('a key whose field ignores case', () => {
  it('is one key in capitals and in small letters', async () => {
    await org.change(({ contactFields }) => ({
      contactFields: contactFields.map((field) =>
        field.name === 'Parley_Id__c' ? { ...field, caseSensitive: false } : field,
      ),
    }));
    const connection = org.connect();
    const results = await connection.upsert(request([outgoing('ada', { tags: ['one'] }), outgoing('ADA')]));
    expect(resultOf(results, 'ADA')).toMatchObject({ status: 'failed', error: { details: { code: 'KEY_REPEATED' } } });
    const again = outgoing('ADA', { known: known(), changed: {}, tagsToAdd: ['two'], tags: ['one', 'two'] });
    expect(delivered(await connection.upsert(request([again])))).toBe(1);
    expect((await org.state()).contacts).toMatchObject([{ Chat_Tags__c: 'one;two' }]);
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

describe('tags in a multi-select picklist', () => {
  const tagged = async (value: string) => {
    await org.connect().upsert(request([outgoing('a')]));
    await org.change(({ contacts }) => ({
      contacts: contacts.map((contact) => ({ ...contact, Chat_Tags__c: value })),
    }));
  };

  it('keep what people added by hand', async () => {
    await tagged('by hand;old');
    const record = outgoing('a', {
      known: known(),
      changed: {},
      tagsToAdd: ['vip'],
      tagsToRemove: ['old'],
      tags: ['vip'],
    });
    const [result] = await org.connect().upsert(request([record]));
    expect(result).toMatchObject({ status: 'delivered' });
    expect(await org.contact('a')).toMatchObject({ Chat_Tags__c: 'by hand;vip' });
  });

  it('keep it also on a record that Parley meets for the first time', async () => {
    await tagged('by hand');
    await org.connect().upsert(request([outgoing('a', { tags: ['vip'] })]));
    expect(await org.contact('a')).toMatchObject({ Chat_Tags__c: 'by hand;vip' });
  });

  it('are read for the whole batch in one query', async () => {
    const connection = org.connect();
    await connection.upsert(request(people(200)));
    const before = org.apiCalls().length;
    const records = people(200).map((record) => ({
      ...record,
      known: known(),
      changed: {},
      tagsToAdd: ['vip'],
      tags: ['vip'],
    }));
    expect(delivered(await connection.upsert(request(records)))).toBe(200);
    expect(org.apiCalls().slice(before)).toEqual([queryCall, upsertCall]);
  });

  it('cost no write when they stand there already', async () => {
    await tagged('vip');
    const before = org.apiCalls().filter((call) => call === upsertCall).length;
    const record = outgoing('a', { known: known(), changed: {}, tagsToAdd: ['vip'], tags: ['vip'] });
    const [result] = await org.connect().upsert(request([record]));
    expect(result).toMatchObject({ status: 'delivered' });
    expect(org.apiCalls().filter((call) => call === upsertCall)).toHaveLength(before);
  });

  it('that cannot stand in a picklist are reported, the others written', async () => {
    const [result] = await org.connect().upsert(request([outgoing('a', { tags: ['vip', 'a;b'] })]));
    expect(result).toMatchObject({
      status: 'delivered',
      dropped: [{ field: 'Chat_Tags__c', code: 'SEPARATOR_IN_VALUE' }],
    });
    expect(await org.contact('a')).toMatchObject({ Chat_Tags__c: 'vip' });
  });
});

describe('withdrawn consent to e-mail', () => {
  const revoked = { email: { status: 'revoked', at: '2026-01-01T00:00:00.000Z', source: 's', event: 'e' } } as const;

  it('ticks the opt-out box, once', async () => {
    const connection = org.connect();
    const [first] = await connection.upsert(request([outgoing('a', { consents: revoked })]));
    expect(await org.contact('a')).toMatchObject({ HasOptedOutOfEmail: true });
    if (first?.status !== 'delivered') throw new Error('not delivered');
    const before = org.apiCalls().length;
    const again = outgoing('a', {
      consents: revoked,
      changed: {},
      known: { remoteId: first.remoteId, memo: first.memo },
    });
    await connection.upsert(request([again]));
    expect(org.apiCalls()).toHaveLength(before);
  });

  it('is reported, and tried again, where the org hides the box', async () => {
    await org.change(({ contactFields }) => ({
      contactFields: contactFields.map((field) =>
        field.name === 'HasOptedOutOfEmail' ? { ...field, access: 'none' } : field,
      ),
    }));
    const [result] = await org.connect().upsert(request([outgoing('a', { consents: revoked })]));
    expect(result).toMatchObject({
      status: 'delivered',
      dropped: [{ field: 'HasOptedOutOfEmail' }],
      memo: { optedOutOfEmail: false },
    });
  });

  it('is never taken back by a new opt-in', async () => {
    const connection = org.connect();
    await connection.upsert(request([outgoing('a', { consents: revoked })]));
    await connection.upsert(request([outgoing('a', { consents: { email: { ...revoked.email, status: 'granted' } } })]));
    expect(await org.contact('a')).toMatchObject({ HasOptedOutOfEmail: true });
  });
});

describe('a key that changes', () => {
  const updateCall = 'PATCH /composite/sobjects';

  it('moves with its record, so that nobody is made twice', async () => {
    const connection = org.connect();
    const [first] = await connection.upsert(request([outgoing('old')]));
    if (first?.status !== 'delivered') throw new Error('not delivered');
    const { remoteId, memo } = first;
    const record = outgoing('new', { known: { remoteId, memo }, changed: { Title: text('Dr.') } });
    const results = await connection.upsert(request([record, outgoing('neighbour')]));
    expect(resultOf(results, 'new')).toMatchObject({ status: 'delivered', remoteId, created: false });
    expect((await org.state()).contacts.map((contact) => contact.Parley_Id__c)).toEqual(['new', 'neighbour']);
    expect(org.apiCalls()).toEqual([describeCall, upsertCall, updateCall, upsertCall]);
  });

  it('is all there is to write when nothing else has changed', async () => {
    const connection = org.connect();
    const [first] = await connection.upsert(request([outgoing('old')]));
    if (first?.status !== 'delivered') throw new Error('not delivered');
    const record = outgoing('new', { known: first, changed: {} });
    const [second] = await connection.upsert(request([record]));
    expect(second).toMatchObject({ status: 'delivered', memo: { key: 'new' } });
    expect(org.apiCalls().at(-1)).toBe(updateCall);
    expect(await org.contact('new')).toMatchObject({ LastName: 'Name of old' });
  });

  it('makes the record anew when that has vanished meanwhile', async () => {
    const gone = { remoteId: '003B0000000000ZIAZ', memo: { key: 'old' } };
    const [result] = await org.connect().upsert(request([outgoing('new', { known: gone, changed: {} })]));
    expect(result).toMatchObject({ status: 'delivered' });
    expect(await org.contact('new')).toMatchObject({ LastName: 'Name of new' });
  });

  it('that another record holds needs a person', async () => {
    const connection = org.connect();
    const [first] = await connection.upsert(request([outgoing('old'), outgoing('taken')]));
    if (first?.status !== 'delivered') throw new Error('not delivered');
    const [result] = await connection.upsert(request([outgoing('taken', { known: first })]));
    expect(result).toMatchObject({
      status: 'failed',
      error: { kind: 'rejected', details: { code: 'DUPLICATE_VALUE', field: 'Parley_Id__c' } },
    });
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
