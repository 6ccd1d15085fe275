import { describe, expect, it } from 'vitest';
import { stateSchema } from '../../sandbox/hubspot/state.js';
import type { OutgoingRecord } from '../destination.js';
import {
  byHand,
  discoveryCall,
  outcomes,
  outgoing,
  readCall,
  rehearse,
  request,
  text,
  updateCall,
  upsertCall,
} from './test-support.js';

const known = (remoteId: string): Pick<OutgoingRecord, 'known'> => ({ known: { remoteId, memo: null } });

describe('an upsert', () => {
  it('creates contacts in one call, with every type of value, after having asked for the properties once', async () => {
    const account = await rehearse();
    const ada = outgoing('ada@example.com', {
      firstname: text('Ada'),
      plan: text('Pro'),
      budget: { type: 'number', value: 17.5 },
      birthday: { type: 'date', value: '1990-12-10' },
      last_order_at: { type: 'datetime', value: '2026-02-03T10:00:00.000Z' },
      interests: { type: 'list', value: ['shoes', 'Hats'] },
      newsletter: { type: 'boolean', value: true },
      hs_language: text('German'),
    });
    const records = [ada, outgoing('bob@example.com', { firstname: text('Bob') })];
    const results = await account.connection.upsert(request(records));
    expect(outcomes(records, results)).toEqual({ 'ada@example.com': 'delivered', 'bob@example.com': 'delivered' });
    expect(account.calls()).toEqual([discoveryCall, upsertCall]);
    expect(await byHand(account, 'ada@example.com')).toMatchObject({
      properties: {
        firstname: 'Ada',
        plan: 'pro',
        budget: '17.5',
        birthday: '1990-12-10',
        last_order_at: '2026-02-03T10:00:00Z',
        interests: 'shoes;hats',
        newsletter: 'true',
        hs_language: 'de',
      },
    });
    await account.connection.upsert(request([outgoing('cy@example.com', { firstname: text('Cy') })]));
    expect(account.calls().filter((call) => call === discoveryCall)).toHaveLength(1);
  });

  it('gives each record the id of its own contact, although HubSpot answers in another order', async () => {
    const account = await rehearse();
    const records = ['a', 'b', 'c'].map((name) => outgoing(`${name}@example.com`, { firstname: text(name) }));
    const results = await account.connection.upsert(request(records));
    for (const record of records) {
      const result = results.find(({ profileId }) => profileId === record.profileId);
      expect(await byHand(account, record.key)).toMatchObject({
        id: result?.status === 'delivered' && result.remoteId,
      });
    }
  });

  it('sends a known record only what has changed', async () => {
    const account = await rehearse();
    const fields = { firstname: text('Ada'), country: text('Spain') };
    const [created] = await account.connection.upsert(request([outgoing('ada@example.com', fields)]));
    const remoteId = created?.status === 'delivered' ? created.remoteId : '';
    await account.connection.upsert(
      request([outgoing('ada@example.com', fields, { changed: { country: text('Peru') }, ...known(remoteId) })]),
    );
    expect(account.entries().at(-1)?.body).toMatchObject({ inputs: [{ properties: { country: 'Peru' } }] });
    expect(account.entries().at(-1)?.body).not.toMatchObject({ inputs: [{ properties: { firstname: 'Ada' } }] });
  });

  it('makes no call for a known record with nothing to tell', async () => {
    const account = await rehearse();
    const record = outgoing('ada@example.com', {}, known('77'));
    const results = await account.connection.upsert(request([record]));
    expect(results).toMatchObject([{ status: 'delivered', remoteId: '77', created: false }]);
    expect(account.calls()).toEqual([discoveryCall]);
  });

  it('says when a contact it believed to be there had to be created, so that it can be completed', async () => {
    const account = await rehearse();
    const changed = { firstname: text('Ada') };
    const records = [outgoing('ada@example.com', changed, known('77')), outgoing('bob@example.com', changed)];
    const results = await account.connection.upsert(request(records));
    const createdOf = (record?: OutgoingRecord) => results.find(({ profileId }) => profileId === record?.profileId);
    expect(createdOf(records[0])).toMatchObject({ status: 'delivered', created: true });
    expect(createdOf(records[1])).toMatchObject({ status: 'delivered', created: false });
  });

  it('clears a property with null', async () => {
    const account = await rehearse();
    await account.connection.upsert(request([outgoing('ada@example.com', { country: text('Spain') })]));
    await account.connection.upsert(request([outgoing('ada@example.com', { country: null })]));
    expect(await byHand(account, 'ada@example.com')).toMatchObject({ properties: { country: null } });
  });

  it('finds contacts by a custom unique property, and then may change their e-mail address', async () => {
    const account = await rehearse();
    const byProfileId = { keyField: 'chat_profile_id' };
    await account.connection.upsert(request([outgoing('p-1', { email: text('old@example.com') })], byProfileId));
    const results = await account.connection.upsert(
      request([outgoing('p-1', { email: text('new@example.com') })], byProfileId),
    );
    expect(results).toMatchObject([{ status: 'delivered' }]);
    expect(account.entries().at(-1)?.answer).toMatchObject({ results: [{ new: false }] });
    expect(await byHand(account, 'new@example.com')).toMatchObject({ properties: { email: 'new@example.com' } });
  });

  it('waits for a person when the key property has no unique values, and loses nothing', async () => {
    const account = await rehearse();
    const attempt = account.connection.upsert(
      request([outgoing('Ada', { country: text('Spain') })], { keyField: 'firstname' }),
    );
    await expect(attempt).rejects.toMatchObject({ kind: 'misconfigured', details: { code: 'KEY_NOT_UNIQUE' } });
    expect(account.calls()).not.toContain(upsertCall);
  });

  it('delivers to the owner of an additional e-mail address and leaves the primary one alone', async () => {
    const at = '2026-01-01T00:00:00.000Z';
    const properties = { email: 'ada@example.com', hs_additional_emails: 'ada@work.example;ada@home.example' };
    const account = await rehearse({ state: { contacts: [{ id: '501', createdAt: at, updatedAt: at, properties }] } });
    const results = await account.connection.upsert(request([outgoing('ada@work.example', { country: text('Peru') })]));
    expect(results).toMatchObject([{ status: 'delivered', remoteId: '501' }]);
    expect(await byHand(account, 'ada@example.com')).toMatchObject({ properties: { country: 'Peru' } });
  });

  it('delivers to that owner by record id where HubSpot does not take an additional address as a key', async () => {
    const at = '2026-01-01T00:00:00.000Z';
    const properties = { email: 'ada@example.com', hs_additional_emails: 'ada@work.example;ada@home.example' };
    const contacts = [{ id: '501', createdAt: at, updatedAt: at, properties }];
    const account = await rehearse({ state: { contacts, behaviour: { upsertBySecondaryEmail: 'conflict' } } });
    const records = [
      outgoing('ada@work.example', { country: text('Peru') }),
      outgoing('ada@home.example', { firstname: text('Ada') }),
      outgoing('bob@example.com', { country: text('Chile') }),
    ];
    const results = await account.connection.upsert(request(records));
    // Once refused, whose addresses they are, the rest; then one update for each record of the same contact.
    expect(account.calls().slice(1)).toEqual([upsertCall, readCall, upsertCall, updateCall, updateCall]);
    expect(results.map((result) => result.status)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(results.filter((result) => result.status === 'delivered' && result.remoteId === '501')).toHaveLength(2);
    expect(await byHand(account, 'ada@example.com')).toMatchObject({
      properties: { country: 'Peru', firstname: 'Ada', email: 'ada@example.com' },
    });
  });

  it('writes two records with the same key one after the other instead of having the batch refused', async () => {
    const account = await rehearse();
    const records = [
      outgoing('ada@example.com', { country: text('Spain') }),
      outgoing('bob@example.com', { country: text('Spain') }),
      outgoing('Ada@Example.com ', { country: text('Peru') }),
    ];
    const results = await account.connection.upsert(request(records));
    expect(results.map(({ status }) => status)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(account.calls().filter((call) => call === upsertCall)).toHaveLength(2);
    expect(await byHand(account, 'ada@example.com')).toMatchObject({ properties: { country: 'Peru' } });
  });

  it('never puts more than a hundred records into a call', async () => {
    const account = await rehearse();
    const records = Array.from({ length: 250 }, (_, n) =>
      outgoing(`p${String(n)}@example.com`, { country: text('Peru') }),
    );
    const results = await account.connection.upsert(request(records));
    expect(results).toHaveLength(250);
    expect(account.calls().filter((call) => call === upsertCall)).toHaveLength(3);
  });
});

describe('a field that HubSpot would refuse', () => {
  it('is left out and reported, and the rest is delivered in one call', async () => {
    const account = await rehearse();
    const record = outgoing('ada@example.com', {
      firstname: text('Ada'),
      plann: text('pro'),
      createdate: { type: 'datetime', value: '2026-02-03T10:00:00.000Z' },
      budget: text('a lot'),
      plan: text('gold'),
      interests: { type: 'list', value: ['shoes', 'spaceships'] },
    });
    const asIs = { create: { fields: false, options: false } };
    const [result] = await account.connection.upsert(request([record], asIs));
    expect(result?.status === 'delivered' && result.dropped.map(({ field, code }) => `${field} ${code}`)).toEqual([
      'plann PROPERTY_DOESNT_EXIST',
      'createdate READ_ONLY_VALUE',
      'budget INVALID_NUMBER',
      'plan INVALID_OPTION',
      'interests INVALID_OPTION',
    ]);
    expect(await byHand(account, 'ada@example.com')).toMatchObject({
      properties: { firstname: 'Ada', interests: 'shoes' },
    });
    expect(account.calls().filter((call) => call === upsertCall)).toHaveLength(1);
  });

  it('is not refused when the mapping allows its option to be created', async () => {
    const account = await rehearse();
    const record = outgoing('ada@example.com', {
      plan: text('Gold'),
      interests: { type: 'list', value: ['shoes', 'spaceships'] },
      lifecyclestage: text('astronaut'),
    });
    const [result] = await account.connection.upsert(request([record]));
    expect(result).toMatchObject({
      status: 'delivered',
      // HubSpot's own choices are not ours to extend.
      dropped: [{ field: 'lifecyclestage', code: 'INVALID_OPTION' }],
    });
    expect(await byHand(account, 'ada@example.com')).toMatchObject({
      properties: { plan: 'Gold', interests: 'shoes;spaceships' },
    });
  });

  it('is sent once an admin has added what was missing, without a restart', async () => {
    let now = Date.parse('2026-11-22T08:00:00Z');
    const account = await rehearse({ now: () => new Date(now) });
    await account.connection.upsert(request([outgoing('ada@example.com', { shoe_size: text('38') })]));
    const state = stateSchema.parse(await account.control('GET', 'state'));
    const property = { name: 'shoe_size', label: 'Shoe size', type: 'string', fieldType: 'text', groupName: 'chat' };
    await account.control('PUT', 'state', { ...state, properties: [...state.properties, property] });
    now += 61_000;
    const [result] = await account.connection.upsert(request([outgoing('ada@example.com', { shoe_size: text('38') })]));
    expect(result).toMatchObject({ status: 'delivered', dropped: [] });
  });

  it('is taken from all records at once when an admin has deleted the property meanwhile', async () => {
    const account = await rehearse();
    await account.connection.upsert(request([outgoing('ada@example.com', { country: text('Peru') })]));
    const state = stateSchema.parse(await account.control('GET', 'state'));
    const properties = state.properties.filter(({ name }) => name !== 'country');
    await account.control('PUT', 'state', { ...state, properties });
    const before = account.calls().length;
    const records = Array.from({ length: 40 }, (_, n) =>
      outgoing(`p${String(n)}@example.com`, { firstname: text('P'), country: text('Peru') }),
    );
    const results = await account.connection.upsert(request(records));
    expect(results).toHaveLength(40);
    for (const result of results)
      expect(result).toMatchObject({
        status: 'delivered',
        dropped: [{ field: 'country', code: 'PROPERTY_DOESNT_EXIST' }],
      });
    expect(account.calls().slice(before)).toEqual([upsertCall, upsertCall]);
  });

  it('is reported when HubSpot keeps a later lifecycle stage without a word', async () => {
    const account = await rehearse();
    await account.connection.upsert(request([outgoing('ada@example.com', { lifecyclestage: text('customer') })]));
    const [result] = await account.connection.upsert(
      request([outgoing('ada@example.com', { lifecyclestage: text('lead'), firstname: text('Ada') })]),
    );
    expect(result).toMatchObject({
      status: 'delivered',
      dropped: [{ field: 'lifecyclestage', code: 'LIFECYCLE_STAGE_KEPT' }],
    });
    expect(await byHand(account, 'ada@example.com')).toMatchObject({
      properties: { lifecyclestage: 'customer', firstname: 'Ada' },
    });
  });

  it('is asked for when an answer leaves the lifecycle stage out', async () => {
    const account = await rehearse();
    const keys = ['ada@example.com', 'bob@example.com'];
    const made = await account.connection.upsert(
      request(keys.map((key, n) => outgoing(key, { lifecyclestage: text(n === 0 ? 'customer' : 'lead') }))),
    );
    const results = made.map((result, n) => ({
      id: result.status === 'delivered' ? result.remoteId : '',
      properties: { email: keys[n] },
      new: false,
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:00:00.000Z',
      archived: false,
    }));
    const answer = { status: 200, body: { status: 'COMPLETE', results } };
    await account.control('POST', 'faults', { path: '/batch/upsert', answer });
    const written = await account.connection.upsert(
      request(keys.map((key) => outgoing(key, { lifecyclestage: text('lead') }))),
    );
    expect(written).toMatchObject([
      { status: 'delivered', dropped: [{ field: 'lifecyclestage', code: 'LIFECYCLE_STAGE_KEPT' }] },
      { status: 'delivered', dropped: [] },
    ]);
    expect(account.calls().slice(-2)).toEqual([upsertCall, readCall]);
  });

  it('is set back to an earlier lifecycle stage where the mapping says so, for all records at once', async () => {
    const account = await rehearse();
    const stage = (key: string, value: string) => outgoing(key, { lifecyclestage: text(value) });
    const keys = ['ada@example.com', 'bob@example.com'];
    await account.connection.upsert(request(keys.map((key) => stage(key, 'customer'))));
    const before = account.calls().length;
    const results = await account.connection.upsert(
      request([...keys.map((key) => stage(key, 'lead')), stage('cy@example.com', 'lead')], {
        options: { lifecycleStage: 'force' },
      }),
    );
    expect(results).toMatchObject(Array.from({ length: 3 }, () => ({ status: 'delivered', dropped: [] })));
    expect(account.calls().slice(before)).toEqual([upsertCall, updateCall, updateCall]);
    for (const key of keys)
      expect(await byHand(account, key)).toMatchObject({ properties: { lifecyclestage: 'lead' } });
  });
});
