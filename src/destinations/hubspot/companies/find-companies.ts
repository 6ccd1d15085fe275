import { FilterOperatorEnum as Operator } from '@hubspot/api-client/lib/codegen/crm/objects/models/Filter.js';
import { DeliveryError } from '../../delivery-error.js';
import type { Account } from '../account.js';
import { searchRecords, updateRecords, upsertRecords } from '../api/objects.js';
import type { CompanyNews } from './company-news.js';
import { companyKeyProperty } from './company-fields.js';

const mostResults = 200;
/** HubSpot takes 3,000 characters for the whole body of a search. */
const mostDomainCharacters = 2_500;

const older = (one: string, other: string): boolean =>
  one.length === other.length ? one < other : one.length < other.length;

/** Ids of companies by their domain; of several with the same one the oldest. */
export async function companiesWith(
  account: Account,
  domains: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const some of searchable(domains))
    for (const [domain, id] of await searched(account, some)) found.set(domain, id);
  return found;
}

/** As many in one search as its body has room for. */
function searchable(domains: readonly string[]): string[][] {
  const searches: string[][] = [];
  let room = 0;
  for (const domain of domains) {
    const size = JSON.stringify(domain).length + 1;
    if (size > room) {
      searches.push([]);
      room = mostDomainCharacters;
    }
    searches.at(-1)?.push(domain);
    room -= size;
  }
  return searches;
}

async function searched({ client }: Account, domains: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const filter = { propertyName: 'domain', operator: Operator.In, values: [...domains] };
  const { results } = await searchRecords(client, 'companies', {
    groups: [[filter]],
    properties: ['domain'],
    sort: 'createdate',
    limit: mostResults,
  });
  for (const { id, properties } of results) {
    const domain = properties.domain?.toLowerCase() ?? '';
    const before = found.get(domain);
    if (before === undefined || older(id, before)) found.set(domain, id);
  }
  return found;
}

/** What could not be written, by domain. */
export type Refusals = ReadonlyMap<string, DeliveryError>;

/** One bad company refuses the whole batch, so then each goes alone. @throws DeliveryError */
async function eachUnlessTogether<T extends { readonly domain: string }>(
  companies: readonly T[],
  write: (some: readonly T[]) => Promise<void>,
): Promise<Refusals> {
  const refusals = new Map<string, DeliveryError>();
  const attempt = async (some: readonly T[]): Promise<DeliveryError | null> => {
    try {
      if (some.length > 0) await write(some);
      return null;
    } catch (error) {
      if (error instanceof DeliveryError && error.kind === 'rejected') return error;
      throw error;
    }
  };
  if ((await attempt(companies)) === null) return refusals;
  for (const company of companies) {
    const refusal = await attempt([company]);
    if (refusal !== null) refusals.set(company.domain, refusal);
  }
  return refusals;
}

/** @returns beside the refusals the ids that HubSpot does not know any more @throws DeliveryError */
export async function updateCompanies(
  { client }: Account,
  companies: readonly (CompanyNews & { readonly id: string })[],
): Promise<{ readonly refusals: Refusals; readonly gone: ReadonlySet<string> }> {
  const gone = new Set<string>();
  const told = companies.filter(({ properties }) => Object.keys(properties).length > 0);
  const refusals = await eachUnlessTogether(told, async (some) => {
    const { errors } = await updateRecords(client, 'companies', some);
    for (const { concerned } of errors) for (const id of concerned.named) gone.add(id);
  });
  return { refusals, gone };
}

/** By our own unique property, so that two at once make one. @throws DeliveryError */
export async function createCompanies(
  { client }: Account,
  companies: readonly CompanyNews[],
): Promise<{ readonly ids: ReadonlyMap<string, string>; readonly refusals: Refusals }> {
  const ids = new Map<string, string>();
  const refusals = await eachUnlessTogether(companies, async (some) => {
    const inputs = some.map(({ domain, properties }) => ({ key: domain, properties: { ...properties, domain } }));
    const { results } = await upsertRecords(client, 'companies', companyKeyProperty.name, inputs);
    for (const { id, properties } of results) ids.set(properties[companyKeyProperty.name] ?? '', id);
  });
  return { ids, refusals };
}
