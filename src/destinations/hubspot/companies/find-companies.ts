import { FilterOperatorEnum as Operator } from '@hubspot/api-client/lib/codegen/crm/objects/models/Filter.js';
import { DeliveryError } from '../../delivery-error.js';
import type { Account } from '../account.js';
import { searchRecords, updateRecords, upsertRecords } from '../api/objects.js';
import type { CompanyNews } from './company-news.js';
import { companyKeyProperty } from './company-fields.js';

const mostResults = 200;

const older = (one: string, other: string): boolean =>
  one.length === other.length ? one < other : one.length < other.length;

/** Ids of companies by their domain; of several with the same one the oldest. */
export async function companiesWith(
  { client }: Account,
  domains: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if (domains.length === 0) return found;
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

/** @throws DeliveryError */
export const updateCompanies = (
  { client }: Account,
  companies: readonly (CompanyNews & { readonly id: string })[],
): Promise<Refusals> =>
  eachUnlessTogether(
    companies.filter(({ properties }) => Object.keys(properties).length > 0),
    async (some) => {
      await updateRecords(client, 'companies', some);
    },
  );

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
