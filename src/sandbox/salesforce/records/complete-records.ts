import type { Org } from '../org.js';
import type { StoredValue } from '../schema/field-definition.js';
import { behaviourOf } from './behaviours.js';

/** Records that somebody wrote into the state by hand get what Salesforce would have given them: stamps, defaults, and what it works out. */
export function completeRecords(org: Org): void {
  for (const object of org.schema.all) {
    for (const record of object.table.all()) {
      if (record.SystemModstamp !== undefined) continue;
      const whole = { ...org.blank(object), ...org.stamps(null), ...record };
      const derived = behaviourOf(object.name).derive?.(org, whole, null) ?? {};
      const worked = Object.entries(derived).filter(
        (entry): entry is [string, StoredValue] => entry[1] !== null && record[entry[0]] === undefined,
      );
      object.table.put({ ...whole, ...Object.fromEntries(worked) });
    }
  }
}
