import type { DroppedField, FieldValues, OutgoingRecord } from '../../destination.js';
import { readMemo } from '../memo.js';
import type { Properties } from '../property.js';
import { toWireValue, type WireValue } from '../property-value.js';
import { companyOf, ofCompany } from './company-fields.js';

/** A domain as HubSpot keeps it: of an address or of a web page only the host, in lower case. */
export function asDomain(text: string): string | null {
  const [authority = ''] = text
    .trim()
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .split(/[/?#]/);
  const host = authority
    .replace(/^.*@/, '')
    .replace(/:\d*$/, '')
    .replace(/^(www\.)+/, '');
  return /^[^\s.]+(\.[^\s.]+)+$/.test(host) ? host : null;
}

/** What is to be told of one contact's company. */
export interface CompanyNews {
  readonly domain: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly dropped: readonly DroppedField[];
}

const companyPart = (fields: FieldValues): [string, FieldValues[string]][] =>
  Object.entries(fields).flatMap(([field, value]): [string, FieldValues[string]][] => {
    const name = companyOf(field);
    return name === null ? [] : [[name, value]];
  });

/** Fields of the company that are new for a record; all of them for a record that HubSpot is not known to hold. */
export const newFields = ({ known, fields, changed }: OutgoingRecord): [string, FieldValues[string]][] =>
  companyPart(known === null ? fields : changed);

export const namesCompany = (record: OutgoingRecord): boolean => newFields(record).length > 0;

export function domainOf({ fields }: OutgoingRecord): string | null {
  const value = fields['company.domain']?.value;
  return typeof value === 'string' ? asDomain(value) : null;
}

/** Is something to be done: other fields, or another company than the one it was associated with last? */
export function hasNews(record: OutgoingRecord): boolean {
  const domain = domainOf(record);
  const last = readMemo(record.known?.memo)?.company?.domain;
  return namesCompany(record) || (domain !== null && domain !== last);
}

/** @param whole everything we know of the company, not only what is new */
export function toNews(record: OutgoingRecord, domain: string, properties: Properties, whole: boolean): CompanyNews {
  const news = { domain, properties: {} as Record<string, string>, dropped: [] as DroppedField[] };
  const moved = readMemo(record.known?.memo)?.company?.domain !== domain;
  for (const [name, value] of moved || whole ? companyPart(record.fields) : newFields(record)) {
    if (name === 'domain') continue;
    const property = properties.get(name);
    const wire: WireValue =
      property === undefined
        ? { dropped: [{ field: name, code: 'PROPERTY_DOESNT_EXIST', message: `Companies have no property "${name}"` }] }
        : toWireValue(value, property);
    if (wire.value !== undefined) news.properties[name] = wire.value;
    news.dropped.push(...wire.dropped.map((dropped) => ({ ...dropped, field: ofCompany(dropped.field) })));
  }
  return news;
}
