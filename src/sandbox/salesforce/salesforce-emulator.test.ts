import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { person, ServedOrg } from './test-support.js';

let org: ServedOrg;
beforeAll(async () => {
  org = await ServedOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.close());

describe('signing in', () => {
  it('gives a token that works, without saying how long', async () => {
    const { status, body } = await org.signIn();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      token_type: 'Bearer',
      instance_url: org.origin,
      id: expect.stringMatching(/\/id\/00D\w{15}\/005\w{15}$/) as string,
    });
    expect(body).not.toHaveProperty('expires_in');
    const token = (body as { access_token: string }).access_token;
    expect(await org.api('GET', '/limits', undefined, { authorization: `Bearer ${token}` })).toMatchObject({
      status: 200,
    });
  });

  it.each([
    [{ grant_type: 'password' }, 'unsupported_grant_type'],
    [{ client_id: 'x' }, 'invalid_client_id'],
    [{ client_secret: 'x' }, 'invalid_client'],
  ])('refuses %j with %s', async (fields, error) => {
    expect(await org.signIn(fields)).toMatchObject({ status: 400, body: { error } });
  });

  it('is needed for every call', async () => {
    expect(await org.api('GET', '/limits', undefined, { authorization: 'Bearer nobody' })).toMatchObject({
      status: 401,
      body: [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }],
    });
  });
});

describe('the org', () => {
  it('shows in describe only what the integration user may see', async () => {
    await org.change(({ contactFields }) => ({
      contactFields: (contactFields as { name: string }[]).map((field) =>
        field.name === 'DoNotCall'
          ? { ...field, access: 'none' }
          : field.name === 'Title'
            ? { ...field, access: 'read' }
            : field,
      ),
    }));
    const { body } = await org.api('GET', '/sobjects/Contact/describe');
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
    await org.send('PUT', '/_sandbox/limits', { enabled: true, tier: 'developer' });
    await org.change(() => ({ apiCalls: [{ hour: new Date().toISOString(), calls: 14_999 }] }));
    const last = await org.api('GET', '/limits');
    expect(last.headers.get('sforce-limit-info')).toBe('api-usage=15000/15000');
    expect(last.body).toMatchObject({ DailyApiRequests: { Max: 15_000, Remaining: 0 } });
    expect(await org.api('GET', '/limits')).toMatchObject({
      status: 403,
      body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }],
    });
    await org.setClock(26);
    expect(await org.api('GET', '/limits')).toMatchObject({ status: 200 });
    expect(await org.send('PUT', '/_sandbox/limits', { enabled: true, tier: 'huge' })).toMatchObject({ status: 400 });
  });

  it('ends a session after two hours without use', async () => {
    const token = await org.signIn();
    const authorization = `Bearer ${(token.body as { access_token: string }).access_token}`;
    const inHours = async (hours: number) => {
      await org.setClock(hours);
      return (await org.api('GET', '/limits', undefined, { authorization })).status;
    };
    expect([await inHours(1.5), await inHours(3), await inHours(5.1)]).toEqual([200, 200, 401]);
  });

  it('survives export and import unchanged, also with 10,000 contacts', async () => {
    for (let start = 0; start < 10_000; start += 200)
      await org.upsert(Array.from({ length: 200 }, (_, index) => person(`p${start + index}`, { Interests__c: 'a;b' })));
    const { body: state } = await org.send('GET', '/_sandbox/state');
    await org.send('POST', '/_sandbox/reset');
    await org.send('PUT', '/_sandbox/state', state);
    expect((await org.send('GET', '/_sandbox/state')).body).toEqual(state);
    expect(await org.upsert([person('p9999')])).toMatchObject({ body: [{ created: false }] });
  });

  it('refuses a state it cannot read', async () => {
    expect(await org.send('PUT', '/_sandbox/state', { contacts: 'none' })).toMatchObject({ status: 400 });
  });

  it.each([
    '/services/data/v12.0/limits',
    '/services/data/v60.0/nowhere',
    '/services/data/v60.0/sobjects/Accounts/describe',
  ])('has nothing at %s', async (path) => {
    expect(await org.send('GET', path)).toMatchObject({ status: 404, body: [{ errorCode: 'NOT_FOUND' }] });
  });

  it('shows people its contacts', async () => {
    await org.upsert([person('a', { Email: 'ada@example.test' })]);
    const page = await (await fetch(`${org.origin}/_sandbox`)).text();
    expect(page).toContain('ada@example.test');
  });
});
