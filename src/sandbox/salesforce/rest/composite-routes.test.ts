import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { person, ServedOrg } from '../test-support.js';

let org: ServedOrg;
beforeAll(async () => {
  org = await ServedOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.close());

const data = '/services/data/v60.0';
const account = { method: 'POST', url: `${data}/sobjects/Account`, referenceId: 'acme', body: { Name: 'Acme' } };
const contact = {
  method: 'PATCH',
  url: `${data}/sobjects/Contact/Parley_Id__c/p1`,
  referenceId: 'person',
  body: { LastName: 'Ito', AccountId: '@{acme.id}' },
};
const bad = { method: 'POST', url: `${data}/sobjects/Contact`, referenceId: 'bad', body: {} };
const composite = (requests: readonly unknown[], allOrNone = false) =>
  org.api('POST', '/composite', { allOrNone, compositeRequest: requests });
const count = async (object: string) => (await org.rows(`SELECT Id FROM ${object}`)).length;

describe('a composite call', () => {
  it('gives later calls what earlier ones answered, and counts as one', async () => {
    const before = (await org.api('GET', '/limits')).headers.get('sforce-limit-info');
    const { body, headers } = await composite([
      account,
      contact,
      { method: 'GET', url: `${data}/query?q=SELECT+Account.Name+FROM+Contact`, referenceId: 'q' },
    ]);
    expect(body).toMatchObject({
      compositeResponse: [
        {
          referenceId: 'acme',
          httpStatusCode: 201,
          httpHeaders: { Location: expect.stringContaining('/sobjects/Account/001') as string },
        },
        { referenceId: 'person', httpStatusCode: 201, body: { created: true } },
        { referenceId: 'q', httpStatusCode: 200, body: { records: [{ Account: { Name: 'Acme' } }] } },
      ],
    });
    const used = (header: string | null) => Number(/api-usage=(\d+)/.exec(header ?? '')?.[1]);
    expect(used(headers.get('sforce-limit-info'))).toBe(used(before) + 1);
  });

  it('goes on after an error, or takes everything back', async () => {
    expect(await composite([account, bad])).toMatchObject({
      status: 200,
      body: {
        compositeResponse: [
          { httpStatusCode: 201 },
          { httpStatusCode: 400, body: [{ errorCode: 'REQUIRED_FIELD_MISSING' }] },
        ],
      },
    });
    expect(await count('Account')).toBe(1);
    expect(await composite([account, bad], true)).toMatchObject({
      body: {
        compositeResponse: [
          { httpStatusCode: 400, body: [{ errorCode: 'PROCESSING_HALTED' }] },
          { httpStatusCode: 400 },
        ],
      },
    });
    expect(await count('Account')).toBe(1);
  });

  it('stops at a reference to nothing, and at the 26th call', async () => {
    expect(await composite([contact])).toMatchObject({
      body: { compositeResponse: [{ httpStatusCode: 400, body: [{ errorCode: 'PROCESSING_HALTED' }] }] },
    });
    expect(await composite(Array.from({ length: 26 }, () => account))).toMatchObject({ status: 400 });
  });

  it('may hold a collection', async () => {
    const records = [
      { attributes: { type: 'Contact' }, ...person('a') },
      { attributes: { type: 'Contact' }, ...person('b') },
    ];
    const request = {
      method: 'PATCH',
      url: `${data}/composite/sobjects/Contact/Parley_Id__c`,
      referenceId: 'c',
      body: { records },
    };
    expect(await composite([request])).toMatchObject({
      body: { compositeResponse: [{ httpStatusCode: 200, body: [{ success: true }, { success: true }] }] },
    });
  });
});

it('graphs stand and fall each for itself', async () => {
  const graphs = [
    { graphId: 'good', compositeRequest: [account, contact] },
    { graphId: 'bad', compositeRequest: [{ ...account, body: { Name: 'Other' } }, bad] },
  ];
  expect(await org.api('POST', '/composite/graph', { graphs })).toMatchObject({
    status: 200,
    body: {
      graphs: [
        { graphId: 'good', isSuccessful: true },
        { graphId: 'bad', isSuccessful: false },
      ],
    },
  });
  expect(await org.rows('SELECT Name FROM Account')).toMatchObject([{ Name: 'Acme' }]);
});

describe('a tree', () => {
  const tree = (LastName: string | null) => ({
    records: [
      {
        attributes: { type: 'Account', referenceId: 'a' },
        Name: 'Acme',
        Contacts: { records: [{ attributes: { type: 'Contact', referenceId: 'c' }, LastName }] },
      },
    ],
  });

  it('is planted with its children, or not at all', async () => {
    expect(await org.api('POST', '/composite/tree/Account', tree('Ito'))).toMatchObject({
      status: 201,
      body: { hasErrors: false, results: [{ referenceId: 'a' }, { referenceId: 'c' }] },
    });
    expect(await org.rows('SELECT Account.Name FROM Contact')).toMatchObject([{ Account: { Name: 'Acme' } }]);
    expect(await org.api('POST', '/composite/tree/Account', tree(null))).toMatchObject({
      status: 400,
      body: { hasErrors: true, results: [{ referenceId: 'c', errors: [{ statusCode: 'REQUIRED_FIELD_MISSING' }] }] },
    });
    expect(await count('Account')).toBe(1);
  });
});

describe('a collection of any object', () => {
  const mixed = [
    { attributes: { type: 'Account' }, Name: 'Acme' },
    { attributes: { type: 'Contact' } },
    { attributes: { type: 'Lead' }, LastName: 'Ito', Company: 'Acme' },
  ];

  it('is created through jsforce, each for itself or all or none', async () => {
    expect(await org.api('POST', '/composite/sobjects', { allOrNone: false, records: mixed })).toMatchObject({
      body: [
        { success: true },
        { success: false, errors: [{ statusCode: 'REQUIRED_FIELD_MISSING' }] },
        { success: true },
      ],
    });
    const made = await org
      .jsforce()
      .sobject('Account')
      .create([{ Name: 'One' }, { Name: 'Two' }], { allOrNone: true });
    expect(made).toMatchObject([{ success: true }, { success: true }]);
    const { body } = await org.api('POST', '/composite/sobjects', { allOrNone: true, records: mixed });
    expect((body as { errors: { statusCode: string }[] }[]).map(({ errors }) => errors[0]?.statusCode)).toEqual([
      'ALL_OR_NONE_OPERATION_ROLLED_BACK',
      'REQUIRED_FIELD_MISSING',
      'ALL_OR_NONE_OPERATION_ROLLED_BACK',
    ]);
    expect(await count('Account')).toBe(3);
  });

  it('is updated and deleted by id, and says what is gone', async () => {
    const id = await org.make('Account', { Name: 'Acme' });
    const gone = await org.make('Account', { Name: 'Gone' });
    const connection = org.jsforce();
    await connection.sobject('Account').destroy(gone);
    const update = (Id: string) => ({ Id, Industry: 'Retail' });
    expect(
      await connection.sobject('Account').update([update(id), update(gone), update('001B00000000zzzAAA')]),
    ).toMatchObject([
      { success: true },
      { errors: [{ statusCode: 'ENTITY_IS_DELETED' }] },
      { errors: [{ statusCode: 'INVALID_CROSS_REFERENCE_KEY' }] },
    ]);
    expect(await connection.sobject('Account').destroy([id, gone])).toMatchObject([
      { success: true },
      { success: false },
    ]);
    expect(await count('Account')).toBe(0);
  });

  it('has at most ten chunks of different objects', async () => {
    const records = Array.from({ length: 11 }, (_, index) => mixed[index % 2 === 0 ? 0 : 2]);
    expect(await org.api('POST', '/composite/sobjects', { records })).toMatchObject({ status: 400 });
  });
});
