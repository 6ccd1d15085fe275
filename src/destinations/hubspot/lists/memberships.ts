import { DeliveryError } from '../../delivery-error.js';
import type { Account } from '../account.js';
import { readContacts } from '../api/contacts.js';
import { changeMemberships, type Membership, type MembershipChange } from '../api/lists.js';
import type { HubspotClient } from '../client.js';
import { contactsById, mergedIdsProperty } from '../contact-key.js';

/** HubSpot names no limit; a batch of contacts fits. */
const idsPerCall = 100;

/**
 * Puts contacts into a static list, or takes them out. To put somebody in, the list is made when it is not there, also when somebody has
 * deleted it.
 *
 * @throws DeliveryError `rejected` when there can be no such list, or it takes nobody
 */
export async function changeList(
  account: Account,
  membership: Membership,
  name: string,
  contactIds: readonly string[],
): Promise<MembershipChange> {
  const changes: MembershipChange[] = [];
  for (let at = 0; at < contactIds.length; at += idsPerCall)
    changes.push(await change(account, membership, name, contactIds.slice(at, at + idsPerCall)));
  return {
    changed: new Set(changes.flatMap(({ changed }) => [...changed])),
    missing: new Set(changes.flatMap(({ missing }) => [...missing])),
  };
}

const nothingChanged: MembershipChange = { changed: new Set(), missing: new Set() };

async function change(
  { client, lists }: Account,
  membership: Membership,
  name: string,
  contactIds: readonly string[],
): Promise<MembershipChange> {
  const attempt = async (): Promise<MembershipChange> => {
    const id = membership === 'add' ? await lists.idOf(name) : await lists.idIfThere(name);
    return id === null ? nothingChanged : changeWithSurvivors(client, membership, id, contactIds);
  };
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof DeliveryError) || error.details.code !== 'OBJECT_NOT_FOUND') throw error;
    await lists.forget(name);
    return attempt();
  }
}

/** Lists know only present ids. Those that are missing are looked for among the records that others have been merged into. */
async function changeWithSurvivors(
  client: HubspotClient,
  membership: Membership,
  listId: string,
  contactIds: readonly string[],
): Promise<MembershipChange> {
  const change = await changeMemberships(client, membership, listId, contactIds);
  if (change.missing.size === 0) return change;
  const missing = [...change.missing];
  const survivors = contactsById(await readContacts(client, null, missing, [mergedIdsProperty]));
  const merged = missing.flatMap((id) => {
    const survivor = survivors.get(id);
    return survivor === undefined || survivor.id === id ? [] : [{ id, survivor: survivor.id }];
  });
  if (merged.length === 0) return change;
  const ids = [...new Set(merged.map(({ survivor }) => survivor))];
  const { changed, missing: stillMissing } = await changeMemberships(client, membership, listId, ids);
  const has = (some: ReadonlySet<string>): string[] =>
    merged.filter(({ survivor }) => some.has(survivor)).map(({ id }) => id);
  return {
    changed: new Set([...change.changed, ...has(changed)]),
    missing: new Set([...missing.filter((id) => !merged.some((one) => one.id === id)), ...has(stillMissing)]),
  };
}
