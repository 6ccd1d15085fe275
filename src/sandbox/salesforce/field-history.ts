import type { Org } from './org.js';
import type { RecordChange } from './record-change.js';
import { salesforceTime } from './records/incoming-value.js';
import type { StoredValue } from './schema/field-definition.js';

/**
 * Notes who changed which tracked field when.
 * @see https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_custom_object__history.htm
 */
export function trackHistory(org: Org, changes: readonly RecordChange[]): void {
  for (const { kind, object, record, before, at, by } of changes) {
    const history = org.schema.find(`${object}History`);
    if (kind !== 'UPDATE' || history === undefined) continue;
    for (const field of org.setup.fieldHistory[object] ?? []) {
      if (record[field] === before?.[field]) continue;
      const noted: Record<string, StoredValue | undefined> = {
        [`${object}Id`]: record.Id,
        Field: field,
        OldValue: before?.[field],
        NewValue: record[field],
        CreatedDate: salesforceTime(at),
        CreatedById: by.userId,
      };
      const values = Object.entries(noted).filter((entry): entry is [string, StoredValue] => entry[1] !== undefined);
      org.putQuietly(history, {
        ...org.blank(history),
        ...Object.fromEntries(values),
        Id: org.newId(history.keyPrefix),
      });
    }
  }
}
