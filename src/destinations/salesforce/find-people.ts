import { DeliveryError } from '../delivery-error.js';
import type { OutgoingRecord } from '../destination.js';
import { choosePerson, valueOf, type Chosen } from './choose-person.js';
import type { SalesforceClient } from './client.js';
import { phoneSpellings } from './phone-spellings.js';
import { unborn, type Place } from './place.js';
import { readPeople, type FoundPerson } from './read-people.js';
import { comparableKey, writesByKey, type RowPlan } from './row-plan.js';

type Way = 'key' | 'email' | 'phone';

const waysOf = {
  key: ['key'],
  key_then_email: ['key', 'email'],
  key_then_email_then_phone: ['key', 'email', 'phone'],
} as const satisfies Record<RowPlan['options']['findBy'], readonly Way[]>;

/** How one way reads and compares: columns to ask for, and the values of a record that fit them. */
interface Finder {
  readonly columns: (plan: RowPlan) => readonly string[];
  readonly wanted: (record: OutgoingRecord, plan: RowPlan) => readonly string[];
  readonly fits: (person: FoundPerson, record: OutgoingRecord, plan: RowPlan) => boolean;
  readonly words: string;
}

const finders: Readonly<Record<Way, Finder>> = {
  key: {
    columns: ({ keyField }) => [keyField.name],
    wanted: keysOf,
    fits: ({ key }, record, plan) => key !== null && keysOf(record, plan).some((wanted) => sameKey(wanted, key, plan)),
    words: 'key',
  },
  email: {
    columns: ({ kind }) => [kind.email],
    wanted: (record, plan) => toList(emailOf(record, plan)),
    fits: ({ email }, record, plan) => email !== null && email === emailOf(record, plan),
    words: 'e-mail address',
  },
  phone: {
    columns: ({ kind }) => kind.phones,
    wanted: phonesOf,
    fits: ({ phones }, record, plan) => phones.some((phone) => phonesOf(record, plan).includes(phone)),
    words: 'phone number',
  },
};

const toList = (value: string | null): string[] => (value === null ? [] : [value]);
const sameKey = (one: string, other: string, { keyField }: RowPlan): boolean =>
  comparableKey(one, keyField) === comparableKey(other, keyField);
const emailOf = (record: OutgoingRecord, { kind, keyField }: RowPlan): string | null =>
  valueOf(record, kind.email, keyField.name)?.toLowerCase() ?? null;

/** A number that is the key stands in the org as people typed it. */
function keysOf({ key }: OutgoingRecord, { keyField }: RowPlan): readonly string[] {
  return keyField.type === 'phone' ? phoneSpellings(key) : [key];
}

function phonesOf(record: OutgoingRecord, { kind, keyField }: RowPlan): readonly string[] {
  return kind.phones.flatMap((field) => toList(valueOf(record, field, keyField.name))).flatMap(phoneSpellings);
}

/**
 * Looks for people who are not known to us yet, one way after the other: by key, then by what the mapping allows; among contacts
 * before leads. A converted lead leads to its contact.
 *
 * @param plans one per kind of person, in the order of looking
 * @returns for each record where to write it, or why it cannot be
 */
export async function findPeople(
  client: SalesforceClient,
  plans: readonly RowPlan[],
  records: readonly OutgoingRecord[],
): Promise<ReadonlyMap<string, Place | DeliveryError>> {
  const places = new Map<string, Place | DeliveryError>();
  const [first] = plans;
  if (first === undefined) return places;
  for (const way of waysOf[first.options.findBy]) {
    const open = records.filter(({ profileId }) => !places.has(profileId));
    const people = await peopleFound(client, plans, way, open);
    const contactOf = await contactsOfLeads(client, plans, people);
    for (const record of open) {
      const place = attempt(() => placeOf(record, plans, people, contactOf, way));
      if (place !== null) places.set(record.profileId, place);
    }
  }
  const birthplace = plans.at(-1) ?? first;
  for (const { profileId } of records) if (!places.has(profileId)) places.set(profileId, unborn(birthplace.kind));
  return places;
}

async function peopleFound(
  client: SalesforceClient,
  plans: readonly RowPlan[],
  way: Way,
  records: readonly OutgoingRecord[],
): Promise<readonly FoundPerson[]> {
  const finder = finders[way];
  const found = new Map<string, FoundPerson>();
  for (const plan of plans) {
    const values = [...new Set(records.flatMap((record) => finder.wanted(record, plan)))];
    for (const column of finder.columns(plan).filter((name) => plan.schema.fields.has(name)))
      for (const person of await readPeople(client, plan, column, values, { wide: true })) found.set(person.id, person);
  }
  return [...found.values()];
}

/** The contacts that converted leads have become, by their ids. */
async function contactsOfLeads(
  client: SalesforceClient,
  plans: readonly RowPlan[],
  people: readonly FoundPerson[],
): Promise<ReadonlyMap<string, FoundPerson>> {
  const contacts = plans.find(({ kind }) => kind.id === 'Contact');
  const ids = people.flatMap(({ convertedTo }) => toList(convertedTo === '' ? null : convertedTo));
  if (contacts === undefined || ids.length === 0) return new Map();
  const found = await readPeople(client, contacts, 'Id', [...new Set(ids)], { wide: false });
  return new Map(found.map((person) => [person.id, person]));
}

function placeOf(
  record: OutgoingRecord,
  plans: readonly RowPlan[],
  people: readonly FoundPerson[],
  contactOf: ReadonlyMap<string, FoundPerson>,
  way: Way,
): Place | null {
  const { fits, words } = finders[way];
  for (const plan of plans) {
    const { options, keyField, kind } = plan;
    const fitting = people.filter(
      (person) => person.kind === kind && fits(person, record, plan) && (way === 'key' || isFree(person, record, plan)),
    );
    const living = fitting.filter(({ convertedTo }) => convertedTo === null);
    const chosen = choosePerson(living, options.severalMatches, keyField.name, words);
    if (chosen !== null) return found(chosen, way, plan);
    const converted = choosePerson(fitting, options.severalMatches, keyField.name, words);
    const followed = converted === null ? null : follow(converted, record, plans, contactOf, way);
    if (followed !== null) return followed;
  }
  return null;
}

/** Somebody else's key on a record means that it is somebody else's record. */
const isFree = ({ key }: FoundPerson, record: OutgoingRecord, plan: RowPlan): boolean =>
  !writesByKey(plan) || key === null || sameKey(key, record.key, plan);

/** A record that carries our key is written by it; any other by its id, and gets the key with it. */
const found = ({ person, notes }: Chosen, way: Way, plan: RowPlan): Place => ({
  kind: person.kind,
  id: way === 'key' && writesByKey(plan) ? null : person.id,
  exists: true,
  tags: person.tags,
  notes,
});

function follow(
  { person, notes }: Chosen,
  record: OutgoingRecord,
  plans: readonly RowPlan[],
  contactOf: ReadonlyMap<string, FoundPerson>,
  way: Way,
): Place | null {
  const contact = contactOf.get(person.convertedTo ?? '');
  const free = contact !== undefined && plans.every((plan) => isFree(contact, record, plan));
  if (contact !== undefined && free)
    return { kind: contact.kind, id: contact.id, exists: true, tags: contact.tags, notes };
  if (way !== 'key') return null;
  if (contact !== undefined)
    throw new DeliveryError(
      'rejected',
      `Lead ${person.id} was converted to contact ${contact.id}, which carries the key of somebody else: ${contact.key ?? ''}`,
      { code: 'CONTACT_OF_ANOTHER_KEY', field: plans[0]?.keyField.name ?? '' },
    );
  const message = plans.some(({ kind }) => kind.id === 'Contact')
    ? `Lead ${person.id} was converted, and its contact is gone: give a contact this key, or take the key from the lead`
    : `Lead ${person.id} was converted to contact ${person.convertedTo ?? ''}: map to "LeadThenContact" to follow it`;
  throw new DeliveryError('rejected', message, { code: 'CANNOT_UPDATE_CONVERTED_LEAD' });
}

function attempt(look: () => Place | null): Place | DeliveryError | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof DeliveryError) return error;
    throw error;
  }
}
