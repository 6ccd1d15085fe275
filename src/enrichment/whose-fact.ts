import type { RecordMerged, RecordReference, RemoteFact } from '../destinations/remote-fact.js';
import type { Identity } from '../profiles/identity.js';

/** The identity of a record at a destination. */
export const recordIdentity = (destination: string, object: string, remoteId: string): Identity => ({
  kind: 'record',
  namespace: `${destination}/${object}`,
  value: remoteId,
});

export const emailIdentity = (value: string): Identity => ({ kind: 'email', namespace: '', value });
export const phoneIdentity = (value: string): Identity => ({ kind: 'phone', namespace: '', value });

/** What a page of facts says of one record, from all that name it. */
export interface AboutRecord {
  readonly object: string;
  readonly remoteId: string;
  readonly email: string | null;
  readonly phone: string | null;
}

/** Every record that the facts name, each once, with the address and number that any of them gives. */
export function recordsIn(facts: readonly RemoteFact[]): AboutRecord[] {
  const records = new Map<string, AboutRecord>();
  for (const fact of facts) {
    const named = fact.kind === 'record_merged' ? mergedRecords(fact) : [];
    for (const { object, remoteId, email, phone } of [fact.about, ...named]) {
      if (remoteId === null) continue;
      const key = recordKey(object, remoteId);
      const before = records.get(key);
      records.set(key, { object, remoteId, email: before?.email ?? email, phone: before?.phone ?? phone });
    }
  }
  return [...records.values()];
}

/** The records that are one with another now. */
export const mergedRecords = ({ about, mergedIds, mergedObject = about.object }: RecordMerged) =>
  mergedIds.map((remoteId) => ({ object: mergedObject, remoteId, email: null, phone: null }));

const recordKey = (object: string, remoteId: string): string => `${object}\u0000${remoteId}`;

/** What is known of the people a page is about, before it goes into the pipeline. */
export interface KnownPeople {
  /** Does the identity belong to somebody? */
  readonly isKnown: (identity: Identity) => boolean;
  /** For a record we have written that is no identity yet: any identity of its profile. */
  readonly anchorOf: (remoteId: string) => Identity | undefined;
  /** Whose identity it is, anchors included. */
  readonly ownerOf: (identity: Identity) => string | undefined;
}

/**
 * The identities an event about this record is to have, the strongest first; null: nobody we know.
 *
 * A known record names the person, and nothing else is looked at: what is typed into a CRM joins no two people. An unknown one belongs to
 * the person we wrote it for, otherwise to whoever has its address, otherwise its number.
 */
export function identitiesOf(
  about: RecordReference,
  destination: string,
  records: ReadonlyMap<string, AboutRecord>,
  people: KnownPeople,
): Identity[] | null {
  const { object, remoteId } = about;
  const merged = remoteId === null ? undefined : records.get(recordKey(object, remoteId));
  const record = remoteId === null ? null : recordIdentity(destination, object, remoteId);
  if (record !== null && people.isKnown(record)) return [record];
  const email = merged?.email ?? about.email;
  const phone = merged?.phone ?? about.phone;
  const anchor =
    (remoteId === null ? undefined : people.anchorOf(remoteId)) ??
    [email === null ? null : emailIdentity(email), phone === null ? null : phoneIdentity(phone)].find(
      (identity) => identity !== null && people.isKnown(identity),
    );
  if (anchor === undefined || anchor === null) return null;
  return record === null ? [anchor] : [record, anchor];
}

/** Those of somebody we have never heard of, where such people are to be taken in. */
export function newcomer({ object, remoteId, email, phone }: RecordReference, destination: string): Identity[] {
  return [
    ...(remoteId === null ? [] : [recordIdentity(destination, object, remoteId)]),
    ...(email === null ? [] : [emailIdentity(email)]),
    ...(phone === null ? [] : [phoneIdentity(phone)]),
  ];
}

export const byRecord = (records: readonly AboutRecord[]): ReadonlyMap<string, AboutRecord> =>
  new Map(records.map((record) => [recordKey(record.object, record.remoteId), record]));
