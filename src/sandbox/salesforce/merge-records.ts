import type { Org } from './org.js';
import type { StoredRecord } from './records/record-table.js';
import type { OrgObject } from './schema/org-object.js';

/** Merges records into one: it takes what it lacks, the others' children point to it, and they lie in the bin with its id. */
export function mergeRecords(org: Org, object: OrgObject, master: StoredRecord, merged: readonly StoredRecord[]) {
  const filled = merged.reduce<StoredRecord>((into, from) => ({ ...from, ...into, Id: master.Id }), master);
  for (const one of merged) {
    for (const { object: child, field } of org.schema.childrenOf(object))
      for (const record of child.table.where(field, one.Id))
        org.put(child, { ...record, [field.name]: master.Id, ...org.stamps(record), Id: record.Id }, record);
    org.remove(object, one.Id, { MasterRecordId: master.Id });
  }
  org.put(object, { ...filled, ...org.stamps(master), Id: master.Id }, master);
  return { id: master.Id, mergedRecordIds: merged.map(({ Id }) => Id) };
}
