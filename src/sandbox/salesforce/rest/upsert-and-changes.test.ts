import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { person, ServedOrg } from '../test-support.js';

let org: ServedOrg;
beforeAll(async () => {
  org = await ServedOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.close());

describe('a record by its external id', () => {
  const path = (key: string) => `/sobjects/Contact/Parley_Id__c/${encodeURIComponent(key)}`;

  it('is made, changed and read through jsforce', async () => {
    const contacts = org.jsforce().sobject('Contact');
    const upsert = (Title: string) => contacts.upsert({ Parley_Id__c: 'p1', LastName: 'Ito', Title }, 'Parley_Id__c');
    expect(await upsert('Mx.')).toMatchObject({ success: true, created: true });
    expect(await upsert('Dr.')).toMatchObject({ success: true, created: false });
    expect(await org.api('GET', path('p1'))).toMatchObject({ body: { Title: 'Dr.' } });
    expect(await org.send('PATCH', `/services/data/v45.0${path('p1')}`, { Title: 'x' })).toMatchObject({ status: 204 });
  });

  it('has a key with any character, when it is encoded', async () => {
    const key = 'a/b#c?d é';
    expect(await org.api('PATCH', path(key), { LastName: 'Ito' })).toMatchObject({ status: 201 });
    expect(await org.rows('SELECT Parley_Id__c FROM Contact')).toMatchObject([{ Parley_Id__c: key }]);
  });

  it('is not written when the key is not unique, stands in the body, or must not make records', async () => {
    await org.change(({ contactFields }) => ({
      contactFields: (contactFields as { name: string }[]).map((field) =>
        field.name === 'Parley_Id__c' ? { ...field, unique: false } : field,
      ),
    }));
    for (const LastName of ['one', 'two']) await org.make('Contact', { LastName, Parley_Id__c: 'twin' });
    expect(await org.api('PATCH', path('twin'), { Title: 'x' })).toMatchObject({
      status: 300,
      body: [expect.stringContaining('/sobjects/Contact/003') as string, expect.any(String) as string],
    });
    expect(await org.upsert([person('twin')])).toMatchObject({
      body: [{ errors: [{ statusCode: 'DUPLICATE_EXTERNAL_ID' }] }],
    });
    expect(await org.api('PATCH', path('p1'), { Parley_Id__c: 'p1' })).toMatchObject({
      status: 400,
      body: [{ errorCode: 'INVALID_FIELD' }],
    });
    expect(await org.api('PATCH', `${path('p1')}?updateOnly=true`, { LastName: 'x' })).toMatchObject({ status: 404 });
  });

  it('names its parent by a key of the parent', async () => {
    await org.make('Account', { Name: 'Acme', Parley_Id__c: 'acme' });
    await org.upsert([person('a', { Account: { Parley_Id__c: 'acme' } })]);
    expect(await org.rows('SELECT Account.Name FROM Contact')).toMatchObject([{ Account: { Name: 'Acme' } }]);
    expect(await org.upsert([person('b', { Account: { Parley_Id__c: 'nobody' } })])).toMatchObject({
      body: [
        { errors: [{ statusCode: 'INVALID_FIELD', message: expect.stringContaining('nobody not found') as string }] },
      ],
    });
  });
});

describe('a single record', () => {
  it('is not overwritten when somebody else has been there since', async () => {
    const id = await org.make('Contact', { LastName: 'Ito' });
    const read = await org.api('GET', `/sobjects/Contact/${id}?fields=LastName`);
    expect(read.body).toMatchObject({ LastName: 'Ito', Id: id });
    const headers = { 'if-unmodified-since': read.headers.get('last-modified') ?? '' };
    expect(await org.api('PATCH', `/sobjects/Contact/${id}`, { Title: 'a' }, headers)).toMatchObject({ status: 204 });
    await org.setClock(1);
    await org.api('PATCH', `/sobjects/Contact/${id}`, { Title: 'b' });
    expect(await org.api('PATCH', `/sobjects/Contact/${id}`, { Title: 'c' }, headers)).toMatchObject({ status: 412 });
  });

  it.each([
    ['/sobjects/Contact/003B00000000009IAA', 'INVALID_CROSS_REFERENCE_KEY'],
    ['/sobjects/Contact/nonsense', 'NOT_FOUND'],
    ['/sobjects/Nobody/003B00000000zzzAAA', 'NOT_FOUND'],
  ])('is not found at %s: %s', async (path, errorCode) => {
    expect(await org.api('GET', path)).toMatchObject({ status: 404, body: [{ errorCode }] });
  });

  it('is refused with the records a duplicate rule has found', async () => {
    const Id = await org.make('Contact', { LastName: 'Ito', Email: 'ana@example.test' });
    expect(await org.api('POST', '/sobjects/Contact', { LastName: 'Ito', Email: 'ana@example.test' })).toMatchObject({
      status: 400,
      body: [
        {
          errorCode: 'DUPLICATES_DETECTED',
          duplicateResut: { allowSave: true, matchResults: [{ size: 1, matchRecords: [{ record: { Id } }] }] },
        },
      ],
    });
  });

  it('is not put with a method that is not there', async () => {
    expect(await org.api('PUT', '/sobjects/Contact', {})).toMatchObject({
      status: 405,
      body: [{ errorCode: 'METHOD_NOT_ALLOWED' }],
    });
  });
});

describe('what was changed and deleted', () => {
  it('is listed through jsforce for a stretch of time', async () => {
    const id = await org.make('Contact', { LastName: 'Ito' });
    const gone = await org.make('Contact', { LastName: 'Gone' });
    const contacts = org.jsforce().sobject('Contact');
    await contacts.destroy(gone);
    const [start, end] = [new Date(Date.now() - 3_600_000), new Date(Date.now() + 3_600_000)];
    expect(await contacts.updated(start, end)).toMatchObject({ ids: [id] });
    expect(await contacts.deleted(start, end)).toMatchObject({ deletedRecords: [{ id: gone }] });
  });

  it.each([
    ['start=2000-01-01T00:00:00Z&end=2000-01-02T00:00:00Z'],
    ['start=yesterday&end=today'],
    ['start=2026-01-01T00:00:00Z&end=2026-01-01T00:00:10Z'],
  ])('is not listed for %s', async (query) => {
    expect(await org.api('GET', `/sobjects/Contact/updated/?${query}`)).toMatchObject({
      status: 400,
      body: [{ errorCode: 'INVALID_REPLICATION_DATE' }],
    });
  });
});

describe('describe', () => {
  it('lists every object, and is not sent again when nothing has changed', async () => {
    const { sobjects } = await org.jsforce().describeGlobal();
    expect(sobjects.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Contact', 'Lead', 'Campaign', 'Bot_Event__e']),
    );
    expect(sobjects.map(({ name }) => name)).not.toContain('Individual');
    const first = await org.api('GET', '/sobjects/Lead/describe');
    const etag = first.headers.get('etag') ?? '';
    expect(await org.api('GET', '/sobjects/Lead/describe', undefined, { 'if-none-match': etag })).toMatchObject({
      status: 304,
      body: null,
    });
  });

  it('follows what the org has switched on', async () => {
    await org.change(() => ({ features: { personAccounts: true, dataProtection: true, topics: false } }));
    const fieldsOf = async (object: string) =>
      (await org.jsforce().sobject(object).describe()).fields.map(({ name }) => name);
    expect(await fieldsOf('Account')).toContain('PersonEmail');
    expect(await fieldsOf('Contact')).toEqual(expect.arrayContaining(['IndividualId', 'IsPersonAccount']));
    expect(await fieldsOf('Individual')).toContain('HasOptedOutSolicit');
    expect(await org.api('GET', '/sobjects/Topic/describe')).toMatchObject({ status: 404 });
  });
});
