import { z } from 'zod';
import { DeliveryError } from '../delivery-error.js';
import type { DroppedField } from '../destination.js';
import { accountField } from './account-fields.js';
import type { SalesforceClient } from './client.js';
import { createRows, inCollections, updateRows } from './collections.js';
import { companyOf, domainOf, websiteSpellings, type Company } from './company.js';
import type { ObjectSchema } from './object-schema.js';
import type { OutgoingRow } from './outgoing-row.js';
import type { PlannedRow } from './prepare-rows.js';
import { sameOnWire } from './same-on-wire.js';
import { queriesByKey } from './soql-text.js';
import { complaintError } from './to-delivery-error.js';
import type { Tools, WritePlan } from './write-plan.js';

/** An account, or why the people of this company stay without one. */
type Place = { readonly id: string; readonly notes: readonly DroppedField[] } | DeliveryError;

/** Finds or makes the companies behind people and writes their fields: one call each for looking, making and changing. */
export class Accounts {
  /** One after the other, or two calls would make the same company twice. */
  #last: Promise<unknown> = Promise.resolve();

  /** The same rows, those of people with a company with its account. */
  withAccounts(tools: Tools, plans: WritePlan, rows: readonly PlannedRow[]): Promise<readonly PlannedRow[]> {
    const done = this.#last.then(() => placed(tools, plans, rows));
    this.#last = done.catch(() => undefined);
    return done;
  }
}

async function placed(tools: Tools, plans: WritePlan, rows: readonly PlannedRow[]): Promise<readonly PlannedRow[]> {
  const schema = rows.some(mentionsCompany) ? await tools.schemas.find('Account') : null;
  if (schema === null) return rows.map((planned) => (mentionsCompany(planned) ? noted(planned, invisible) : planned));
  const { options } = plans[0];
  const companyOfRow = new Map<PlannedRow, Company>();
  const companies = new Map<string, Company>();
  for (const planned of rows) {
    if (!planned.plan.kind.hasAccount) continue;
    const company = companyOf(planned.row.record, planned.row.complete, schema, options);
    if (company === null) continue;
    companyOfRow.set(planned, company);
    companies.set(company.identity, company);
  }
  const places = await placesOf(tools.client, schema, plans, [...companies.values()]);
  return rows.map((planned) => {
    const company = companyOfRow.get(planned);
    const place = company === undefined ? undefined : places.get(company.identity);
    return company === undefined || place === undefined ? planned : inCompany(planned, company, place);
  });
}

const mentionsCompany = ({ row: { record, complete }, plan }: PlannedRow): boolean =>
  plan.kind.hasAccount &&
  Object.keys(complete ? record.fields : record.changed).some((name) => name.startsWith(accountField('')));

const invisible: DroppedField = {
  field: accountField('Name'),
  code: 'INVALID_TYPE',
  message: 'The integration user cannot see Account: give it read, create and edit access',
};

const noted = ({ row, plan }: PlannedRow, ...more: readonly DroppedField[]): PlannedRow => ({
  plan,
  row: { ...row, dropped: [...row.dropped, ...more] },
});

function inCompany(planned: PlannedRow, company: Company, place: Place): PlannedRow {
  if (!(place instanceof DeliveryError)) {
    const row: OutgoingRow = { ...planned.row, values: { ...planned.row.values, AccountId: place.id } };
    return noted({ ...planned, row }, ...company.dropped, ...place.notes);
  }
  const { code = 'REJECTED' } = place.details;
  return noted(planned, ...company.dropped, { field: accountField('Name'), code, message: place.message });
}

const accountRow = z.looseObject({
  Id: z.string(),
  Name: z.string(),
  Website: z.string().nullish(),
  IsPersonAccount: z.boolean().nullish(),
  CreatedDate: z.string().nullish(),
  LastModifiedDate: z.string().nullish(),
});
type AccountRow = z.infer<typeof accountRow>;

async function placesOf(
  client: SalesforceClient,
  schema: ObjectSchema,
  plans: WritePlan,
  companies: readonly Company[],
): Promise<ReadonlyMap<string, Place>> {
  const places = new Map<string, Place>();
  const present = await readAccounts(client, schema, companies);
  const unknown: Company[] = [];
  const outdated: { readonly id: string; readonly company: Company; readonly values: Company['changed'] }[] = [];
  for (const company of companies) {
    const fits = present.filter((row) => isOf(row, company));
    const chosen = chooseAccount(fits, plans, company);
    if (chosen === null) unknown.push(company);
    else if (chosen instanceof DeliveryError) places.set(company.identity, chosen);
    else {
      places.set(company.identity, { id: chosen.row.Id, notes: chosen.notes });
      const news = Object.entries(company.changed).filter(([name, value]) =>
        name !== 'Name' && name !== 'Website' ? !sameOnWire(chosen.row[name], value, schema.fields.get(name)) : false,
      );
      if (news.length > 0) outdated.push({ id: chosen.row.Id, company, values: Object.fromEntries(news) });
    }
  }
  for (const [company, place] of await made(client, unknown)) places.set(company.identity, place);
  const rows = await inCollections(outdated, (some) =>
    updateRows(
      client,
      'Account',
      some.map(({ id, values }) => ({ id, ...values })),
    ),
  );
  for (const [index, { id, company }] of outdated.entries()) {
    const complaint = rows[index]?.errors[0];
    if (complaint === undefined) continue;
    const note = { field: accountField('Name'), code: complaint.code, message: complaintError(complaint, 200).message };
    places.set(company.identity, { id, notes: [note] });
  }
  return places;
}

async function readAccounts(
  client: SalesforceClient,
  schema: ObjectSchema,
  companies: readonly Company[],
): Promise<readonly AccountRow[]> {
  const written = companies.flatMap(({ changed }) => Object.keys(changed));
  const fields = ['Id', 'Name', 'Website', 'IsPersonAccount', 'CreatedDate', 'LastModifiedDate', ...written];
  const select = [...new Set(fields)].filter((name) => name === 'Id' || schema.fields.has(name));
  const names = companies.filter(({ identity, domain }) => identity !== domain).flatMap(({ name }) => name ?? []);
  const domains = companies.filter(({ identity, domain }) => identity === domain).flatMap(({ domain }) => domain ?? []);
  const found = new Map<string, AccountRow>();
  const read = async (column: string, values: readonly string[]): Promise<void> => {
    for (const soql of queriesByKey('Account', select, column, [...new Set(values)]))
      for (const row of z.array(accountRow).parse(await client.query(soql)))
        if (row.IsPersonAccount !== true) found.set(row.Id, row);
  };
  await read('Name', names);
  await read('Website', domains.flatMap(websiteSpellings));
  return [...found.values()];
}

const isOf = ({ Name, Website }: AccountRow, { identity, domain }: Company): boolean =>
  identity === domain ? domainOf(Website ?? null) === domain : Name.toLowerCase() === identity;

const orders = {
  refuse: null,
  oldest: (one, other) => compare(one.CreatedDate, other.CreatedDate),
  newest: (one, other) => compare(other.CreatedDate, one.CreatedDate),
  last_changed: (one, other) => compare(other.LastModifiedDate, one.LastModifiedDate),
} as const satisfies Record<
  WritePlan[0]['options']['severalMatches'],
  ((one: AccountRow, other: AccountRow) => number) | null
>;
const compare = (one: string | null | undefined, other: string | null | undefined): number =>
  (one ?? '') < (other ?? '') ? -1 : (one ?? '') > (other ?? '') ? 1 : 0;

function chooseAccount(
  fits: readonly AccountRow[],
  [{ options }]: WritePlan,
  { identity }: Company,
): { readonly row: AccountRow; readonly notes: readonly DroppedField[] } | DeliveryError | null {
  const [only, second] = fits;
  if (only === undefined) return null;
  if (second === undefined) return { row: only, notes: [] };
  const message = `${fits.length} accounts are "${identity}": ${fits.map(({ Id }) => Id).join(', ')}`;
  const order = orders[options.severalMatches];
  if (order === null)
    return new DeliveryError('rejected', `${message}. The person stays without one`, { code: 'SEVERAL_MATCHES' });
  const row = fits.toSorted((one, other) => order(one, other) || compare(one.Id, other.Id))[0] ?? only;
  const note = { field: accountField('Name'), code: 'SEVERAL_MATCHES', message: `${message}. ${row.Id} was taken` };
  return { row, notes: [note] };
}

/** An account needs a name; where only the domain is known, that is its name. */
async function made(client: SalesforceClient, companies: readonly Company[]): Promise<ReadonlyMap<Company, Place>> {
  const rows = await inCollections(companies, (some) =>
    createRows(
      client,
      'Account',
      some.map(({ name, domain, values }) => ({ ...values, Name: name ?? domain })),
    ),
  );
  const places = new Map<Company, Place>();
  for (const [index, company] of companies.entries()) {
    const row = rows[index];
    const complaint = row?.errors[0];
    const failure = complaint === undefined ? silent() : complaintError(complaint, 200);
    places.set(company, row?.id === undefined ? failure : { id: row.id, notes: [] });
  }
  return places;
}

const silent = (): DeliveryError =>
  new DeliveryError('transient', 'Salesforce did not say what became of the account', { code: 'RESULT_MISSING' });
