import { DeliveryError } from '../delivery-error.js';
import type { UpsertRequest } from '../destination.js';
import type { Account } from './account.js';
import { type ContactWrite, toContactWrite, withWireValue } from './contact-write.js';
import { withNewOptions } from './new-options.js';
import type { Properties } from './property.js';
import { planTags } from './tags.js';

/** Definitions older than this are asked for again before a field is left out because of them. */
const trustedForMs = 60_000;
const renewableCodes = new Set(['PROPERTY_DOESNT_EXIST', 'INVALID_OPTION', 'READ_ONLY_VALUE']);

/**
 * What to write for each record.
 *
 * @throws DeliveryError `misconfigured` when contacts cannot be found by the key: the mapping has to be changed first
 */
export async function planContacts(
  { client, catalogs }: Account,
  request: UpsertRequest,
): Promise<readonly ContactWrite[]> {
  const catalog = catalogs.of('contacts');
  let properties = await catalog.properties();
  if (contradicts(request, properties)) properties = await catalog.notOlderThan(trustedForMs);
  requireUniqueKey(request.keyField, properties);
  const { tagsField, records, create } = request;
  properties = await withNewOptions(catalog, properties, records, create);
  const writes = records.map((record) => toContactWrite(record, properties));
  if (tagsField === null) return writes;
  const tags = await planTags(client, catalog, properties, { ...request, tagsField });
  return writes.map((write) => {
    const value = tags.get(write.record.profileId);
    return value === undefined ? write : withWireValue(write, [tagsField, value]);
  });
}

/** Does the request speak of something that the definitions do not have? The account may have changed since. */
function contradicts({ keyField, tagsField, records }: UpsertRequest, properties: Properties): boolean {
  return (
    properties.get(keyField)?.unique !== true ||
    (tagsField !== null && properties.get(tagsField)?.kind !== 'options') ||
    records.some((record) => toContactWrite(record, properties).dropped.some(({ code }) => renewableCodes.has(code)))
  );
}

/** Not one record's fault: the mapping or the account has to be changed first, so everything waits. */
function requireUniqueKey(keyField: string, properties: Properties): void {
  const property = properties.get(keyField);
  if (property?.unique === true) return;
  const reason = property === undefined ? 'does not exist' : 'was not created with unique values';
  throw new DeliveryError(
    'misconfigured',
    `Contacts cannot be found by the property "${keyField}": it ${reason} in HubSpot`,
    {
      code: 'KEY_NOT_UNIQUE',
      field: keyField,
    },
  );
}
