import { DeliveryError } from '../../delivery-error.js';
import type { DroppedField, RecordResult } from '../../destination.js';
import type { Account } from '../account.js';
import { associate } from '../api/associations.js';
import type { DeliveredWrite, FollowUp, FollowUpRequest } from '../follow-up.js';
import { readMemo, withMemo } from '../memo.js';
import type { Properties } from '../property.js';
import { companyKeyProperty, ofCompany } from './company-fields.js';
import { type CompanyNews, domainOf, hasNews, namesCompany, newFields, toNews } from './company-news.js';
import { companiesWith, createCompanies, type Refusals, updateCompanies } from './find-companies.js';

/** The contact's company, found by its domain, gets its fields and is associated with the contact. */
export const linkCompanies: FollowUp = {
  concerns: ({ options: { companies } }, { write: { record } }) =>
    companies === 'off' ? namesCompany(record) : hasNews(record),
  async run(account, request, delivered) {
    if (request.options.companies === 'off') return delivered.map((one) => withDropped(one, leftOut(one, switchedOff)));
    try {
      return await link(account, request, delivered);
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      if (error.kind !== 'rejected' && error.details.code !== 'MISSING_SCOPES') throw error;
      return delivered.map((one) => withDropped(one, leftOut(one, refused(error))));
    }
  },
};

async function link(
  account: Account,
  request: FollowUpRequest,
  delivered: readonly DeliveredWrite[],
): Promise<RecordResult[]> {
  const properties = await account.catalogs.of('companies').properties();
  const news = newsOf(delivered, properties, false);
  const known = remembered(delivered);
  const first = await bringCompanies(account, request, [...news.values()], known);
  // Deleted there since: found by its domain, or made, with all we know of it.
  const orphans = delivered.filter(({ write }) => first.gone.has(domainOf(write.record) ?? ''));
  const anew = newsOf(orphans, properties, true);
  const again = await bringCompanies(account, request, [...anew.values()], new Map());
  const ids = new Map([...without(first.ids, first.gone), ...without(again.ids, again.gone)]);
  const refusals = new Map([...first.refusals, ...again.refusals]);
  const pairs = delivered.flatMap(({ write: { record }, result }) => {
    const id = ids.get(domainOf(record) ?? '');
    const last = readMemo(result.memo)?.company?.id;
    return id === undefined || id === last ? [] : [{ from: result.remoteId, to: id }];
  });
  if (pairs.length > 0) await associate(account.client, 'contacts', 'companies', pairs);
  return delivered.map((one) => {
    const domain = domainOf(one.write.record);
    if (domain === null) return withDropped(one, leftOut(one, withoutDomain));
    const id = ids.get(domain);
    const refusal = refusals.get(domain);
    const reason = refusal === undefined ? unknownCompany(domain) : refused(refusal);
    return {
      ...withDropped(one, [
        ...(news.get(domain)?.dropped ?? []),
        ...(refusal !== undefined || id === undefined ? leftOut(one, reason) : []),
      ]),
      ...(id === undefined ? {} : { memo: withMemo(one.result.memo, { company: { domain, id } }) }),
    };
  });
}

const without = (ids: ReadonlyMap<string, string>, gone: ReadonlySet<string>): [string, string][] =>
  [...ids].filter(([domain]) => !gone.has(domain));

/** What the contacts tell of each company, together. */
function newsOf(
  delivered: readonly DeliveredWrite[],
  properties: Properties,
  whole: boolean,
): ReadonlyMap<string, CompanyNews> {
  const news = new Map<string, CompanyNews>();
  for (const { write } of delivered) {
    const domain = domainOf(write.record);
    if (domain === null) continue;
    const one = toNews(write.record, domain, properties, whole);
    const before = news.get(domain);
    news.set(domain, { ...one, properties: { ...before?.properties, ...one.properties } });
  }
  return news;
}

/** Companies that contacts were associated with before need not be searched. */
const remembered = (delivered: readonly DeliveredWrite[]): Map<string, string> =>
  new Map(
    delivered.flatMap(({ result }) => {
      const company = readMemo(result.memo)?.company;
      return company === undefined ? [] : [[company.domain, company.id]];
    }),
  );

interface Brought {
  readonly ids: ReadonlyMap<string, string>;
  readonly refusals: Refusals;
  /** Domains of companies that were known by an id which HubSpot does not know any more. */
  readonly gone: ReadonlySet<string>;
}

async function bringCompanies(
  account: Account,
  { options: { companies: policy } }: FollowUpRequest,
  news: readonly CompanyNews[],
  known: ReadonlyMap<string, string>,
): Promise<Brought> {
  const sought = news.map(({ domain }) => domain).filter((domain) => !known.has(domain));
  const found = new Map([...known, ...(await companiesWith(account, sought))]);
  const there = news.flatMap((one) => {
    const id = found.get(one.domain);
    return id === undefined ? [] : [{ ...one, id }];
  });
  const updated = await updateCompanies(account, there);
  const gone = new Set(there.filter(({ id }) => updated.gone.has(id)).map(({ domain }) => domain));
  const missing = news.filter(({ domain }) => !found.has(domain));
  if (policy === 'link' || missing.length === 0) return { ids: found, refusals: updated.refusals, gone };
  await requireKey(account);
  const made = await createCompanies(account, missing);
  return {
    ids: new Map([...found, ...made.ids]),
    refusals: new Map([...updated.refusals, ...made.refusals]),
    gone,
  };
}

async function requireKey({ catalogs }: Account): Promise<void> {
  const catalog = catalogs.of('companies');
  const { name } = companyKeyProperty;
  if ((await catalog.properties()).get(name)?.unique === true) return;
  if ((await catalog.notOlderThan(60_000)).get(name)?.unique === true) return;
  throw new DeliveryError(
    'rejected',
    `Companies are not created: they lack the property "${name}" with unique values. Let the mapping create fields, or create it in HubSpot`,
    { code: 'COMPANY_KEY_MISSING' },
  );
}

const withDropped = ({ result }: DeliveredWrite, more: readonly DroppedField[]): DeliveredWrite['result'] => ({
  ...result,
  dropped: [...result.dropped, ...more],
});

type Reason = Omit<DroppedField, 'field'>;

/** Each field by its own name: a resync tries again what is named so. */
function leftOut({ write: { record } }: DeliveredWrite, reason: Reason): DroppedField[] {
  const names = newFields(record).map(([name]) => ofCompany(name));
  return (names.length === 0 ? [ofCompany('domain')] : names).map((field) => ({ field, ...reason }));
}

const refused = ({ message, details: { code } }: DeliveryError): Reason => ({
  code: code ?? 'COMPANY_REFUSED',
  message,
});

const switchedOff: Reason = {
  code: 'COMPANIES_OFF',
  message: 'The mapping has fields of companies, but its option "companies" is off',
};

const withoutDomain: Reason = {
  code: 'COMPANY_WITHOUT_DOMAIN',
  message: 'A company is found by its domain: the mapping needs a value for company.domain',
};

const unknownCompany = (domain: string): Reason => ({
  code: 'COMPANY_NOT_FOUND',
  message: `HubSpot has no company with the domain ${domain}, and the mapping creates none`,
});
