import { DeliveryError } from '../../delivery-error.js';
import type { DroppedField, RecordResult } from '../../destination.js';
import type { Account } from '../account.js';
import { associate } from '../api/associations.js';
import type { DeliveredWrite, FollowUp, FollowUpRequest } from '../follow-up.js';
import { readMemo, withMemo } from '../memo.js';
import { companyKeyProperty } from './company-fields.js';
import { type CompanyNews, domainOf, hasNews, namesCompany, toNews } from './company-news.js';
import { companiesWith, createCompanies, type Refusals, updateCompanies } from './find-companies.js';

/** The contact's company, found by its domain, gets its fields and is associated with the contact. */
export const linkCompanies: FollowUp = {
  concerns: ({ options: { companies } }, { write: { record } }) =>
    companies === 'off' ? namesCompany(record) : hasNews(record),
  async run(account, request, delivered) {
    if (request.options.companies === 'off') return delivered.map(({ result }) => withDropped(result, [switchedOff]));
    try {
      return await link(account, request, delivered);
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      if (error.kind !== 'rejected' && error.details.code !== 'MISSING_SCOPES') throw error;
      return delivered.map(({ result }) => withDropped(result, [refused(error)]));
    }
  },
};

async function link(
  account: Account,
  request: FollowUpRequest,
  delivered: readonly DeliveredWrite[],
): Promise<RecordResult[]> {
  const properties = await account.catalogs.of('companies').properties();
  const news = new Map<string, CompanyNews>();
  for (const { write } of delivered) {
    const domain = domainOf(write.record);
    if (domain === null) continue;
    const one = toNews(write.record, domain, properties);
    const before = news.get(domain);
    news.set(domain, { ...one, properties: { ...before?.properties, ...one.properties } });
  }
  const { ids, refusals } = await bringCompanies(account, request, [...news.values()], remembered(delivered));
  const pairs = delivered.flatMap(({ write: { record }, result }) => {
    const id = ids.get(domainOf(record) ?? '');
    const last = readMemo(result.memo)?.company?.id;
    return id === undefined || id === last ? [] : [{ from: result.remoteId, to: id }];
  });
  if (pairs.length > 0) await associate(account.client, 'contacts', 'companies', pairs);
  return delivered.map(({ write: { record }, result }) => {
    const domain = domainOf(record);
    if (domain === null) return withDropped(result, [withoutDomain]);
    const id = ids.get(domain);
    const refusal = refusals.get(domain);
    return {
      ...withDropped(result, [
        ...(news.get(domain)?.dropped ?? []),
        ...(refusal === undefined ? [] : [refused(refusal)]),
        ...(id === undefined && refusal === undefined ? [unknownCompany(domain)] : []),
      ]),
      ...(id === undefined ? {} : { memo: withMemo(result.memo, { company: { domain, id } }) }),
    };
  });
}

/** Companies that contacts were associated with before need not be searched. */
const remembered = (delivered: readonly DeliveredWrite[]): Map<string, string> =>
  new Map(
    delivered.flatMap(({ result }) => {
      const company = readMemo(result.memo)?.company;
      return company === undefined ? [] : [[company.domain, company.id]];
    }),
  );

async function bringCompanies(
  account: Account,
  { options: { companies: policy } }: FollowUpRequest,
  news: readonly CompanyNews[],
  known: ReadonlyMap<string, string>,
): Promise<{ readonly ids: ReadonlyMap<string, string>; readonly refusals: Refusals }> {
  const sought = news.map(({ domain }) => domain).filter((domain) => !known.has(domain));
  const found = new Map([...known, ...(await companiesWith(account, sought))]);
  const there = news.flatMap((one) => {
    const id = found.get(one.domain);
    return id === undefined ? [] : [{ ...one, id }];
  });
  const refused = await updateCompanies(account, there);
  const missing = news.filter(({ domain }) => !found.has(domain));
  if (policy === 'link' || missing.length === 0) return { ids: found, refusals: refused };
  await requireKey(account);
  const made = await createCompanies(account, missing);
  return { ids: new Map([...found, ...made.ids]), refusals: new Map([...refused, ...made.refusals]) };
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

const withDropped = <T extends DeliveredWrite['result']>(result: T, more: readonly DroppedField[]): T => ({
  ...result,
  dropped: [...result.dropped, ...more],
});

const field = 'company';

const refused = ({ message, details: { code } }: DeliveryError): DroppedField => ({
  field,
  code: code ?? 'COMPANY_REFUSED',
  message,
});

const switchedOff: DroppedField = {
  field,
  code: 'COMPANIES_OFF',
  message: 'The mapping has fields of companies, but its option "companies" is off',
};

const withoutDomain: DroppedField = {
  field,
  code: 'COMPANY_WITHOUT_DOMAIN',
  message: 'A company is found by its domain: the mapping needs a value for company.domain',
};

const unknownCompany = (domain: string): DroppedField => ({
  field,
  code: 'COMPANY_NOT_FOUND',
  message: `HubSpot has no company with the domain ${domain}, and the mapping creates none`,
});
