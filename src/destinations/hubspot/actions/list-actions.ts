import { z } from 'zod';
import type { ActionResult } from '../../action.js';
import { DeliveryError } from '../../delivery-error.js';
import type { Account } from '../account.js';
import type { Membership } from '../api/lists.js';
import { changeList } from '../lists/memberships.js';
import { defineAction, done, eachGroup, failed, type HubspotAction, type Run } from './action.js';

export const listScopes = ['crm.lists.read', 'crm.lists.write'] as const;

export const listName = z.string().trim().min(1).max(200);

const inputSchema = z.strictObject({ list: listName.describe('Name of a static list of contacts') });

const perform =
  (membership: Membership) =>
  (account: Account, runs: readonly Run<{ readonly list: string }>[]): Promise<ActionResult[]> =>
    eachGroup(
      runs,
      ({ list }) => list,
      (group, list) => changeFor(account, membership, list, group),
    );

/** People into one list, or out of it, in one call. */
export async function changeFor(
  account: Account,
  membership: Membership,
  list: string,
  runs: readonly Run<unknown>[],
): Promise<ActionResult[]> {
  const ids = [...new Set(runs.map(({ subject }) => subject.remoteId))];
  const { changed, missing } = await changeList(account, membership, list, ids);
  return runs.map(({ runId, subject: { remoteId } }) =>
    membership === 'add' && missing.has(remoteId)
      ? failed(runId, unknownContact(remoteId, list))
      : done(runId, { already: !changed.has(remoteId) }),
  );
}

const unknownContact = (id: string, list: string): DeliveryError =>
  new DeliveryError('rejected', `HubSpot does not know contact ${id}, so it was not put into the list "${list}"`, {
    code: 'OBJECT_NOT_FOUND',
  });

const shared = {
  input: inputSchema,
  nature: 'repeatable',
  subject: 'record',
  consent: null,
  scopes: listScopes,
  batchSize: 100,
} as const;

export const addToList: HubspotAction = defineAction({
  declaration: {
    id: 'list.add',
    title: 'Add to a static list',
    description: 'The contact is put into a static list; the list is made when it is not there yet.',
    ...shared,
  },
  perform: perform('add'),
});

export const removeFromList: HubspotAction = defineAction({
  declaration: {
    id: 'list.remove',
    title: 'Remove from a static list',
    description: 'The contact is taken out of a static list.',
    ...shared,
  },
  perform: perform('remove'),
});
