import { z } from 'zod';
import { DeliveryError } from '../delivery-error.js';
import type { SalesforceClient } from './client.js';
import type { MappingOptions } from './mapping-options.js';

const recordType = z.object({ Id: z.string(), DeveloperName: z.string() });
export type PersonRecordType = z.infer<typeof recordType>;

/** The record types that make an account a person. */
export async function readPersonRecordTypes(client: SalesforceClient): Promise<readonly PersonRecordType[]> {
  const soql =
    "SELECT Id, DeveloperName FROM RecordType WHERE SobjectType = 'Account' AND IsPersonType = true AND IsActive = true";
  return z.array(recordType).parse(await client.query(soql));
}

/** @throws DeliveryError `misconfigured` when the org has none, or several and the mapping does not say which */
export function chooseRecordType(
  found: readonly PersonRecordType[],
  { personAccountRecordType: wanted }: MappingOptions,
): string {
  const [only, second] = found.filter(({ DeveloperName }) => wanted === '' || DeveloperName === wanted);
  if (only !== undefined && second === undefined) return only.Id;
  const names = found.map(({ DeveloperName }) => DeveloperName).join(', ');
  const message =
    found.length === 0
      ? 'The org has no active record type for person accounts: switch person accounts on, or map to Contact'
      : `Choose one of these record types for person accounts in the mapping (personAccountRecordType): ${names}`;
  throw new DeliveryError('misconfigured', message, { code: 'PERSON_ACCOUNT_RECORD_TYPE' });
}
