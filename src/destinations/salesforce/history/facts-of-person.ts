import type { Purpose } from '../../../consent/consent.js';
import type { FieldValues } from '../../destination.js';
import type { RecordReference, RemoteFact } from '../../remote-fact.js';
import { fromWire } from '../from-wire.js';
import { isSameId } from '../identity.js';
import type { ObjectSchema } from '../object-schema.js';
import { optOutBoxes, optOutKey } from '../opt-outs.js';
import type { PersonKind } from '../person-kind.js';
import type { SalesforceSettings } from '../settings.js';
import type { QueriedRow } from '../wire.js';
import { instantOf, momentOf } from './changed-rows.js';
import { derivedFact } from './derived.js';
import type { TickedAt } from './opt-out-history.js';
import { phoneIn } from './people-of-rows.js';

export interface PersonSight {
  readonly kind: PersonKind;
  readonly schema: ObjectSchema;
  /** What the mapping reads. */
  readonly fields: readonly string[];
  /** The integration user; null: not known. */
  readonly us: string | null;
  readonly settings: SalesforceSettings;
  readonly tickedAt: TickedAt;
}

/** What is read of a person beside the mapping's fields, as far as the org shows it. */
export function fieldsToRead(kind: PersonKind, schema: ObjectSchema, mapped: readonly string[]): readonly string[] {
  const wanted = [
    ...['IsDeleted', 'CreatedDate', 'LastModifiedById', 'MasterRecordId', 'LastActivityDate'],
    ...[kind.email, ...kind.phones, kind.emailOptOut, kind.doNotCall],
    ...mapped,
  ];
  const visible = [...new Set(wanted)].filter(
    (name) => schema.fields.has(name) && name !== 'Id' && name !== 'SystemModstamp',
  );
  return schema.fields.has('OwnerId') ? [...visible, 'Owner.Name', 'Owner.Email'] : visible;
}

/** What one row of a person says: that it changed, is gone or was merged; what they opted out of; what is worked out. */
export function factsOfPerson(row: QueriedRow, sight: PersonSight): readonly RemoteFact[] {
  const { kind, us } = sight;
  const stamp = instantOf(row.SystemModstamp);
  const about: RecordReference = {
    object: kind.id,
    remoteId: String(row.Id),
    email: textIn(row[kind.email])?.toLowerCase() ?? null,
    phone: kind.phones.map((name) => phoneIn(textIn(row[name]))).find((phone) => phone !== null) ?? null,
  };
  const key = `${about.remoteId ?? ''}:${stamp}`;
  const common = { about, occurredAt: momentOf(row.SystemModstamp), own: isSameId(us, textIn(row.LastModifiedById)) };
  const master = textIn(row.MasterRecordId);
  if (row.IsDeleted === true && master !== null)
    return [
      {
        ...common,
        kind: 'record_merged',
        about: { object: kind.id, remoteId: master, email: null, phone: null },
        mergedIds: [String(row.Id)],
        dedupeKey: `merged:${String(row.Id)}:${master}`,
      },
    ];
  if (row.IsDeleted === true)
    return [{ ...common, kind: 'record_gone', erased: false, dedupeKey: `gone:${String(row.Id)}` }];
  const changed: RemoteFact = {
    ...common,
    kind: 'record_changed',
    created: instantOf(row.CreatedDate) === stamp,
    fields: fieldsIn(row, sight),
    dedupeKey: `changed:${key}`,
  };
  return [changed, ...optOuts(row, sight, common), ...(workedOut(row, about) ?? [])];
}

const textIn = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

function fieldsIn(row: QueriedRow, { schema, fields }: PersonSight): FieldValues {
  const values: Record<string, FieldValues[string]> = {};
  for (const name of fields) {
    const field = schema.fields.get(name);
    if (field !== undefined && Object.hasOwn(row, name)) values[name] = fromWire(row[name], field);
  }
  return values;
}

/** Does a row say that somebody has opted out of something? */
export const hasTicked = (row: QueriedRow, { kind, settings }: Pick<PersonSight, 'kind' | 'settings'>): boolean =>
  row.IsDeleted !== true && optOutBoxes(kind, settings).some(({ field }) => row[field] === true);

/** A ticked box says no. An empty one says nothing: it is the default of every record. */
function optOuts(
  row: QueriedRow,
  { kind, settings, us, tickedAt }: PersonSight,
  common: Pick<RemoteFact, 'about' | 'occurredAt' | 'own'>,
): readonly RemoteFact[] {
  return optOutBoxes(kind, settings)
    .filter(({ field }) => row[field] === true)
    .map(({ field, purpose }) => {
      const since = tickedAt(String(row.Id), field);
      return {
        ...common,
        ...(since === null ? {} : { occurredAt: since.at, own: isSameId(us, since.by) }),
        kind: 'consent_said',
        purpose: purpose satisfies Purpose,
        status: 'revoked',
        evidence: `${field}: true`,
        dedupeKey: optOutKey({ field, purpose }, String(row.Id), since?.at ?? null),
      };
    });
}

function workedOut(row: QueriedRow, about: RecordReference): readonly RemoteFact[] | null {
  const owner = typeof row.Owner === 'object' && row.Owner !== null ? row.Owner : {};
  const email = 'Email' in owner ? textIn(owner.Email) : null;
  const name = 'Name' in owner ? textIn(owner.Name) : null;
  const fact = derivedFact('changes', about, momentOf(row.SystemModstamp), {
    salesforceOwner: email ?? name,
    salesforceLastActivityAt: textIn(row.LastActivityDate),
  });
  return fact === null ? null : [fact];
}
