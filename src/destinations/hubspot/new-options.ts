import { DeliveryError } from '../delivery-error.js';
import type { CreatePolicy, OutgoingRecord } from '../destination.js';
import { findOption, type Option, type Properties, type Property } from './property.js';
import type { Catalog } from './property-catalogs.js';

/** The options of a property after those that were wanted have been added, and why they were not, if they were not. */
export interface AvailableOptions {
  readonly options: readonly Option[];
  readonly refusal: string | null;
}

/** `;` separates options in a value, so it cannot be part of one. */
export const toOption = (meant: string): Option => ({
  label: meant.trim(),
  value: meant.trim().replaceAll(';', ','),
  hidden: false,
});

export const optionOf = (options: readonly Option[], meant: string): Option | undefined =>
  findOption(options, toOption(meant).value) ?? findOption(options, toOption(meant).label);

/**
 * Adds what a property's list of options lacks, if the mapping allows it. HubSpot's refusal costs those values, not the records.
 *
 * @throws DeliveryError
 */
export async function optionsFor(
  catalog: Catalog,
  property: Property,
  wanted: readonly string[],
  create: CreatePolicy,
): Promise<AvailableOptions> {
  const { options } = property;
  const lacking = wanted.filter((meant) => optionOf(options, meant) === undefined && meant.trim() !== '');
  if (lacking.length === 0) return { options, refusal: null };
  if (!create.options)
    return { options, refusal: 'the mapping does not allow Parley to create options (create.options)' };
  if (!property.optionsWritable) return { options, refusal: 'the options of this property are HubSpot’s own' };
  try {
    const changed = await catalog.ensureOptions(property.name, lacking.map(toOption));
    return { options: changed.options, refusal: null };
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    if (error.kind !== 'rejected' && error.details.code !== 'MISSING_SCOPES') throw error;
    return { options, refusal: error.message };
  }
}

/** The definitions, after options that the records' own fields need have been added where that is allowed. @throws DeliveryError */
export async function withNewOptions(
  catalog: Catalog,
  properties: Properties,
  records: readonly OutgoingRecord[],
  create: CreatePolicy,
): Promise<Properties> {
  if (!create.options) return properties;
  const wanted = new Map<Property, Set<string>>();
  for (const { known, fields, changed } of records)
    for (const [name, value] of Object.entries(known === null ? fields : changed)) {
      const property = properties.get(name);
      if (value === null || property === undefined || !isExtensible(property)) continue;
      const values = typeof value.value === 'object' ? value.value : [String(value.value)];
      wanted.set(property, (wanted.get(property) ?? new Set()).union(new Set(values)));
    }
  let extended = properties;
  for (const [property, values] of wanted) {
    const { options } = await optionsFor(catalog, property, [...values], create);
    if (options !== property.options)
      extended = new Map(extended).set(property.name, { ...property, options: [...options] });
  }
  return extended;
}

const isExtensible = ({ kind, writable, optionsWritable }: Property): boolean =>
  (kind === 'option' || kind === 'options') && writable && optionsWritable;
