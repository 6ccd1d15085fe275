import type { DroppedField, FieldValues, OutgoingRecord } from '../destination.js';
import { accountField, isAccountField, nameInAccount } from './account-fields.js';
import type { WireRecord, WireValue } from './collections.js';
import { toWire } from './field-value.js';
import type { MappingOptions } from './mapping-options.js';
import type { ObjectSchema } from './object-schema.js';

/** The company behind a person, as the mapping's `account.…` fields describe it. */
export interface Company {
  /** What makes two descriptions the same company. */
  readonly identity: string;
  readonly name: string | null;
  readonly domain: string | null;
  /** All of its fields, for a new account. */
  readonly values: WireRecord;
  /** The part that is news, for an account that is there. */
  readonly changed: WireRecord;
  readonly dropped: readonly DroppedField[];
}

/** null: the record says nothing new about a company, or not enough to find one. */
export function companyOf(
  record: OutgoingRecord,
  complete: boolean,
  schema: ObjectSchema,
  { accountFoundBy }: MappingOptions,
): Company | null {
  const news = ofAccount(complete ? record.fields : record.changed);
  if (Object.keys(news).length === 0) return null;
  const { values, dropped } = written(ofAccount(record.fields), schema);
  const name = textIn(values.Name);
  const domain = domainOf(textIn(values.Website));
  const identity = accountFoundBy === 'domain' ? (domain ?? name) : (name ?? domain);
  if (identity === null) return null;
  return { identity: identity.toLowerCase(), name, domain, values, changed: written(news, schema).values, dropped };
}

const ofAccount = (fields: FieldValues): FieldValues =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (isAccountField(name) ? [[nameInAccount(name), value]] : [])),
  );

function written(fields: FieldValues, schema: ObjectSchema): { values: WireRecord; dropped: DroppedField[] } {
  const values: Record<string, WireValue> = {};
  const dropped: DroppedField[] = [];
  for (const [name, value] of Object.entries(fields)) {
    const field = schema.fields.get(name);
    if (field?.createable !== true) {
      const message = `Account has no field ${name} that the integration user may edit`;
      dropped.push({ field: accountField(name), code: 'INVALID_FIELD', message });
      continue;
    }
    const { wire, objections } = toWire(value, field);
    if (wire !== undefined) values[name] = wire;
    dropped.push(...objections.map(({ code, message }) => ({ field: accountField(name), code, message })));
  }
  return { values, dropped };
}

const textIn = (value: WireValue | undefined): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

/** `https://www.Acme.com/about` and `acme.com` are one company's. */
export function domainOf(website: string | null): string | null {
  if (website === null) return null;
  const host = URL.parse(website.includes('://') ? website : `https://${website}`)?.hostname ?? '';
  const domain = host.toLowerCase().replace(/^www\./, '');
  return domain.includes('.') ? domain : null;
}

/** The ways in which a domain may stand in the field Website, which takes any text. */
export const websiteSpellings = (domain: string): readonly string[] =>
  ['', 'http://', 'https://'].flatMap((scheme) =>
    ['', 'www.'].flatMap((www) => ['', '/'].map((slash) => `${scheme}${www}${domain}${slash}`)),
  );
