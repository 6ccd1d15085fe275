import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FieldValue, FieldValues, RecordResult } from '../destination.js';
import { domainOf, websiteSpellings } from './company.js';
import { idOf, knownFrom, outgoing, request, resultOf, TestOrg, text } from './test-support.js';

let org: TestOrg;
beforeAll(async () => {
  org = await TestOrg.start();
});
beforeEach(() => org.reset());
afterAll(() => org.sandbox.close());

const person = (key: string, company: Readonly<Record<string, string>>, more: FieldValues = {}) => {
  const fields: Record<string, FieldValue> = { LastName: text(key), ...more };
  for (const [name, value] of Object.entries(company)) fields[`account.${name}`] = text(value);
  return outgoing(key, { fields });
};
const write = (...records: ReturnType<typeof person>[]): Promise<readonly RecordResult[]> =>
  org.connect().upsert(request(records));

describe('the company behind a person', () => {
  it('is made once for all of its people, who belong to it', async () => {
    const acme = { Name: 'Acme', Website: 'https://www.acme.test/about' };
    const results = await write(
      person('a', acme),
      person('b', { ...acme, Website: 'acme.test' }),
      person('c', { Name: 'Other' }),
    );
    expect(results.map(({ status }) => status)).toEqual(Array(3).fill('delivered'));
    const accounts = await org.records('Account');
    expect(accounts.map(({ Name }) => Name)).toEqual(['Acme', 'Other']);
    const belongs = (await org.records('Contact')).map(({ AccountId }) => AccountId);
    expect(belongs).toEqual([accounts[0]?.Id, accounts[0]?.Id, accounts[1]?.Id]);
  });

  it.each(websiteSpellings('acme.test'))('is found by its domain, written as %s', async (Website) => {
    await org.put({ Account: [{ Id: idOf('001', 1), Name: 'ACME Corp.', Website }] });
    await write(person('a', { Name: 'Acme', Website: 'acme.test' }));
    expect(await org.records('Account')).toMatchObject([{ Name: 'ACME Corp.' }]);
    expect(await org.contact('a')).toMatchObject({ AccountId: idOf('001', 1) });
  });

  it('gets its other fields, when they are news', async () => {
    const connection = org.connect();
    const before = person('a', { Name: 'Acme', Industry: 'Retail' });
    const [made] = await connection.upsert(request([before]));
    const calls = org.apiCalls().length;
    const moved = { 'account.Industry': text('Banking') };
    await connection.upsert(
      request([{ ...before, known: knownFrom(made), fields: { ...before.fields, ...moved }, changed: moved }]),
    );
    expect(await org.records('Account')).toMatchObject([{ Name: 'Acme', Industry: 'Banking' }]);
    expect(org.apiCalls().slice(calls)).toEqual([
      'GET /query',
      'PATCH /composite/sobjects',
      'PATCH /composite/sobjects/Contact/Parley_Id__c',
    ]);
  });

  it('is not looked for when nothing about it is new', async () => {
    const connection = org.connect();
    const record = person('a', { Name: 'Acme' });
    const [made] = await connection.upsert(request([record]));
    const calls = org.apiCalls().length;
    await connection.upsert(request([{ ...record, known: knownFrom(made), changed: { Title: text('Dr.') } }]));
    expect(org.apiCalls().slice(calls)).toEqual(['PATCH /composite/sobjects/Contact/Parley_Id__c']);
  });

  it('is left out, and said, when several accounts fit; the person is written', async () => {
    await org.put({ Account: [1, 2].map((serial) => ({ Id: idOf('001', serial), Name: 'Acme' })) });
    const results = await write(person('a', { Name: 'Acme' }));
    expect(resultOf(results, 'a')).toMatchObject({ status: 'delivered', dropped: [{ code: 'SEVERAL_MATCHES' }] });
    expect(await org.contact('a')).not.toHaveProperty('AccountId');
  });

  it('does not take its people along when Salesforce refuses it', async () => {
    await org.change(() => ({
      validationRules: [{ object: 'Account', field: 'Name', forbidden: 'Acme', message: 'No Acme here.' }],
    }));
    const results = await write(person('a', { Name: 'Acme' }));
    expect(resultOf(results, 'a')).toMatchObject({ status: 'delivered', dropped: [{ message: 'No Acme here.' }] });
  });

  it('is never one of the org’s person accounts', async () => {
    await org.change((state) => ({ features: { ...(state.features as object), personAccounts: true } }));
    await org.put({ Account: [{ Id: idOf('001', 1), LastName: 'Acme', IsPersonAccount: true }] });
    await write(person('a', { Name: 'Acme' }));
    expect(await org.records('Account')).toHaveLength(2);
  });
});

describe('a domain', () => {
  it('is the same however its address is written', () => {
    fc.assert(
      fc.property(fc.domain(), (domain) => {
        const wanted = domainOf(domain) ?? '';
        fc.pre(wanted !== '' && !wanted.startsWith('www.'));
        for (const spelling of websiteSpellings(wanted)) expect(domainOf(spelling)).toBe(wanted);
      }),
    );
  });

  it.each([null, '', 'acme', 'not a domain', 'http://'])('is none in %j', (website) => {
    expect(domainOf(website)).toBeNull();
  });
});
