import { DeliveryError } from '../delivery-error.js';
import type { CreatePolicy, DroppedField, FieldValues, OutgoingRecord, RecordResult } from '../destination.js';
import { isNewThere } from '../new-there.js';
import type { CustomField, FieldWrite, ManychatClient } from './client.js';
import { nameKey } from './field-catalog.js';
import { toWrite } from './field-value.js';

/** As many as one call takes. */
const mostFields = 20;

/** What a record becomes: calls for its fields, and what is left out. */
export interface SubscriberPlan {
  readonly writes: readonly FieldWrite[];
  readonly dropped: readonly DroppedField[];
}

export function planFields(values: FieldValues, fields: ReadonlyMap<string, CustomField>): SubscriberPlan {
  const writes: FieldWrite[] = [];
  const dropped: DroppedField[] = [];
  for (const [name, value] of Object.entries(values)) {
    const field = fields.get(nameKey(name));
    const made =
      field === undefined
        ? { field: name, code: 'UNKNOWN_FIELD', message: `ManyChat has no custom field "${name}"` }
        : toWrite(field, value);
    if ('code' in made) dropped.push(made);
    else writes.push(made);
  }
  return { writes, dropped };
}

/** Writes one contact: its fields, twenty in a call, then its tags, one in a call: ManyChat has no batch. */
export async function writeSubscriber(
  client: ManychatClient,
  record: OutgoingRecord,
  fields: ReadonlyMap<string, CustomField>,
  create: CreatePolicy,
): Promise<RecordResult> {
  const { profileId, key } = record;
  const isNew = isNewThere(record);
  const { writes, dropped } = planFields(isNew ? record.fields : record.changed, fields);
  const tagsToAdd = isNew ? [...new Set([...record.tags, ...record.tagsToAdd])] : record.tagsToAdd;
  const refused: DroppedField[] = [];
  try {
    for (let from = 0; from < writes.length; from += mostFields)
      refused.push(...(await setFields(client, key, writes.slice(from, from + mostFields))));
    for (const tag of tagsToAdd) refused.push(...(await addTag(client, key, tag, create)));
    for (const tag of record.tagsToRemove) await removeTag(client, key, tag);
    // Without a call nothing would say that ManyChat does not know the contact.
    if (isNew && writes.length + tagsToAdd.length === 0) await client.subscriber(key);
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    return { profileId, status: 'failed', error };
  }
  return {
    profileId,
    status: 'delivered',
    remoteId: key,
    created: false,
    memo: null,
    dropped: [...dropped, ...refused],
  };
}

/** One bad field refuses the whole call: then they are set one by one, and the bad ones are left out. */
async function setFields(client: ManychatClient, id: string, writes: readonly FieldWrite[]): Promise<DroppedField[]> {
  try {
    await client.setFields(id, writes);
    return [];
  } catch (error) {
    if (!mayBeAField(error)) throw error;
    const [only, ...others] = writes;
    if (others.length === 0 && !isAField(error)) throw error;
    if (only !== undefined && others.length === 0) return [leftOut(only.field_name, error)];
  }
  const refused: { readonly name: string; readonly error: DeliveryError }[] = [];
  for (const write of writes)
    try {
      await client.setFields(id, [write]);
    } catch (error) {
      if (!mayBeAField(error)) throw error;
      refused.push({ name: write.field_name, error });
    }
  const [first] = refused;
  // All of them, and none for a reason that is a field's: it is the contact that ManyChat does not like.
  if (first !== undefined && refused.length === writes.length && !refused.some(({ error }) => isAField(error)))
    throw first.error;
  return refused.map(({ name, error }) => leftOut(name, error));
}

const leftOut = (field: string, { details, message }: DeliveryError): DroppedField => ({
  field,
  code: details.code ?? 'REFUSED',
  message,
});

/** ManyChat says in words, which it may change, what it does not like. */
const mayBeAField = (error: unknown): error is DeliveryError =>
  error instanceof DeliveryError && error.kind === 'rejected' && error.details.code !== 'UNKNOWN_CONTACT';

const isAField = ({ details }: DeliveryError): boolean =>
  details.code === 'UNKNOWN_FIELD' || details.code === 'INVALID_VALUE';

async function addTag(client: ManychatClient, id: string, tag: string, create: CreatePolicy): Promise<DroppedField[]> {
  try {
    await client.addTag(id, tag);
    return [];
  } catch (error) {
    if (!(error instanceof DeliveryError) || error.details.code !== 'UNKNOWN_TAG') throw error;
    if (!create.options)
      return [
        {
          field: 'tags',
          code: 'UNKNOWN_TAG',
          message: `ManyChat has no tag "${tag}", and the mapping does not allow to make it`,
        },
      ];
    await createTag(client, tag);
    await client.addTag(id, tag);
    return [];
  }
}

/** Somebody else may have made it in between. */
async function createTag(client: ManychatClient, tag: string): Promise<void> {
  try {
    await client.createTag(tag);
  } catch (error) {
    if (!(error instanceof DeliveryError) || error.details.code !== 'EXISTS') throw error;
  }
}

/** From this contact only. A tag that is not there any more is gone from everybody. */
async function removeTag(client: ManychatClient, id: string, tag: string): Promise<void> {
  try {
    await client.removeTag(id, tag);
  } catch (error) {
    if (!(error instanceof DeliveryError) || error.details.code !== 'UNKNOWN_TAG') throw error;
  }
}
