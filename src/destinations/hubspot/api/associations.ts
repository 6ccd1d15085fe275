import { z } from 'zod';
import type { HubspotClient } from '../client.js';
import type { ObjectType } from './objects.js';

/** Typed as a string by the SDK, a number on the wire. */
const idSchema = z.coerce.string();

const answerSchema = z.object({
  results: z
    .array(
      z
        .object({
          _from: z.object({ id: idSchema }),
          to: z.array(z.object({ toObjectId: idSchema })).default([]),
          paging: z.object({ next: z.object({ after: z.string() }).optional() }).nullish(),
        })
        .transform(({ _from, to, paging }) => ({
          id: _from.id,
          to: to.map(({ toObjectId }) => toObjectId),
          after: paging?.next?.after,
        })),
    )
    .default([]),
});

/**
 * What records (at most 100) are associated with, by their id. One that is associated with nothing is missing: HubSpot tells that as an
 * error of a 207.
 */
export async function associationsOf(
  client: HubspotClient,
  from: ObjectType,
  to: ObjectType,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  let asked: { id: string; after?: string }[] = ids.map((id) => ({ id }));
  while (asked.length > 0) {
    const inputs = asked;
    const { results } = await client.send(
      { operation: `associations.${from}.${to}`, records: inputs.length, repeatable: true },
      answerSchema,
      (sdk) => sdk.crm.associations.v4.batchApi.getPage(from, to, { inputs }),
    );
    for (const { id, to: others } of results) found.set(id, [...(found.get(id) ?? []), ...others]);
    asked = results.flatMap(({ id, after }) => (after === undefined ? [] : [{ id, after }]));
  }
  return found;
}

/** Associates pairs of records (at most 100) with HubSpot's usual label; those that are so already stay. */
export async function associate(
  client: HubspotClient,
  from: ObjectType,
  to: ObjectType,
  pairs: readonly { readonly from: string; readonly to: string }[],
): Promise<void> {
  const inputs = pairs.map((pair) => ({ _from: { id: pair.from }, to: { id: pair.to } }));
  await client.send(
    { operation: `associations.${from}.${to}.create`, records: pairs.length, repeatable: true },
    z.unknown(),
    (sdk) => sdk.crm.associations.v4.batchApi.createDefault(from, to, { inputs }),
  );
}
