import { DeliveryError } from '../../delivery-error.js';
import type { DroppedField, OutgoingRecord, RecordResult } from '../../destination.js';
import type { Account } from '../account.js';
import type { Membership } from '../api/lists.js';
import type { DeliveredWrite, FollowUp } from '../follow-up.js';
import { changeList } from './memberships.js';

/** Contacts into the lists we own and out of them: one call per list and direction, whatever the number of contacts. */
export const ownedLists: FollowUp = {
  concerns: (_request, { write: { record } }) => toAdd(record).length > 0 || record.listsToRemove.length > 0,
  async run(account, _request, delivered) {
    const dropped = new Map<string, DroppedField[]>(delivered.map(({ result }) => [result.profileId, []]));
    for (const [membership, listsOf] of directions)
      for (const name of new Set(delivered.flatMap(({ write }) => listsOf(write.record)))) {
        const concerned = delivered.filter(({ write }) => listsOf(write.record).includes(name));
        const problems = await changed(account, membership, name, concerned);
        for (const [profileId, problem] of problems) dropped.get(profileId)?.push(problem);
      }
    return delivered.map(({ result }): RecordResult => ({
      ...result,
      dropped: [...result.dropped, ...(dropped.get(result.profileId) ?? [])],
    }));
  },
};

/** A record the destination is not known to hold gets into all of its lists. */
const toAdd = ({ known, lists, listsToAdd }: OutgoingRecord): readonly string[] =>
  known === null ? [...new Set([...lists, ...listsToAdd])] : listsToAdd;

const directions: readonly (readonly [Membership, (record: OutgoingRecord) => readonly string[]])[] = [
  ['add', toAdd],
  ['remove', ({ listsToRemove }) => listsToRemove],
];

/** @returns what could not be done, by profile id; HubSpot's refusal of a list costs that list, not the records */
async function changed(
  account: Account,
  membership: Membership,
  name: string,
  delivered: readonly DeliveredWrite[],
): Promise<[string, DroppedField][]> {
  const ids = delivered.map(({ result }) => result.remoteId);
  try {
    const { missing } = await changeList(account, membership, name, ids);
    return delivered
      .filter(({ result }) => membership === 'add' && missing.has(result.remoteId))
      .map(({ result }) => [result.profileId, unknownContact(name, result.remoteId)]);
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    if (error.kind !== 'rejected' && error.details.code !== 'MISSING_SCOPES') throw error;
    return delivered.map(({ result }) => [result.profileId, refused(name, error)]);
  }
}

const unknownContact = (name: string, id: string): DroppedField => ({
  field: `list ${name}`,
  list: name,
  code: 'CONTACT_NOT_IN_LIST',
  message: `HubSpot did not put contact ${id} into the list "${name}": it does not know it under this id, perhaps since a merge`,
});

const refused = (name: string, { message, details: { code } }: DeliveryError): DroppedField => ({
  field: `list ${name}`,
  list: name,
  code: code ?? 'LIST_REFUSED',
  message,
});
