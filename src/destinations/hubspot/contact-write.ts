import type { DroppedField, FieldValues, OutgoingRecord } from '../destination.js';
import { companyOf } from './companies/company-fields.js';
import type { Properties } from './property.js';
import { toWireValue, type WireValue } from './property-value.js';

/** One record as it is about to be written. */
export interface ContactWrite {
  readonly record: OutgoingRecord;
  readonly properties: Readonly<Record<string, string>>;
  readonly dropped: readonly DroppedField[];
}

/** A new contact gets everything, a known one what has changed. What HubSpot would refuse is left out and reported. */
export function toContactWrite(record: OutgoingRecord, properties: Properties): ContactWrite {
  const fields = record.known === null ? record.fields : record.changed;
  return [...toWireValues(fields, properties)].reduce(withWireValue, { record, properties: {}, dropped: [] });
}

export function withWireValue(write: ContactWrite, [name, { value, dropped }]: [string, WireValue]): ContactWrite {
  return {
    ...write,
    properties: value === undefined ? write.properties : { ...write.properties, [name]: value },
    dropped: [...write.dropped, ...dropped],
  };
}

/** Nothing to tell HubSpot: a contact that exists needs no call. */
export const isIdle = ({ record, properties }: ContactWrite): boolean =>
  record.known !== null && Object.keys(properties).length === 0;

export function withoutField(write: ContactWrite, dropped: DroppedField): ContactWrite {
  const { [dropped.field]: _left, ...properties } = write.properties;
  return { ...write, properties, dropped: [...write.dropped, dropped] };
}

/** A field of the contact's company: it goes another way. */
export const isOfCompany = (field: string): boolean => companyOf(field) !== null;

function* toWireValues(fields: FieldValues, properties: Properties): Generator<[string, WireValue]> {
  for (const [name, value] of Object.entries(fields)) {
    if (isOfCompany(name)) continue;
    const property = properties.get(name);
    yield [name, property === undefined ? unknownProperty(name) : toWireValue(value, property)];
  }
}

const unknownProperty = (field: string): WireValue => ({
  dropped: [{ field, code: 'PROPERTY_DOESNT_EXIST', message: `Property "${field}" does not exist` }],
});
