import { z } from 'zod';
import type { ActionResult } from '../../action.js';
import { DeliveryError } from '../../delivery-error.js';
import { inCollections, updateRows } from '../collections.js';
import { userInput } from './inputs.js';
import { ownerIds } from './owner-directory.js';
import { failed, resultOf, salesforceAction } from './salesforce-action.js';

const objects: Readonly<Record<string, string>> = { '003': 'Contact', '00Q': 'Lead', '001': 'Account' };

export const ownerChange = salesforceAction(
  {
    id: 'owner.change',
    title: 'Change the owner',
    description: 'Gives the person’s record to a user, or a lead to a queue.',
    input: z.strictObject({ owner: userInput }),
    nature: 'repeatable',
    subject: 'record',
    consent: null,
    scopes: ['Transfer Record, or Modify All on the object'],
    batchSize: 200,
  },
  async ({ client }, asked) => {
    const owners = await ownerIds(
      client,
      asked.map(({ input }) => input.owner),
    );
    const results: ActionResult[] = [];
    const groups = Map.groupBy(asked, ({ request }) => objects[request.subject?.remoteId.slice(0, 3) ?? ''] ?? null);
    for (const [object, group] of groups) {
      const known = group.flatMap(({ request, input: { owner } }) => {
        const id = owners.get(owner);
        if (typeof id === 'string' && object !== null) return [{ request, id }];
        results.push(failed(request, id instanceof DeliveryError ? id : notOwned()));
        return [];
      });
      if (object === null) continue;
      const rows = await inCollections(known, (some) =>
        updateRows(
          client,
          object,
          some.map(({ request, id }) => ({ id: request.subject?.remoteId ?? '', OwnerId: id })),
        ),
      );
      results.push(...known.map(({ request }, index) => resultOf(request, rows[index])));
    }
    return results;
  },
);

const notOwned = (): DeliveryError =>
  new DeliveryError('rejected', 'Only contacts, leads and person accounts have an owner here', {
    code: 'NO_OWNER',
    recordOnly: true,
  });
