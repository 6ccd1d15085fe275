import { z } from 'zod';
import type { Account } from '../account.js';
import { parsedBody } from '../body.js';
import { type ObjectType } from '../object-types.js';
import { invalid, notFound, Problem } from '../problem.js';
import { type Answer, type Call, noContent, ok } from '../route.js';
import type { CrmRecord } from './record.js';
import { readAnswer } from './record-answer.js';

const mergeSchema = z.object({ primaryObjectId: z.coerce.string(), objectIdToMerge: z.coerce.string() });
const eraseSchema = z.object({ objectId: z.coerce.string(), idProperty: z.string().optional() });
const mostMerges = 250;

/** The primary's values stay; what it lacks comes from the other. Its address becomes an additional one. */
export function mergeRecords(account: Account, type: ObjectType, { body, origin }: Call): Answer {
  const { primaryObjectId, objectIdToMerge } = parsedBody(mergeSchema, body);
  const store = account.store(type);
  const primary = store.get(primaryObjectId);
  const other = store.get(objectIdToMerge);
  if (primary === undefined || other === undefined) throw notFound();
  if (primary.id === other.id) throw invalid('Cannot merge a record with itself.');
  if (primary.mergedIds.length + other.mergedIds.length + 1 > mostMerges)
    throw new Problem(414, { message: 'Cannot have more than 250 identities on a profile' });
  const { mergeMintsNewId } = account.behaviour;
  const survivor = store.merge(primary, other, survivingValues(account, type, primary, other), mergeMintsNewId, origin);
  for (const { id } of [primary, other]) if (id !== survivor.id) account.associations.move(type, id, survivor.id);
  return ok(readAnswer(account, type, survivor, []));
}

function survivingValues(
  account: Account,
  type: ObjectType,
  primary: CrmRecord,
  other: CrmRecord,
): Map<string, string> {
  const lacking = Object.entries(other.properties).filter(([name]) => primary.properties[name] === undefined);
  const values = new Map(lacking);
  if (type !== 'contacts') return values;
  const additional = [primary, other].flatMap(({ properties }) => properties.hs_additional_emails?.split(';') ?? []);
  if (primary.properties.email !== undefined && other.properties.email !== undefined)
    additional.push(other.properties.email);
  if (additional.length > 0) values.set('hs_additional_emails', [...new Set(additional)].join(';'));
  values.set('lifecyclestage', furthest(account, primary, other));
  return values;
}

/** A merge never takes a person back to an earlier stage. */
function furthest(account: Account, ...records: readonly CrmRecord[]): string {
  const stages = account.contacts.catalog.find('lifecyclestage')?.options.map(({ value }) => value) ?? [];
  const held = records.map(({ properties }) => properties.lifecyclestage ?? '');
  return held.toSorted((a, b) => stages.indexOf(b) - stages.indexOf(a))[0] ?? '';
}

/** An address nobody has is kept from ever being created. */
export function eraseContact(account: Account, { body, origin }: Call): Answer {
  const { objectId, idProperty } = parsedBody(eraseSchema, body);
  const store = account.contacts;
  const contact =
    idProperty === undefined ? (store.get(objectId) ?? store.get(objectId, true)) : store.owner(idProperty, objectId);
  if (contact === undefined && idProperty !== 'email') throw notFound();
  if (contact === undefined) account.data.erasedEmails.push(objectId.trim().toLowerCase());
  else {
    store.erase(contact, origin);
    account.associations.forget('contacts', contact.id);
    const { email } = contact.properties;
    account.data.subscriptionStatuses = account.data.subscriptionStatuses.filter((status) => status.email !== email);
    account.data.emailEvents = account.data.emailEvents.filter(({ recipient }) => recipient !== email);
    account.data.events = account.data.events.filter((event) => event.objectId !== contact.id);
  }
  return noContent;
}
