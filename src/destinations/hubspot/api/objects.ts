import { AssociationSpecAssociationCategoryEnum } from '@hubspot/api-client/lib/codegen/crm/objects/models/AssociationSpec.js';
import type { FilterOperatorEnum } from '@hubspot/api-client/lib/codegen/crm/objects/models/Filter.js';
import { z } from 'zod';
import type { HubspotClient } from '../client.js';
import type { HubspotError } from '../to-delivery-error.js';

/** Kinds of record, as their paths are called. */
export type ObjectType =
  'contacts' | 'companies' | 'deals' | 'tickets' | 'notes' | 'tasks' | 'calls' | 'emails' | 'meetings';

const valuesSchema = z.record(z.string(), z.string().nullable()).default({});
const versionSchema = z.object({
  value: z.string().nullable().default(null),
  timestamp: z.coerce.date(),
  sourceType: z.string().default(''),
  sourceId: z.string().nullable().default(null),
});
/** One earlier value of a property. */
export type Version = z.infer<typeof versionSchema>;

const recordSchema = z.object({
  id: z.string(),
  properties: valuesSchema,
  /** Newest first. */
  propertiesWithHistory: z
    .record(z.string(), z.array(versionSchema))
    .nullish()
    .transform((history) => history ?? {}),
  createdAt: z.coerce.date(),
  updatedAt: z.coerce.date(),
});
export type CrmRecord = z.infer<typeof recordSchema>;

const errorsSchema = z.array(z.unknown()).default([]);
const batchSchema = z.object({ results: z.array(recordSchema).default([]), errors: errorsSchema });
const pagingSchema = z
  .object({ next: z.object({ after: z.string() }).optional() })
  .nullish()
  .transform((paging) => paging?.next?.after ?? null);
const pageSchema = z.object({ results: z.array(recordSchema).default([]), paging: pagingSchema });
const searchSchema = pageSchema.extend({ total: z.number() });
const madeSchema = z.object({ id: z.string() });

/** At most 100, with histories 50. Those that are not there are missing in the answer. */
export async function readRecords(
  client: HubspotClient,
  object: ObjectType,
  ids: readonly string[],
  properties: readonly string[],
  propertiesWithHistory: readonly string[] = [],
): Promise<CrmRecord[]> {
  const body = {
    inputs: ids.map((id) => ({ id })),
    properties: [...properties],
    propertiesWithHistory: [...propertiesWithHistory],
  };
  const { results } = await client.send(
    { operation: `${object}.batchRead`, records: ids.length, repeatable: true },
    batchSchema,
    (sdk) => sdk.crm.objects.batchApi.read(object, body),
  );
  return results;
}

export interface Page {
  readonly results: readonly CrmRecord[];
  /** Where the next page begins; null: that was the last one. */
  readonly next: string | null;
}

/** One page of all records, at most 100, in the order of their ids. */
export async function pageOfRecords(
  client: HubspotClient,
  object: ObjectType,
  after: string | null,
  properties: readonly string[],
): Promise<Page> {
  const { results, paging } = await client.send(
    { operation: `${object}.getPage`, repeatable: true },
    pageSchema,
    (sdk) => sdk.crm.objects.basicApi.getPage(object, 100, after ?? undefined, [...properties]),
  );
  return { results, next: paging };
}

export interface Filter {
  readonly propertyName: string;
  readonly operator: FilterOperatorEnum;
  readonly value?: string;
  readonly values?: string[];
}

export interface Search {
  /** Any of the groups; in a group all of the filters. */
  readonly groups: readonly (readonly Filter[])[];
  readonly properties: readonly string[];
  /** Ascending. */
  readonly sort: string;
  readonly limit: number;
}

/** The search index lags behind by up to half a minute, so nothing is decided by what is not found. At most 200 results. */
export async function searchRecords(
  client: HubspotClient,
  object: ObjectType,
  { groups, properties, sort, limit }: Search,
): Promise<{ readonly results: readonly CrmRecord[]; readonly total: number }> {
  const body = {
    filterGroups: groups.map((filters) => ({ filters: [...filters] })),
    sorts: [sort],
    properties: [...properties],
    limit,
  };
  return client.send({ operation: `${object}.search`, lane: 'search', repeatable: true }, searchSchema, (sdk) =>
    sdk.crm.objects.searchApi.doSearch(object, body),
  );
}

/** HubSpot's own association types. @see https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide */
export const contactAssociationTypes = { notes: 202, tasks: 204, deals: 3 } as const;
export type MadeObject = keyof typeof contactAssociationTypes;

/** Creates one record that belongs to a contact. It has no key: made twice, there are two. */
export async function createForContact(
  client: HubspotClient,
  object: MadeObject,
  contactId: string,
  properties: Readonly<Record<string, string>>,
): Promise<string> {
  const { id } = await client.send(
    { operation: `${object}.create`, records: 1, repeatable: false },
    madeSchema,
    (sdk) =>
      sdk.crm.objects.basicApi.create(object, {
        properties: { ...properties },
        associations: [
          {
            to: { id: contactId },
            types: [
              {
                associationCategory: AssociationSpecAssociationCategoryEnum.HubspotDefined,
                associationTypeId: contactAssociationTypes[object],
              },
            ],
          },
        ],
      }),
  );
  return id;
}

const upsertedSchema = z.object({
  results: z
    .array(
      z
        .object({ id: z.string(), properties: valuesSchema, _new: z.boolean() })
        .transform(({ _new, ...record }) => ({ ...record, isNew: _new })),
    )
    .default([]),
  errors: errorsSchema,
});

export interface BatchErrors {
  readonly errors: readonly HubspotError[];
}

/** At most 100, by a unique property. */
export async function upsertRecords(
  client: HubspotClient,
  object: ObjectType,
  idProperty: string,
  inputs: readonly { readonly key: string; readonly properties: Readonly<Record<string, string>> }[],
): Promise<BatchErrors & { readonly results: z.infer<typeof upsertedSchema>['results'] }> {
  const body = inputs.map(({ key, properties }) => ({ id: key, idProperty, properties: { ...properties } }));
  const { results, errors } = await client.send(
    { operation: `${object}.batchUpsert`, records: inputs.length, repeatable: true },
    upsertedSchema,
    (sdk) => sdk.crm.objects.batchApi.upsert(object, { inputs: body }),
  );
  return { results, errors: client.recordErrors(errors) };
}

/** At most 100, by record id. */
export async function updateRecords(
  client: HubspotClient,
  object: ObjectType,
  inputs: readonly { readonly id: string; readonly properties: Readonly<Record<string, string>> }[],
): Promise<BatchErrors> {
  const body = inputs.map(({ id, properties }) => ({ id, properties: { ...properties } }));
  const { errors } = await client.send(
    { operation: `${object}.batchUpdate`, records: inputs.length, repeatable: true },
    z.object({ errors: errorsSchema }),
    (sdk) => sdk.crm.objects.batchApi.update(object, { inputs: body }),
  );
  return { errors: client.recordErrors(errors) };
}
