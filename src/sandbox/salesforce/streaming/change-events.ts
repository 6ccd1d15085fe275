import { randomUUID } from 'node:crypto';
import type { Org } from '../org.js';
import type { RecordChange } from '../record-change.js';
import type { StoredRecord } from '../records/record-table.js';
import type { StoredValue } from '../schema/field-definition.js';

/** Never in a change event: the record's own id stands in the header, and the rest says nothing new. */
const leftOut = new Set(['Id', 'IsDeleted', 'SystemModstamp', 'Name']);
const people = new Set(['Contact', 'Lead', 'Individual']);

/**
 * Tells subscribers of `/data/{Object}ChangeEvent` what changed, for the objects that an admin has chosen.
 * @see https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_message_structure.htm
 */
export function publishChanges(org: Org, changes: readonly RecordChange[]): void {
  const chosen = new Set(org.setup.changeDataCapture);
  const transactionKey = randomUUID();
  const wanted = changes.filter(({ object }) => chosen.has(object));
  for (const [index, change] of wanted.entries()) {
    const changedFields = change.kind === 'UPDATE' ? changed(change) : [];
    if (change.kind === 'UPDATE' && changedFields.length === 0) continue;
    const header = {
      entityName: change.object,
      recordIds: [change.record.Id],
      changeType: change.kind,
      changeOrigin: originOf(change),
      transactionKey,
      sequenceNumber: index + 1,
      commitTimestamp: change.at.getTime(),
      commitNumber: org.bus.lastReplayId + 1,
      commitUser: change.by.userId,
      changedFields: changedFields.map((field) => [...placeOf(change.object, field)].join('.')),
    };
    const name = change.object.replace(/__c$/, '__');
    org.bus.publish(`/data/${name}ChangeEvent`, `${change.object}-change-schema`, {
      ...payloadOf(change, changedFields),
      ChangeEventHeader: header,
    });
  }
}

/** The API a change came through, and the name its caller gave itself. */
const originOf = ({ by }: RecordChange): string =>
  `com/salesforce/api/rest/${by.apiVersion}${by.client === null ? '' : `;client=${by.client}`}`;

function changed({ record, before }: RecordChange): readonly string[] {
  const names = new Set([...Object.keys(record), ...Object.keys(before ?? {})]);
  return [...names].filter((name) => !leftOut.has(name) && record[name] !== before?.[name]);
}

function payloadOf({ kind, object, record }: RecordChange, changedFields: readonly string[]): Record<string, unknown> {
  if (kind === 'DELETE') return {};
  const shown = kind === 'CREATE' ? Object.keys(record).filter((name) => isShown(object, name)) : changedFields;
  const payload: Record<string, unknown> = {};
  for (const field of shown) {
    const [outer, inner] = placeOf(object, field);
    const value = asShown(record, field);
    if (inner === undefined) payload[outer] = value;
    else payload[outer] = { ...(payload[outer] as object | undefined), [inner]: value };
  }
  return payload;
}

const isShown = (object: string, name: string): boolean =>
  !leftOut.has(name) || (name === 'Name' && !people.has(object));

const asShown = (record: StoredRecord, field: string): StoredValue | null => {
  const value = record[field];
  return typeof value === 'string' ? value.replace(/^(\d{4}-.*\.000)\+0000$/, '$1Z') : (value ?? null);
};

/** A person's name and addresses stand nested: `Name.LastName`, `MailingAddress.City`. */
function placeOf(object: string, field: string): readonly [string, string?] {
  if (people.has(object) && ['FirstName', 'LastName', 'Salutation'].includes(field)) return ['Name', field];
  const [, kind, part] = /^(Mailing|Billing|PersonMailing)(Street|City|State|PostalCode|Country)$/.exec(field) ?? [];
  if (kind !== undefined && part !== undefined) return [`${kind}Address`, part];
  if (object === 'Lead' && /^(Street|City|State|PostalCode|Country)$/.test(field)) return ['Address', field];
  return [field];
}
