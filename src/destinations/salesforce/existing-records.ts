import type { OutgoingRecord } from '../destination.js';
import type { SalesforceClient } from './client.js';
import type { Present } from './outgoing-row.js';
import { queriesByKey } from './soql-text.js';
import type { DescribedField } from './wire.js';

/**
 * Reads what Salesforce holds now, by key and for all records at once; no call when there are none to read.
 *
 * @returns what is known about a record, also about one that was not read
 */
export async function readExisting(
  client: SalesforceClient,
  object: string,
  keyField: DescribedField,
  tagsField: DescribedField | null,
  records: readonly OutgoingRecord[],
): Promise<(record: OutgoingRecord) => Present> {
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
  return ({ key }) => {
    const comparable = comparableKey(key, keyField);
    const tags = found.get(comparable);
    if (tags !== undefined) return { exists: true, tags };
    return { exists: asked.has(comparable) ? false : null, tags: null };
  };
}

/** Two keys that Salesforce takes for the same are the same here. */
export const comparableKey = (key: string, { caseSensitive }: DescribedField): string =>
  caseSensitive ? key : key.toLowerCase();
