import { z } from 'zod';
import type { HubspotClient } from '../client.js';
import type { HubspotError } from '../to-delivery-error.js';

export interface UpdateInput {
  readonly remoteId: string;
  readonly traceId: string;
  readonly properties: Readonly<Record<string, string>>;
}

export interface UpsertInput {
  readonly key: string;
  readonly traceId: string;
  readonly properties: Readonly<Record<string, string>>;
}

const contactSchema = z.object({
  id: z.string(),
  properties: z.record(z.string(), z.string().nullable()).default({}),
});
const upsertedSchema = contactSchema
  // The SDK renames `new`, a reserved word.
  .extend({ _new: z.boolean(), objectWriteTraceId: z.string().optional() })
  .transform(({ _new, objectWriteTraceId, ...contact }) => ({ ...contact, isNew: _new, traceId: objectWriteTraceId }));
const updatedSchema = contactSchema
  .extend({ objectWriteTraceId: z.string().optional() })
  .transform(({ objectWriteTraceId, ...contact }) => ({ ...contact, isNew: false, traceId: objectWriteTraceId }));
const errorsSchema = z.array(z.unknown()).default([]);

const upsertAnswerSchema = z.object({ results: z.array(upsertedSchema).default([]), errors: errorsSchema });
const updateAnswerSchema = z.object({ results: z.array(updatedSchema).default([]), errors: errorsSchema });
const readAnswerSchema = z.object({ results: z.array(contactSchema).default([]), errors: errorsSchema });

export type Contact = z.infer<typeof contactSchema>;
export type UpsertedContact = z.infer<typeof upsertedSchema>;
export interface UpsertAnswer {
  readonly results: readonly UpsertedContact[];
  /** Those of a 207: each concerns records of the batch. */
  readonly errors: readonly HubspotError[];
}

/** At most 100. The answer's order is not that of the inputs. @see https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide */
export async function upsertContacts(
  client: HubspotClient,
  idProperty: string,
  inputs: readonly UpsertInput[],
): Promise<UpsertAnswer> {
  const body = inputs.map(({ key, traceId, properties }) => ({
    id: key,
    idProperty,
    objectWriteTraceId: traceId,
    properties: { ...properties },
  }));
  const { results, errors } = await client.send(
    { operation: 'contacts.batchUpsert', records: inputs.length, repeatable: true },
    upsertAnswerSchema,
    (sdk) => sdk.crm.contacts.batchApi.upsert({ inputs: body }),
  );
  return { results, errors: client.recordErrors(errors) };
}

/** At most 100, by record id; those that are not there are told in `errors`. */
export async function updateContacts(client: HubspotClient, inputs: readonly UpdateInput[]): Promise<UpsertAnswer> {
  const body = inputs.map(({ remoteId, traceId, properties }) => ({
    id: remoteId,
    objectWriteTraceId: traceId,
    properties: { ...properties },
  }));
  const { results, errors } = await client.send(
    { operation: 'contacts.batchUpdate', records: inputs.length, repeatable: true },
    updateAnswerSchema,
    (sdk) => sdk.crm.contacts.batchApi.update({ inputs: body }),
  );
  return { results, errors: client.recordErrors(errors) };
}

/** At most 100, by a unique property or, with null, by record id. Contacts that are not there are missing in the answer. */
export async function readContacts(
  client: HubspotClient,
  idProperty: string | null,
  keys: readonly string[],
  properties: readonly string[],
): Promise<Contact[]> {
  const body = {
    ...(idProperty === null ? {} : { idProperty }),
    inputs: keys.map((id) => ({ id })),
    properties: [...properties],
    propertiesWithHistory: [],
  };
  const { results } = await client.send(
    { operation: 'contacts.batchRead', records: keys.length, repeatable: true },
    readAnswerSchema,
    (sdk) => sdk.crm.contacts.batchApi.read(body),
  );
  return results;
}

/** All e-mail addresses of a contact, in lower case; none when it is not there. */
export async function addressesOf(client: HubspotClient, remoteId: string): Promise<ReadonlySet<string>> {
  const contacts = await readContacts(client, null, [remoteId], ['email', 'hs_additional_emails']);
  const texts = contacts.flatMap(({ properties: { email, hs_additional_emails: additional } }) => [
    email ?? '',
    ...(additional ?? '').split(';'),
  ]);
  return new Set(texts.map((text) => text.trim().toLowerCase()).filter((text) => text !== ''));
}

/** Deletes one contact for good; an id that is not there is an error. */
export async function purgeContact(client: HubspotClient, remoteId: string): Promise<void> {
  await client.send({ operation: 'contacts.gdprDelete', records: 1, repeatable: true }, z.unknown(), (sdk) =>
    sdk.crm.contacts.basicApi.purge({ objectId: remoteId }),
  );
}
