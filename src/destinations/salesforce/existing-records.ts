import type { OutgoingRecord } from '../destination.js';
import type { SalesforceClient } from './client.js';
import { queriesByKey } from './soql-text.js';
import type { DescribedField } from './wire.js';

/** What Salesforce holds now for the records we asked about. */
export interface ExistingRecords {
  /** `unread`: not asked about; `missing`: there is none. Otherwise the content of the tags field. */
  tagsOf(record: OutgoingRecord): 'unread' | 'missing' | { readonly tags: string };
}

/** Reads by key, for all records at once; no call when there are none to read. */
export async function readExisting(
  client: SalesforceClient,
  object: string,
  keyField: DescribedField,
  tagsField: DescribedField | null,
  records: readonly OutgoingRecord[],
): Promise<ExistingRecords> {
  const asked = new Set(records.map(({ key }) => comparableKey(key, keyField)));
  const fields = [...new Set(['Id', keyField.name, ...(tagsField === null ? [] : [tagsField.name])])];
  const found = new Map<string, string>();
  for (const soql of queriesByKey(
    object,
    fields,
    keyField.name,
    records.map(({ key }) => key),
  ))
    for (const row of await client.query(soql)) {
      const key = row[keyField.name];
      const tags = tagsField === null ? null : row[tagsField.name];
      if (typeof key === 'string') found.set(comparableKey(key, keyField), typeof tags === 'string' ? tags : '');
    }
  return {
    tagsOf: ({ key }) => {
      const comparable = comparableKey(key, keyField);
      const tags = found.get(comparable);
      if (tags !== undefined) return { tags };
      return asked.has(comparable) ? 'missing' : 'unread';
    },
  };
}

/** Two keys that Salesforce takes for the same are the same here. */
export const comparableKey = (key: string, { caseSensitive }: DescribedField): string =>
  caseSensitive ? key : key.toLowerCase();
