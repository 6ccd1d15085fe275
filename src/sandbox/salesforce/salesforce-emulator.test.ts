import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox, type RunningSandbox } from '../sandbox-server.js';
import { createSalesforceEmulator, sandboxCredentials } from './index.js';

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await startSandbox(createSalesforceEmulator, { port: 0 });
});
beforeEach(() => send('POST', '/_sandbox/reset'));
afterAll(() => sandbox.close());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

async function send(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await fetch(sandbox.origin + path, {
    method,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${sandboxCredentials.accessToken}`,
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? null : JSON.parse(text) };
}

const api = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  send(method, `/services/data/v60.0${path}`, body, headers);
const upsert = (records: readonly Record<string, unknown>[], headers?: Record<string, string>) =>
  api(
    'PATCH',
    '/composite/sobjects/Contact/Parley_Id__c',
    { allOrNone: false, records: records.map((record) => ({ attributes: { type: 'Contact' }, ...record })) },
    headers,
  );
const query = (soql: string) => api('GET', `/query?q=${encodeURIComponent(soql)}`);
const person = (key: string, more: Record<string, unknown> = {}) => ({ Parley_Id__c: key, LastName: key, ...more });
const changeState = async (change: (state: Record<string, unknown>) => Record<string, unknown>) => {
  const { body } = await send('GET', '/_sandbox/state');
  const state = body as Record<string, unknown>;
  expect(await send('PUT', '/_sandbox/state', { ...state, ...change(state) })).toMatchObject({ status: 200 });
};

describe('signing in', () => {
  const form = (fields: Record<string, string>) =>
    send('POST', '/services/oauth2/token', new URLSearchParams(fields).toString(), {
      'content-type': 'application/x-www-form-urlencoded',
    });
  const { clientId: client_id, clientSecret: client_secret } = sandboxCredentials;

  it('gives a token that works, without saying how long', async () => {
    const { status, body } = await form({ grant_type: 'client_credentials', client_id, client_secret });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      token_type: 'Bearer',
      instance_url: sandbox.origin,
      id: expect.stringMatching(/\/id\/00D\w{15}\/005\w{15}$/) as string,
    });
    expect(body).not.toHaveProperty('expires_in');
    const token = (body as { access_token: string }).access_token;
    expect(await api('GET', '/limits', undefined, { authorization: `Bearer ${token}` })).toMatchObject({ status: 200 });
  });

  it.each([
    [{ grant_type: 'password' }, 'unsupported_grant_type'],
    [{ grant_type: 'client_credentials', client_id: 'x', client_secret }, 'invalid_client_id'],
    [{ grant_type: 'client_credentials', client_id, client_secret: 'x' }, 'invalid_client'],
  ])('refuses %j with %s', async (fields, error) => {
    expect(await form(fields)).toMatchObject({ status: 400, body: { error } });
  });

  it('is needed for every call', async () => {
    expect(await api('GET', '/limits', undefined, { authorization: 'Bearer nobody' })).toMatchObject({
      status: 401,
      body: [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }],
    });
  });
});

describe('a collection', () => {
  it('answers one row per record, in order, with statusCode where something failed', async () => {
    await upsert([person('a')]);
    const { status, body } = await upsert([person('b'), { Parley_Id__c: 'nobody' }, person('a', { Title: 'Dr.' })]);
    expect(status).toBe(200);
    expect(body).toEqual([
      { id: expect.stringMatching(/^003\w{15}$/) as string, success: true, errors: [], created: true },
      {
        success: false,
        errors: [
          {
            statusCode: 'REQUIRED_FIELD_MISSING',
            message: 'Required fields are missing: [LastName]',
            fields: ['LastName'],
          },
        ],
      },
      { id: expect.stringMatching(/^003\w{15}$/) as string, success: true, errors: [], created: false },
    ]);
  });

  it.each([
    [{ Nope__c: 'x' }, 'INVALID_FIELD', "No such column 'Nope__c' on sobject of type Contact"],
    [{ Email: 'not-an-email' }, 'INVALID_EMAIL_ADDRESS', 'Email: invalid email address: not-an-email'],
    [
      { Plan__c: 'gold' },
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      'Plan: bad value for restricted picklist field: gold',
    ],
    [
      { FirstName: 'x'.repeat(41) },
      'STRING_TOO_LONG',
      `First Name: data value too large: ${'x'.repeat(41)} (max length=40)`,
    ],
    [
      { Budget__c: 1e17 },
      'NUMBER_OUTSIDE_VALID_RANGE',
      'Budget: value outside of valid range on numeric field: 100000000000000000',
    ],
    [
      { SystemModstamp: '2026-01-01T00:00:00Z' },
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      expect.stringContaining('SystemModstamp. Please check the security') as string,
    ],
  ])('refuses %j as %s', async (values, statusCode, message) => {
    expect(await upsert([person('a', values)])).toMatchObject({
      body: [{ success: false, errors: [{ statusCode, message }] }],
    });
  });

  it.each([
    [{ Newsletter__c: 'yes' }, 'boolean from VALUE_STRING value yes'],
    [{ Birthdate: '2026-02-30' }, 'date from VALUE_STRING value 2026-02-30'],
    [{ LastName: 5 }, 'string from VALUE_NUMBER_INT value 5'],
  ])('is refused whole for %j', async (values, words) => {
    expect(await upsert([person('good'), person('a', values)])).toMatchObject({
      status: 400,
      body: [{ errorCode: 'JSON_PARSER_ERROR', message: expect.stringContaining(words) as string }],
    });
    expect(await query('SELECT Id FROM Contact')).toMatchObject({ body: { totalSize: 0 } });
  });

  it('refuses every row that shares a key with another one', async () => {
    const { body } = await upsert([person('a'), person('b'), person('a')]);
    const codes = (body as { errors: { statusCode: string }[] }[]).map(({ errors }) => errors[0]?.statusCode);
    expect(codes).toEqual(['DUPLICATE_VALUE', undefined, 'DUPLICATE_VALUE']);
  });

  it('takes 200 records and not one more', async () => {
    const many = Array.from({ length: 201 }, (_, index) => person(`p${index}`));
    expect(await upsert(many)).toMatchObject({ status: 400, body: [{ errorCode: 'EXCEEDED_ID_LIMIT' }] });
    expect(await upsert(many.slice(0, 200))).toMatchObject({ status: 200 });
  });

  it('matches only by an external id, with regard to case where the field says so', async () => {
    const byTitle = await api('PATCH', '/composite/sobjects/Contact/Title', { records: [] });
    expect(byTitle).toMatchObject({ status: 404, body: [{ errorCode: 'NOT_FOUND' }] });
    await upsert([person('a')]);
    expect(await upsert([person('A')])).toMatchObject({ body: [{ created: true }] });
  });

  it('stops duplicates by rule, unless the rule only alerts and the caller saves all the same', async () => {
    await upsert([person('a', { Email: 'twin@example.test' })]);
    const twin = person('b', { Email: 'TWIN@example.test' });
    const stopped = {
      body: [{ success: false, errors: [{ statusCode: 'DUPLICATES_DETECTED', message: 'Use one of these records?' }] }],
    };
    const allowSave = { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' };
    expect(await upsert([twin])).toMatchObject(stopped);
    await changeState(() => ({
      duplicateRules: [{ name: 'R', field: 'Email', action: 'block', message: 'Use one of these records?' }],
    }));
    expect(await upsert([twin], allowSave)).toMatchObject(stopped);
    await changeState(() => ({
      duplicateRules: [{ name: 'R', field: 'Email', action: 'alert', message: 'Use one of these records?' }],
    }));
    expect(await upsert([twin], allowSave)).toMatchObject({ body: [{ created: true }] });
    expect(await upsert([{ Parley_Id__c: 'b', Title: 'Dr.' }])).toMatchObject({ body: [{ success: true }] });
  });

  it('keeps a field that is left out, empties one that is null, and never empties a checkbox', async () => {
    await upsert([person('a', { Title: 'Dr.', Department: 'R&D', Newsletter__c: true })]);
    await upsert([{ Parley_Id__c: 'a', Department: null, Newsletter__c: null }]);
    expect(await query("SELECT Title, Department, Newsletter__c FROM Contact WHERE Parley_Id__c = 'a'")).toMatchObject({
      body: { records: [{ Title: 'Dr.', Department: null, Newsletter__c: false }] },
    });
  });
});

describe('a query', () => {
  it('finds contacts by id, key and e-mail, in the shape of REST', async () => {
    const { body } = await upsert([person('a', { Email: 'ada@example.test' }), person('b')]);
    const id = (body as { id: string }[])[0]?.id ?? '';
    for (const where of [`Id = '${id.slice(0, 15)}'`, "Parley_Id__c IN ('a', 'z')", "Email = 'ADA@example.test'"])
      expect(await query(`SELECT Id, Title FROM Contact WHERE ${where}`)).toMatchObject({
        body: {
          totalSize: 1,
          done: true,
          records: [
            {
              attributes: { type: 'Contact', url: `/services/data/v60.0/sobjects/Contact/${id}` },
              Id: id,
              Title: null,
            },
          ],
        },
      });
    expect(await query("SELECT Id FROM Contact WHERE Title = null AND LastName = 'B'")).toMatchObject({
      body: { totalSize: 1 },
    });
  });

  it('comes in pages of 2,000', async () => {
    for (let start = 0; start < 2_200; start += 200)
      await upsert(Array.from({ length: 200 }, (_, index) => person(`p${start + index}`)));
    const first = (await query('SELECT Id FROM Contact')).body as { nextRecordsUrl: string; records: unknown[] };
    expect(first).toMatchObject({ totalSize: 2_200, done: false });
    expect(first.records).toHaveLength(2_000);
    const second = (await send('GET', first.nextRecordsUrl)).body as { records: unknown[] };
    expect(second).toMatchObject({ done: true });
    expect(second.records).toHaveLength(200);
  });

  it.each([
    ['SELECT Naem FROM Contact', 'INVALID_FIELD', "No such column 'Naem' on entity 'Contact'"],
    ['SELECT Id FROM Kontakt', 'INVALID_TYPE', "sObject type 'Kontakt' is not supported"],
    ['SELECT Id FROM Contact WHERE Id LIKE 1', 'MALFORMED_QUERY', "unexpected token: 'LIKE'"],
  ])('%s is refused with %s', async (soql, errorCode, words) => {
    expect(await query(soql)).toMatchObject({
      status: 400,
      body: [{ errorCode, message: expect.stringContaining(words) as string }],
    });
  });
});

describe('one record', () => {
  it('is created, read, changed and deleted', async () => {
    const created = await api('POST', '/sobjects/Contact', { LastName: 'Ito', FirstName: 'Ana' });
    expect(created).toMatchObject({ status: 201, body: { success: true, errors: [] } });
    const path = `/sobjects/Contact/${(created.body as { id: string }).id}`;
    expect(await api('PATCH', path, { Title: 'Dr.' })).toMatchObject({ status: 204, body: null });
    expect(await api('GET', path)).toMatchObject({ body: { Name: 'Ana Ito', Title: 'Dr.', DoNotCall: false } });
    expect(await api('DELETE', path)).toMatchObject({ status: 204 });
    expect(await api('GET', path)).toMatchObject({ status: 404, body: [{ errorCode: 'NOT_FOUND' }] });
  });

  it('complains with errorCode, unlike a collection', async () => {
    expect(await api('POST', '/sobjects/Contact', { FirstName: 'Ana' })).toMatchObject({
      status: 400,
      body: [{ errorCode: 'REQUIRED_FIELD_MISSING', fields: ['LastName'] }],
    });
    expect(await api('POST', '/sobjects/Contact', '{"LastName":')).toMatchObject({
      status: 400,
      body: [{ errorCode: 'JSON_PARSER_ERROR' }],
    });
  });

  it('does not share a unique field with another one', async () => {
    await upsert([person('a')]);
    expect(await api('POST', '/sobjects/Contact', person('a'))).toMatchObject({
      status: 400,
      body: [
        {
          errorCode: 'DUPLICATE_VALUE',
          message: expect.stringMatching(
            /^duplicate value found: Parley_Id__c duplicates value on record with id: 003\w{12}$/,
          ) as string,
        },
      ],
    });
  });
});

describe('the org', () => {
  it('shows in describe only what the integration user may see', async () => {
    await changeState(({ contactFields }) => ({
      contactFields: (contactFields as { name: string }[]).map((field) =>
        field.name === 'DoNotCall'
          ? { ...field, access: 'none' }
          : field.name === 'Title'
            ? { ...field, access: 'read' }
            : field,
      ),
    }));
    const { body } = await api('GET', '/sobjects/Contact/describe');
    const fields = new Map((body as { fields: { name: string }[] }).fields.map((field) => [field.name, field]));
    expect(fields.has('DoNotCall')).toBe(false);
    expect(fields.get('Title')).toMatchObject({ createable: false, updateable: false });
    expect(fields.get('LastName')).toMatchObject({ nillable: false, createable: true, length: 80, type: 'string' });
    expect(fields.get('Parley_Id__c')).toMatchObject({
      externalId: true,
      unique: true,
      caseSensitive: true,
      custom: true,
    });
  });

  it('counts calls, tells the count with every answer, and refuses when they are used up', async () => {
    await send('PUT', '/_sandbox/limits', { enabled: true, tier: 'developer' });
    await changeState(() => ({ apiCalls: [{ hour: new Date().toISOString(), calls: 14_999 }] }));
    const last = await api('GET', '/limits');
    expect(last.headers.get('sforce-limit-info')).toBe('api-usage=15000/15000');
    expect(last.body).toEqual({ DailyApiRequests: { Max: 15_000, Remaining: 0 } });
    expect(await api('GET', '/limits')).toMatchObject({
      status: 403,
      body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }],
    });
    await send('PUT', '/_sandbox/clock', { now: new Date(Date.now() + 26 * 3_600_000).toISOString() });
    expect(await api('GET', '/limits')).toMatchObject({ status: 200 });
    expect(await send('PUT', '/_sandbox/limits', { enabled: true, tier: 'huge' })).toMatchObject({ status: 400 });
  });

  it('ends a session after two hours without use', async () => {
    const token = await send(
      'POST',
      '/services/oauth2/token',
      new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: sandboxCredentials.clientId,
        client_secret: sandboxCredentials.clientSecret,
      }).toString(),
      { 'content-type': 'application/x-www-form-urlencoded' },
    );
    const authorization = `Bearer ${(token.body as { access_token: string }).access_token}`;
    const inHours = async (hours: number) => {
      await send('PUT', '/_sandbox/clock', { now: new Date(Date.now() + hours * 3_600_000).toISOString() });
      return (await api('GET', '/limits', undefined, { authorization })).status;
    };
    expect([await inHours(1.5), await inHours(3), await inHours(5.1)]).toEqual([200, 200, 401]);
  });

  it('survives export and import unchanged, also with 10,000 contacts', async () => {
    for (let start = 0; start < 10_000; start += 200)
      await upsert(Array.from({ length: 200 }, (_, index) => person(`p${start + index}`, { Interests__c: 'a;b' })));
    const { body: state } = await send('GET', '/_sandbox/state');
    await send('POST', '/_sandbox/reset');
    await send('PUT', '/_sandbox/state', state);
    expect((await send('GET', '/_sandbox/state')).body).toEqual(state);
    expect(await upsert([person('p9999')])).toMatchObject({ body: [{ created: false }] });
  });

  it('refuses a state it cannot read', async () => {
    expect(await send('PUT', '/_sandbox/state', { contacts: 'none' })).toMatchObject({ status: 400 });
  });

  it.each([
    '/services/data/v12.0/limits',
    '/services/data/v60.0/nowhere',
    '/services/data/v60.0/sobjects/Account/describe',
  ])('has nothing at %s', async (path) => {
    expect(await send('GET', path)).toMatchObject({ status: 404, body: [{ errorCode: 'NOT_FOUND' }] });
  });

  it('shows people its contacts', async () => {
    await upsert([person('a', { Email: 'ada@example.test' })]);
    const page = await (await fetch(`${sandbox.origin}/_sandbox`)).text();
    expect(page).toContain('ada@example.test');
  });
});
