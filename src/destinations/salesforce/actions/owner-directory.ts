import { z } from 'zod';
import { DeliveryError } from '../../delivery-error.js';
import type { SalesforceClient } from '../client.js';
import { soqlText } from '../soql-text.js';

const row = z.object({ Id: z.string() });
const isId = /^(005|00G)[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$/;

/**
 * The id of the user or queue that people call so; asked for once per name.
 * @throws DeliveryError `rejected` when there is none, or several
 */
export async function ownerId(client: SalesforceClient, name: string): Promise<string> {
  if (isId.test(name)) return name;
  const text = soqlText(name);
  const users = await client.query(
    `SELECT Id FROM User WHERE (Username = ${text} OR Email = ${text}) AND IsActive = true`,
  );
  const queues =
    users.length > 0
      ? []
      : await client.query(`SELECT Id FROM Group WHERE Type = 'Queue' AND (DeveloperName = ${text} OR Name = ${text})`);
  const found = z.array(row).parse([...users, ...queues]);
  const [only, second] = found;
  if (only !== undefined && second === undefined) return only.Id;
  const what = only === undefined ? 'No active user and no queue' : `${found.length} users or queues`;
  throw new DeliveryError('rejected', `${what} in Salesforce: "${name}". Use the user name, or the id`, {
    code: only === undefined ? 'OWNER_UNKNOWN' : 'OWNER_AMBIGUOUS',
    recordOnly: true,
  });
}

/** The ids of all these names, each asked for once; a name that leads nowhere has its reason instead. */
export async function ownerIds(
  client: SalesforceClient,
  names: readonly string[],
): Promise<ReadonlyMap<string, string | DeliveryError>> {
  const ids = new Map<string, string | DeliveryError>();
  for (const name of new Set(names))
    ids.set(
      name,
      await ownerId(client, name).catch((error: unknown) => {
        if (error instanceof DeliveryError && error.kind === 'rejected') return error;
        throw error;
      }),
    );
  return ids;
}
