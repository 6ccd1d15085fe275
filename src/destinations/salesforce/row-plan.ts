import type { WireRecord } from './collections.js';
import type { MappingOptions } from './mapping-options.js';
import type { ObjectSchema } from './object-schema.js';
import type { PersonKind } from './person-kind.js';
import type { DescribedField } from './wire.js';

/** How people of one kind are written for one mapping. */
export interface RowPlan {
  readonly kind: PersonKind;
  readonly schema: ObjectSchema;
  readonly keyField: DescribedField;
  /** null: tags are not kept in a field. */
  readonly tagsField: string | null;
  readonly options: MappingOptions;
  /** What stands in for a demanded field nobody knows, by field. */
  readonly stopGaps: Readonly<Record<string, string>>;
  /** What a new record gets beside its fields, for example a record type. */
  readonly bornWith: WireRecord;
  /** Boxes that the withdrawal of a consent ticks. */
  readonly optOuts: readonly OptOutBox[];
}

export interface OptOutBox {
  readonly field: string;
  readonly purpose: 'email' | 'sms' | 'whatsapp';
}

/** A key field that is an external id finds and makes records by itself; any other has to be looked for first. */
export const writesByKey = ({ keyField }: RowPlan): boolean => keyField.externalId;

/** Two keys that Salesforce takes for the same are the same here. */
export const comparableKey = (key: string, { caseSensitive }: DescribedField): string =>
  caseSensitive ? key : key.toLowerCase();
