import { z } from 'zod';
import { DeliveryError } from '../delivery-error.js';
import type { SalesforceClient } from './client.js';
import { createRows, inCollections } from './collections.js';
import { userIdOf } from './identity.js';
import { soqlText } from './soql-text.js';

const permissionSetName = 'Parley_Fields';
const withId = z.array(z.object({ Id: z.string() }));

/**
 * Lets the integration user read and edit fields that were just made: a field made through the API is hidden from everybody.
 * The rights go into a permission set of our own, which is made and assigned when it is not there yet.
 *
 * @returns what was in the way, in sentences
 */
export async function grantFields(
  client: SalesforceClient,
  sobject: string,
  fields: readonly string[],
): Promise<readonly string[]> {
  try {
    const ParentId = await permissionSetOfUser(client);
    const rows = fields.map((field) => ({
      ParentId,
      SobjectType: sobject,
      Field: `${sobject}.${field}`,
      PermissionsRead: true,
      PermissionsEdit: true,
    }));
    const saved = await inCollections(rows, (some) =>
      createRows(client, 'FieldPermissions', some, { repeatable: true }),
    );
    return saved.flatMap(({ success, errors }, index) =>
      success || errors[0]?.code === 'DUPLICATE_VALUE'
        ? []
        : [
            `Access to ${fields[index] ?? ''} of ${sobject} could not be given: ${errors[0]?.message ?? 'no reason said'}`,
          ],
    );
  } catch (error) {
    if (!(error instanceof DeliveryError) || (error.kind !== 'rejected' && error.kind !== 'misconfigured')) throw error;
    return [`Access to new fields of ${sobject} could not be given: ${error.message}`];
  }
}

async function permissionSetOfUser(client: SalesforceClient): Promise<string> {
  const soql = `SELECT Id FROM PermissionSet WHERE Name = ${soqlText(permissionSetName)}`;
  const id = withId.parse(await client.query(soql))[0]?.Id ?? (await makePermissionSet(client));
  const user = await userIdOf(client);
  if (user === null)
    throw new DeliveryError('misconfigured', `assign the permission set ${permissionSetName} to the integration user`, {
      code: 'USER_UNKNOWN',
    });
  const assigned = `SELECT Id FROM PermissionSetAssignment WHERE PermissionSetId = ${soqlText(id)} AND AssigneeId = ${soqlText(user)}`;
  if (withId.parse(await client.query(assigned)).length === 0)
    await createOne(client, 'PermissionSetAssignment', { PermissionSetId: id, AssigneeId: user });
  return id;
}

const makePermissionSet = (client: SalesforceClient): Promise<string> =>
  createOne(client, 'PermissionSet', { Name: permissionSetName, Label: 'Parley: fields it has made' });

async function createOne(
  client: SalesforceClient,
  sobject: string,
  body: Readonly<Record<string, string>>,
): Promise<string> {
  const call = { operation: `${sobject}.create`, repeatable: false };
  const made = await client.request(
    call,
    { method: 'POST', url: `/sobjects/${sobject}`, body },
    z.object({ id: z.string() }),
  );
  return made.id;
}
