import type { Account } from './account.js';
import { conflict, invalid, invalidProperties, type Problem, type PropertyFault } from './problem.js';
import { storedValue } from './property-value.js';
import type { Contact } from './state.js';

/** A write that has been checked and not yet made: a refused batch must leave no trace. */
export interface PlannedWrite {
  readonly contact: Contact | undefined;
  readonly values: ReadonlyMap<string, string>;
  /** The names as they were sent: the answer tells what became of each. */
  readonly sent: readonly string[];
}

export type Properties = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Values of unique properties that earlier records of the same batch have taken. */
export type Claims = Map<string, string>;

/** @returns the problem instead, when HubSpot would refuse the record */
export function planWrite(
  account: Account,
  contact: Contact | undefined,
  sent: Properties,
  claims: Claims,
): PlannedWrite | Problem {
  const values = new Map<string, string>();
  const faults: PropertyFault[] = [];
  for (const [name, raw] of Object.entries(sent)) {
    if (raw === undefined) continue;
    const property = account.property(name);
    const checked =
      property === undefined || property.archived
        ? { fault: { name, error: 'PROPERTY_DOESNT_EXIST', message: `Property "${name}" does not exist` } }
        : storedValue(property, raw === null ? '' : String(raw), contact?.properties[name] ?? '');
    if ('fault' in checked) faults.push(checked.fault);
    else values.set(name, checked.stored);
  }
  if (faults.length > 0) return invalidProperties(faults, account.portalId);
  return clash(account, contact, values, claims) ?? { contact, values, sent: Object.keys(sent) };
}

export function commit(account: Account, { contact, values }: PlannedWrite): Contact {
  return contact === undefined ? account.create(values) : account.update(contact, values);
}

function clash(
  account: Account,
  contact: Contact | undefined,
  values: ReadonlyMap<string, string>,
  claims: Claims,
): Problem | undefined {
  for (const [name, value] of values) {
    if (value === '' || !account.isUnique(name)) continue;
    const claim = `${name}=${value}`;
    const owner = account.owner(name, value)?.id ?? claims.get(claim);
    if (owner !== undefined && owner !== contact?.id) return taken(account, name, value, contact?.id, owner);
    claims.set(claim, contact?.id ?? 'new');
  }
  return undefined;
}

function taken(account: Account, name: string, value: string, contactId: string | undefined, owner: string): Problem {
  if (name === 'email') return conflict(owner);
  const coordinates =
    `portalId=${String(account.portalId)}, objectTypeId=ObjectTypeId{legacyObjectType=CONTACT}, ` +
    `propertyName=${name}, value=${value}`;
  return invalid(
    `Cannot set PropertyValueCoordinates{${coordinates}} on ${contactId ?? 'a new record'}. ${owner} already has that value.`,
  );
}
