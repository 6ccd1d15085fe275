import type { DroppedField, OutgoingRecord, RecordPreview, UpsertRequest } from '../destination.js';
import type { Account } from './account.js';
import { type Contact, readContacts } from './api/contacts.js';
import { comparableKey, contactsById, contactsByKey, mergedIdsProperty } from './contact-key.js';
import { planContacts } from './contact-plan.js';
import { type ContactWrite, withoutField } from './contact-write.js';
import { withoutAddress } from './culprit.js';
import { keptStage } from './lifecycle-stage.js';
import { toMappingOptions } from './mapping-options.js';
import { hasMoved } from './memo.js';
import type { Properties, Property } from './property.js';
import type { Catalog } from './property-catalogs.js';
import { afterWriting, isSameValue } from './same-value.js';

/** See `Connection.preview`: what would be sent, what differs from what HubSpot holds, what would be refused. Reads only. */
export async function preview(account: Account, request: UpsertRequest): Promise<readonly RecordPreview[]> {
  const dry = { ...account, catalogs: { of: (object: string) => dryCatalog(account.catalogs.of(object)) } };
  const writes = await planContacts(dry, request);
  const properties = await account.catalogs.of('contacts').properties();
  const asked = [...new Set(['email', 'lifecyclestage', request.keyField, ...writes.flatMap(namesOf)])];
  const held = await heldContacts(account, request, asked);
  const owners = await ownersOfUniqueValues(account, request.keyField, writes, properties, asked);
  return writes.map((write) => {
    const contact = held.get(write.record.profileId) ?? adoptable(request, write, owners);
    const possible = withPossibleAddress(request, write, contact, owners);
    return toPreview(request, possible, contact, properties, clashOf(possible, contact, owners, properties));
  });
}

/** Says what adding options would lead to, and adds none. */
function dryCatalog(catalog: Catalog): Catalog {
  return {
    properties: () => catalog.properties(),
    notOlderThan: (ageMs) => catalog.notOlderThan(ageMs),
    forget: () => undefined,
    ensureOptions: async (name, wanted) => {
      const property = (await catalog.properties()).get(name);
      if (property === undefined) return catalog.ensureOptions(name, []);
      return { ...property, options: [...property.options, ...wanted] };
    },
  };
}

const namesOf = ({ properties }: ContactWrite): string[] => Object.keys(properties);

/** By profile id; by record id where the key has changed. */
async function heldContacts(
  { client }: Account,
  { keyField, records }: UpsertRequest,
  asked: readonly string[],
): Promise<Map<string, Contact>> {
  const moved = records.filter((record) => hasMoved(keyField, record));
  const others = records.filter((record) => !hasMoved(keyField, record));
  const addresses = keyField === 'email' ? ['hs_additional_emails'] : [];
  const keys = others.map(({ key }) => comparableKey(keyField, key));
  const ids = moved.map(({ known }) => known.remoteId);
  const byKey = contactsByKey(
    keyField,
    keys.length === 0 ? [] : await readContacts(client, keyField, [...new Set(keys)], [...asked, ...addresses]),
  );
  const byId = contactsById(
    ids.length === 0 ? [] : await readContacts(client, null, ids, [...asked, mergedIdsProperty]),
  );
  const find = (record: OutgoingRecord): Contact | undefined =>
    hasMoved(keyField, record) ? byId.get(record.known.remoteId) : byKey.get(comparableKey(keyField, record.key));
  return new Map(
    records.flatMap((record) => {
      const contact = find(record);
      return contact === undefined ? [] : [[record.profileId, contact]];
    }),
  );
}

/** Who holds the unique values that would be written, by property and value. */
async function ownersOfUniqueValues(
  { client }: Account,
  keyField: string,
  writes: readonly ContactWrite[],
  properties: Properties,
  asked: readonly string[],
): Promise<Map<string, ReadonlyMap<string, Contact>>> {
  const unique = [...properties.values()].filter(({ name, unique: isUnique }) => isUnique && name !== keyField);
  const owners = new Map<string, ReadonlyMap<string, Contact>>();
  for (const { name } of unique) {
    const values = new Set(writes.flatMap(({ properties: sent }) => sent[name] ?? []).filter((value) => value !== ''));
    if (values.size > 0) owners.set(name, contactsByKey(name, await readContacts(client, name, [...values], asked)));
  }
  return owners;
}

/** A contact that has the person's address and none of our keys: it would get this one. */
function adoptable(
  { keyField }: UpsertRequest,
  { record, properties }: ContactWrite,
  owners: ReadonlyMap<string, ReadonlyMap<string, Contact>>,
): Contact | null {
  const owner = owners.get('email')?.get(comparableKey('email', properties.email ?? ''));
  return record.known === null && (owner?.properties[keyField] ?? '') === '' ? (owner ?? null) : null;
}

/** An address that is none, or that another contact has, is left out where the contact can do without. */
function withPossibleAddress(
  { keyField }: UpsertRequest,
  write: ContactWrite,
  contact: Contact | null,
  owners: ReadonlyMap<string, ReadonlyMap<string, Contact>>,
): ContactWrite {
  const { email = '' } = write.properties;
  if (!isAddress(email))
    return withoutField(write, { field: 'email', code: 'INVALID_EMAIL', message: `"${email}" is no e-mail address` });
  const owner = owners.get('email')?.get(comparableKey('email', email));
  const taken = owner === undefined || owner.id === contact?.id ? null : withoutAddress(write, keyField, owner.id);
  return taken === null ? write : withoutField(write, taken);
}

function clashOf(
  { properties: sent }: ContactWrite,
  contact: Contact | null,
  owners: ReadonlyMap<string, ReadonlyMap<string, Contact>>,
  properties: Properties,
): string | null {
  for (const [name, byValue] of owners) {
    const value = sent[name];
    const owner = value === undefined ? undefined : byValue.get(comparableKey(name, value));
    if (owner !== undefined && owner.id !== contact?.id)
      return `HubSpot would refuse it: contact ${owner.id} already has the ${properties.get(name)?.label ?? name} "${value ?? ''}"`;
  }
  return null;
}

const addressShape = /^[^\s@;,]+@[^\s@;,]+\.[a-z]{2,}$/i;

const isAddress = (text: string): boolean => text === '' || addressShape.test(text);

function refusalOf({ keyField }: UpsertRequest, { record: { key } }: ContactWrite): string | null {
  return keyField !== 'email' || isAddress(key) ? null : `HubSpot would refuse it: "${key}" is no e-mail address`;
}

function toPreview(
  request: UpsertRequest,
  write: ContactWrite,
  contact: Contact | null,
  properties: Properties,
  clash: string | null,
): RecordPreview {
  const { record } = write;
  const differences = differencesOf(write, contact, properties);
  const reason = refusalOf(request, write) ?? clash;
  const action = contact === null ? 'create' : differences.length === 0 ? 'nothing' : 'update';
  return {
    profileId: record.profileId,
    remoteId: contact?.id ?? null,
    action: reason === null ? action : 'refuse',
    reason,
    payload: {
      id: record.key,
      idProperty: request.keyField,
      objectWriteTraceId: record.profileId,
      properties: { ...write.properties },
    },
    differences,
    dropped: [...write.dropped, ...stageKept(request, write, contact, properties)],
  };
}

function differencesOf(
  { properties: sent }: ContactWrite,
  contact: Contact | null,
  properties: Properties,
): RecordPreview['differences'] {
  return Object.entries(sent).flatMap(([field, value]) => {
    const property = properties.get(field);
    const holds = contact?.properties[field] ?? null;
    const wants = property === undefined ? value : afterWriting(property, holds ?? '', value);
    const same = property === undefined ? holds === wants : isSameValue(property, holds, wants);
    return same ? [] : [{ field, holds, wants }];
  });
}

/** The order of the options is the order in which a stage may move. */
function stageKept(
  { options }: UpsertRequest,
  { properties: sent }: ContactWrite,
  contact: Contact | null,
  properties: Properties,
): DroppedField[] {
  const stages: Property['options'] = properties.get('lifecyclestage')?.options ?? [];
  const rank = (stage: string | null | undefined): number => stages.findIndex(({ value }) => value === stage);
  const held = contact?.properties.lifecyclestage;
  const goesBack = rank(sent.lifecyclestage) < rank(held) && sent.lifecyclestage !== undefined;
  return goesBack && toMappingOptions(options).lifecycleStage === 'onlyForward'
    ? keptStage(sent.lifecyclestage, held)
    : [];
}
