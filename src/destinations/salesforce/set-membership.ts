import { z } from 'zod';
import { DeliveryError } from '../delivery-error.js';
import type { DroppedField } from '../destination.js';
import type { SalesforceClient } from './client.js';
import { createRows, inCollections, removeRows } from './collections.js';
import { vanishedCodes } from './error-table.js';
import type { NamedSet } from './named-set.js';
import { personKinds, type PersonKind } from './person-kind.js';
import type { SetDirectory, SetIds } from './set-directory.js';
import { queriesByKey, soqlText } from './soql-text.js';
import { complaintError } from './to-delivery-error.js';
import type { Complaint } from './wire.js';

/** What one person should be put into and taken out of, by name. */
export interface SetChange {
  readonly profileId: string;
  readonly kind: PersonKind;
  readonly personId: string;
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** What did not work for a person: sets that were left out, or a reason to try the record again. */
export type Aftermath = readonly DroppedField[] | DeliveryError;

interface Pair {
  readonly profileId: string;
  readonly kind: PersonKind;
  readonly personId: string;
  readonly name: string;
  readonly setId: string;
}

/** The person was in it already. */
const inAlready: ReadonlySet<string> = new Set(['DUPLICATE_VALUE', 'DUPLICATE_ASSIGNMENT']);
/** The set we remember is gone. A set of which not even the deletion is remembered looks like one that we may not see. */
const setIsGone: ReadonlySet<string> = new Set([
  'ENTITY_IS_DELETED',
  'INVALID_CROSS_REFERENCE_KEY',
  'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
]);

/**
 * Puts people into campaigns or topics and takes them out again: one call for up to 200 memberships, and one look and one call for those
 * that end. Only what we are told to end is ended: what people put there by hand stays.
 *
 * @returns for each person with problems, what they are
 * @throws DeliveryError when one reason stopped all of it
 */
export async function changeSets(
  client: SalesforceClient,
  set: NamedSet,
  directory: SetDirectory,
  changes: readonly SetChange[],
): Promise<ReadonlyMap<string, Aftermath>> {
  const aftermath = new Map<string, Aftermath>();
  const busy = changes.filter(({ add, remove }) => add.length + remove.length > 0);
  if (busy.length === 0) return aftermath;
  const ids = await directory.idsOf(busy.flatMap(({ add, remove }) => [...add, ...remove]));
  const people = set.takesContacts ? await asContacts(client, busy) : busy;
  const note = (profileId: string, error: DeliveryError, name: string): void => {
    aftermath.set(profileId, combined(aftermath.get(profileId), error, `${set.object} ${name}`));
  };
  for (const { profileId, name, error } of unreachable(people, ids)) note(profileId, error, name);
  const toAdd = people.flatMap((person) => pairsOf(person, person.add, ids));
  const rows = await inCollections(toAdd, (some) =>
    createRows(client, set.member, some.map(memberOf(set)), { repeatable: true }),
  );
  for (const [index, pair] of toAdd.entries()) {
    const complaint = rows[index]?.errors.find(({ code }) => !inAlready.has(code));
    if (complaint === undefined || rows[index]?.success === true) continue;
    if (isAboutSet(complaint)) await directory.forget(pair.name);
    note(pair.profileId, reasonOf(complaint), pair.name);
  }
  const toEnd = people.flatMap((person) => pairsOf(person, person.remove, ids));
  for (const { pair, complaint } of await endMemberships(client, set, toEnd))
    note(pair.profileId, complaintError(complaint, 200), pair.name);
  return aftermath;
}

const memberOf =
  ({ setField, personField }: NamedSet) =>
  ({ kind, personId, setId }: Pair) => ({ [setField]: setId, [personField(kind)]: personId });

function pairsOf({ profileId, kind, personId }: SetChange, names: readonly string[], ids: SetIds): readonly Pair[] {
  return names.flatMap((name) => {
    const setId = ids.get(name);
    return typeof setId === 'string' ? [{ profileId, kind, personId, name, setId }] : [];
  });
}

const unreachable = (people: readonly SetChange[], ids: SetIds) =>
  people.flatMap(({ profileId, add }) =>
    add.flatMap((name) => {
      const error = ids.get(name);
      return error instanceof DeliveryError ? [{ profileId, name, error }] : [];
    }),
  );

export const isAboutSet = ({ code }: Complaint): boolean => setIsGone.has(code);

/** A set that is gone is made anew the next time, so the record goes again. */
const reasonOf = (complaint: Complaint): DeliveryError =>
  isAboutSet(complaint)
    ? new DeliveryError('transient', complaint.message, { code: complaint.code, recordOnly: true })
    : complaintError(complaint, 200);

/** What has to be tried again decides over what is only to be shown. */
function combined(before: Aftermath | undefined, error: DeliveryError, field: string): Aftermath {
  if (before instanceof DeliveryError) return before;
  if (error.kind !== 'rejected') return error;
  return [...(before ?? []), { field, code: error.details.code ?? 'REJECTED', message: error.message }];
}

/** @returns those that could not be ended */
async function endMemberships(
  client: SalesforceClient,
  set: NamedSet,
  pairs: readonly Pair[],
): Promise<readonly { readonly pair: Pair; readonly complaint: Complaint }[]> {
  const members: { readonly id: string; readonly pair: Pair }[] = [];
  for (const [kind, some] of Map.groupBy(pairs, (pair) => pair.kind)) {
    const personField = set.personField(kind);
    const setIds = [...new Set(some.map(({ setId }) => setId))];
    const wanted = new Map(some.map((pair) => [`${pair.personId} ${pair.setId}`, pair]));
    const suffix = ` AND ${set.setField} IN (${setIds.map(soqlText).join(',')})`;
    const fields = ['Id', personField, set.setField];
    const people = [...new Set(some.map(({ personId }) => personId))];
    for (const soql of queriesByKey(set.member, fields, personField, people, suffix))
      for (const row of await client.query(soql)) {
        const pair = wanted.get(`${String(row[personField])} ${String(row[set.setField])}`);
        if (pair !== undefined) members.push({ id: String(row.Id), pair });
      }
  }
  const rows = await removeRows(
    client,
    members.map(({ id }) => id),
  );
  return members.flatMap(({ pair }, index) => {
    const complaint = rows[index]?.errors.find(({ code }) => !vanishedCodes.has(code));
    return complaint === undefined ? [] : [{ pair, complaint }];
  });
}

const behind = z.object({ Id: z.string(), PersonContactId: z.string() });

/** Person accounts as the contacts behind them. */
async function asContacts(client: SalesforceClient, changes: readonly SetChange[]): Promise<readonly SetChange[]> {
  const accounts = changes.filter(({ kind }) => kind.id === 'PersonAccount').map(({ personId }) => personId);
  if (accounts.length === 0) return changes;
  const contactOf = new Map<string, string>();
  for (const soql of queriesByKey('Account', ['Id', 'PersonContactId'], 'Id', accounts))
    for (const row of await client.query(soql)) {
      const { Id, PersonContactId } = behind.parse(row);
      contactOf.set(Id, PersonContactId);
    }
  return changes.map((change) => {
    const contact = contactOf.get(change.personId);
    return contact === undefined ? change : { ...change, kind: personKinds.Contact, personId: contact };
  });
}
