import type { Account } from '../account.js';
import { type ObjectType, objectTypes } from '../object-types.js';
import { shownValue } from './computed.js';
import { type CrmRecord, pastValues, valueAt } from './record.js';

export interface RecordAnswer {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null>>;
  readonly propertiesWithHistory?: Readonly<Record<string, readonly unknown[]>>;
  readonly associations?: unknown;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly archived: boolean;
  readonly archivedAt?: string;
}

const always = (type: ObjectType): string[] => [objectTypes[type].created, 'hs_object_id', objectTypes[type].modified];

/** A record as a read shows it: what was asked for, `null` where there is nothing; names nobody knows are left out. */
export function readAnswer(
  account: Account,
  type: ObjectType,
  record: CrmRecord,
  asked: readonly string[],
  withHistory: readonly string[] = [],
): RecordAnswer {
  const { catalog } = account.store(type);
  const known = asked.filter((name) => catalog.active(name) !== undefined);
  const names = [...(asked.length === 0 ? objectTypes[type].usual : known), ...withHistory, ...always(type)];
  const answer = shown(account, type, record, names, null);
  if (withHistory.length === 0) return answer;
  return {
    ...answer,
    propertiesWithHistory: Object.fromEntries(
      withHistory.filter((name) => catalog.active(name) !== undefined).map((name) => [name, pastValues(record, name)]),
    ),
  };
}

/** A record as a write shows it: what was sent and what HubSpot computes, not the whole record. */
export function writeAnswer(
  account: Account,
  type: ObjectType,
  record: CrmRecord,
  sent: readonly string[],
): RecordAnswer {
  const own = type === 'contacts' ? ['email', 'hs_email_domain'] : [];
  return shown(account, type, record, [...own, ...sent, ...always(type)], '');
}

/** A record as the search index knows it: as it was at that moment. */
export function indexedAnswer(
  account: Account,
  type: ObjectType,
  record: CrmRecord,
  asked: readonly string[],
  at: string,
): RecordAnswer {
  const properties = Object.fromEntries(
    Object.keys(record.properties).map((name) => [name, valueAt(record, name, at)]),
  );
  return readAnswer(account, type, { ...record, properties }, asked);
}

function shown(
  account: Account,
  type: ObjectType,
  record: CrmRecord,
  names: readonly string[],
  empty: string | null,
): RecordAnswer {
  const { id, createdAt, updatedAt, archived } = record;
  const properties = Object.fromEntries(
    [...new Set(names)].map((name) => [name, shownValue(account, type, record, name) ?? empty]),
  );
  return { id, properties, createdAt, updatedAt, archived, ...(archived ? { archivedAt: updatedAt } : {}) };
}
