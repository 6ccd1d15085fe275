import { z } from 'zod';
import type { ActionLookUp, ActionRequest } from '../../action.js';
import type { SalesforceClient } from '../client.js';
import { createRows, inCollections, upsertRows, type WireRecord } from '../collections.js';
import { queriesByKey } from '../soql-text.js';
import type { SavedRow } from '../wire.js';
import type { Tools } from '../write-plan.js';
import { done } from './salesforce-action.js';

/** An external id field on Activity (so on Task and Event), if the admin has made it: nothing is then made twice. */
const referenceField = 'Parley_Activity_Id__c';

/** The last line of what we make, by which it is found where the org has no such field. */
export const markOf = ({ runId }: ActionRequest): string => `[parley ${runId}]`;

export const marked = (text: string, request: ActionRequest): string =>
  text === '' ? markOf(request) : `${text}\n\n${markOf(request)}`;

async function keyFieldOf({ schemas }: Tools, object: string): Promise<string | null> {
  const field = (await schemas.find(object))?.fields.get(referenceField);
  return field?.externalId === true && field.createable ? field.name : null;
}

/** New tasks or events, each with the reference of its run. */
export async function createActivities(
  tools: Tools,
  object: 'Task' | 'Event',
  runs: readonly { readonly request: ActionRequest; readonly values: WireRecord }[],
): Promise<readonly SavedRow[]> {
  const { client } = tools;
  const keyField = await keyFieldOf(tools, object);
  return inCollections(runs, (some) =>
    keyField === null
      ? createRows(
          client,
          object,
          some.map(({ values }) => values),
        )
      : upsertRows(
          client,
          object,
          keyField,
          some.map(({ request, values }) => ({ ...values, [keyField]: request.runId })),
        ),
  );
}

const found = z.object({ Id: z.string(), Description: z.string().nullish() });

/** Which of these runs have left a task or an event. */
export async function lookUpActivities(
  tools: Tools,
  object: 'Task' | 'Event',
  requests: readonly ActionRequest[],
): Promise<readonly ActionLookUp[]> {
  const { client } = tools;
  const keyField = await keyFieldOf(tools, object);
  const idOf =
    keyField === null ? await byMark(client, object, requests) : await byKey(client, object, keyField, requests);
  return requests.map((request) => {
    const id = idOf.get(request.runId);
    return id === undefined ? { runId: request.runId, status: 'not_done' } : done(request, id, { already: true });
  });
}

async function byKey(client: SalesforceClient, object: string, keyField: string, requests: readonly ActionRequest[]) {
  const idOf = new Map<string, string>();
  const runIds = requests.map(({ runId }) => runId);
  for (const soql of queriesByKey(object, ['Id', keyField], keyField, runIds))
    for (const row of await client.query(soql)) idOf.set(String(row[keyField]), String(row.Id));
  return idOf;
}

/** A long text cannot be searched for, so what was made since for these people is read. */
async function byMark(client: SalesforceClient, object: string, requests: readonly ActionRequest[]) {
  const idOf = new Map<string, string>();
  const earliest = new Date(Math.min(...requests.map(({ plannedAt }) => plannedAt.getTime()))).toISOString();
  const people = [...new Set(requests.flatMap(({ subject }) => subject?.remoteId ?? []))];
  for (const soql of queriesByKey(object, ['Id', 'Description'], 'WhoId', people, ` AND CreatedDate >= ${earliest}`))
    for (const { Id, Description } of z.array(found).parse(await client.query(soql)))
      for (const request of requests) if (Description?.includes(markOf(request)) === true) idOf.set(request.runId, Id);
  return idOf;
}
