import { z } from 'zod';
import type { HubspotClient } from '../client.js';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const ownerSchema = z
  .object({ id: z.coerce.string(), email: text, firstName: text, lastName: text })
  .transform(({ id, email, firstName, lastName }) => ({ id, email, name: `${firstName} ${lastName}`.trim() }));
export type Owner = z.infer<typeof ownerSchema>;

const ownersSchema = z.object({
  results: z.array(ownerSchema).default([]),
  paging: z
    .object({ next: z.object({ after: z.string() }).optional() })
    .nullish()
    .transform((paging) => paging?.next?.after),
});

/** All owners; those who have left (archived) too, since old records still name them. */
export async function allOwners(client: HubspotClient): Promise<Owner[]> {
  const owners: Owner[] = [];
  for (const archived of [false, true]) {
    let after: string | undefined;
    do {
      const { results, paging } = await client.send(
        { operation: 'owners.getPage', repeatable: true },
        ownersSchema,
        (sdk) => sdk.crm.owners.ownersApi.getPage(undefined, after, 100, archived),
      );
      owners.push(...results);
      after = paging;
    } while (after !== undefined);
  }
  return owners;
}

const stageSchema = z.object({
  id: z.string(),
  label: z.string(),
  metadata: z.record(z.string(), z.string()).catch({}).default({}),
});
const pipelineSchema = z.object({ id: z.string(), label: z.string(), stages: z.array(stageSchema).default([]) });
export type Pipeline = z.infer<typeof pipelineSchema>;
export type Stage = z.infer<typeof stageSchema>;

export async function allPipelines(client: HubspotClient, object: 'deals' | 'tickets'): Promise<Pipeline[]> {
  const { results } = await client.send(
    { operation: `pipelines.${object}`, repeatable: true },
    z.object({ results: z.array(pipelineSchema).default([]) }),
    (sdk) => sdk.crm.pipelines.pipelinesApi.getAll(object),
  );
  return results;
}
