import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FieldValues, OutgoingRecord, RecordResult, UpsertRequest } from '../../destination.js';
import { outgoing, rehearse, type Rehearsal, request, stateOf, text } from '../test-support.js';
import { asDomain } from './company-news.js';

const lagless = { state: { behaviour: { searchLagMs: 0 } } };
const linking: Partial<UpsertRequest> = { options: { companies: 'link' } };
const creating: Partial<UpsertRequest> = { options: { companies: 'create' } };

const at = (key: string, domain: string, fields: FieldValues = {}, more: Partial<OutgoingRecord> = {}) =>
  outgoing(key, { 'company.domain': text(domain), ...fields }, more);

const company = async (account: Rehearsal, properties: object) =>
  account.byHand('POST', '/crm/v3/objects/companies', { properties });

async function companiesOf(account: Rehearsal) {
  const { objects, associations, contacts } = await stateOf(account);
  return objects.companies.records.map(({ id, properties }) => ({
    ...properties,
    // A company may be associated in two ways at once: as the primary one too.
    contacts: [
      ...new Set(
        associations
          .filter(({ fromType, toType, toId }) => fromType === 'contacts' && toType === 'companies' && toId === id)
          .map(({ fromId }) => contacts.find((contact) => contact.id === fromId)?.properties.email),
      ),
    ].toSorted(),
  }));
}

async function prepared(): Promise<Rehearsal> {
  const account = await rehearse(lagless);
  await account.connection.prepare?.({
    object: 'contacts',
    keyField: 'email',
    tagsField: null,
    options: { companies: 'create' },
    create: { fields: true, options: false },
    fields: [],
    dryRun: false,
  });
  return account;
}

function known(result: RecordResult | undefined): Pick<OutgoingRecord, 'known'> {
  if (result?.status !== 'delivered') throw new Error('The record was not delivered');
  return { known: { remoteId: result.remoteId, memo: result.memo } };
}

describe('a company', () => {
  it('is found by its domain, updated and associated, in three calls for all contacts', async () => {
    const account = await rehearse(lagless);
    await company(account, { domain: 'acme.example', name: 'Acme' });
    await company(account, { domain: 'other.example', name: 'Other' });
    const before = account.calls().length;
    const results = await account.connection.upsert(
      request(
        [
          at('ada@acme.example', 'https://www.Acme.example/about', { 'company.city': text('Rome') }),
          at('bob@acme.example', 'acme.example'),
          at('cy@other.example', 'other.example'),
        ],
        linking,
      ),
    );
    expect(results).toMatchObject(Array.from({ length: 3 }, () => ({ status: 'delivered', dropped: [] })));
    expect(await companiesOf(account)).toMatchObject([
      { name: 'Acme', city: 'Rome', contacts: ['ada@acme.example', 'bob@acme.example'] },
      { name: 'Other', contacts: ['cy@other.example'] },
    ]);
    const calls = account
      .calls()
      .slice(before)
      .filter((call) => call.includes('companies') && call.startsWith('POST'));
    expect(calls).toHaveLength(3);
  });

  it('needs no call once nothing about it is new', async () => {
    const account = await rehearse(lagless);
    await company(account, { domain: 'acme.example' });
    const [result] = await account.connection.upsert(request([at('ada@acme.example', 'acme.example')], linking));
    const before = account.calls().length;
    await account.connection.upsert(
      request([at('ada@acme.example', 'acme.example', {}, { ...known(result), changed: {} })], linking),
    );
    expect(account.calls()).toHaveLength(before);
  });

  it('is another one when the domain changes', async () => {
    const account = await rehearse(lagless);
    await company(account, { domain: 'acme.example' });
    await company(account, { domain: 'other.example' });
    const [result] = await account.connection.upsert(request([at('ada@x.example', 'acme.example')], linking));
    const changed = { 'company.domain': text('other.example') };
    await account.connection.upsert(
      request([at('ada@x.example', 'other.example', {}, { ...known(result), changed })], linking),
    );
    expect((await companiesOf(account))[1]).toMatchObject({ contacts: ['ada@x.example'] });
  });

  it('that HubSpot does not have is reported, or created where the mapping says so', async () => {
    const account = await prepared();
    const record = () => at('ada@acme.example', 'acme.example', { 'company.name': text('Acme') });
    const [linked] = await account.connection.upsert(request([record()], linking));
    expect(linked).toMatchObject({
      status: 'delivered',
      dropped: [
        { field: 'company.domain', code: 'COMPANY_NOT_FOUND' },
        { field: 'company.name', code: 'COMPANY_NOT_FOUND' },
      ],
    });
    const [created] = await account.connection.upsert(request([record()], creating));
    expect(created).toMatchObject({ status: 'delivered', dropped: [] });
    expect(await companiesOf(account)).toMatchObject([
      { domain: 'acme.example', name: 'Acme', contacts: ['ada@acme.example'] },
    ]);
  });

  it('is found among a hundred with long domains, which one search does not take', async () => {
    const domains = Array.from({ length: 100 }, (_, n) => `a-rather-long-name-of-a-company-${String(n)}.example`);
    const account = await rehearse(lagless);
    for (const domain of domains) await company(account, { domain });
    const records = domains.map((domain, n) => at(`p${String(n)}@example.com`, domain));
    const results = await account.connection.upsert(request(records, linking));
    expect(results.filter((result) => result.status === 'delivered' && result.dropped.length === 0)).toHaveLength(100);
  });

  it('that somebody has deleted is found or made anew with the next news', async () => {
    const account = await prepared();
    const fields = { 'company.name': text('Acme') };
    const [first] = await account.connection.upsert(request([at('ada@x.example', 'acme.example', fields)], creating));
    const [gone] = (await stateOf(account)).objects.companies.records;
    await account.person('DELETE', `/crm/v3/objects/companies/${gone?.id ?? ''}`);
    const renamed = { 'company.name': text('Acme Ltd') };
    const record = at('ada@x.example', 'acme.example', renamed, { ...known(first), changed: renamed });
    expect(await account.connection.upsert(request([record], creating))).toMatchObject([
      { status: 'delivered', dropped: [] },
    ]);
    const { records } = (await stateOf(account)).objects.companies;
    expect(records.filter(({ archived }) => !archived)).toMatchObject([
      { properties: { domain: 'acme.example', name: 'Acme Ltd' } },
    ]);
    expect(await companiesOf(account)).toContainEqual(
      expect.objectContaining({ name: 'Acme Ltd', contacts: ['ada@x.example'] }),
    );
  });

  it('that several make at once is one, however late the search finds it', async () => {
    const account = await prepared();
    const state = await stateOf(account);
    await account.control('PUT', 'state', { ...state, behaviour: { ...state.behaviour, searchLagMs: 30_000 } });
    const results = await Promise.all(
      ['ada', 'bob', 'cy'].map((name) =>
        account.connection.upsert(request([at(`${name}@acme.example`, 'acme.example')], creating)),
      ),
    );
    expect(results.flat()).toMatchObject(Array.from({ length: 3 }, () => ({ status: 'delivered', dropped: [] })));
    expect(await companiesOf(account)).toMatchObject([
      { contacts: ['ada@acme.example', 'bob@acme.example', 'cy@acme.example'] },
    ]);
  });

  it('is not created before the account has the property that finds it', async () => {
    const account = await rehearse(lagless);
    const [result] = await account.connection.upsert(request([at('ada@acme.example', 'acme.example')], creating));
    expect(result).toMatchObject({ status: 'delivered', dropped: [{ code: 'COMPANY_KEY_MISSING' }] });
    expect(await companiesOf(account)).toEqual([]);
  });

  it('that HubSpot refuses costs neither its contact nor the other companies', async () => {
    const account = await prepared();
    const wrong = { 'company.numberofemployees': text('a lot'), 'company.nowhere': text('x') };
    const results = await account.connection.upsert(
      request([at('ada@acme.example', 'acme.example', wrong), at('bob@x.example', 'no domain')], creating),
    );
    expect(results).toMatchObject([
      { status: 'delivered', dropped: [{ field: 'company.numberofemployees' }, { field: 'company.nowhere' }] },
      { status: 'delivered', dropped: [{ code: 'COMPANY_WITHOUT_DOMAIN' }] },
    ]);
    expect(await companiesOf(account)).toHaveLength(1);
  });

  it('is left out, and that is said, when the mapping does not switch companies on', async () => {
    const account = await rehearse(lagless);
    const [result] = await account.connection.upsert(request([at('ada@acme.example', 'acme.example')]));
    expect(result).toMatchObject({ status: 'delivered', dropped: [{ code: 'COMPANIES_OFF' }] });
  });
});

describe('a domain', () => {
  it.each([
    ['https://www.Acme.example/about?x=1', 'acme.example'],
    ['ada@acme.example', 'acme.example'],
    ['acme.example:8080', 'acme.example'],
    ['acme', null],
    ['', null],
    ['two words.example', null],
  ])('of "%s" is %s', (written, expected) => {
    expect(asDomain(written)).toBe(expected);
  });

  it('once brought to its form stays so', () => {
    fc.assert(
      fc.property(fc.webUrl(), (url) => {
        const domain = asDomain(url);
        if (domain !== null) expect(asDomain(domain)).toBe(domain);
      }),
    );
  });
});
