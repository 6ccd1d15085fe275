import { z } from 'zod';
import { DeliveryError } from '../../delivery-error.js';
import { complaint } from '../wire.js';
import { complaintError } from '../to-delivery-error.js';
import { done, eachAlone, salesforceAction } from './salesforce-action.js';

/** A success says `OPERATION_ENQUEUED` among its errors, and the event's own id as the words. */
const published = z.object({ success: z.boolean(), errors: z.array(complaint).default([]) });

export const platformEventPublish = salesforceAction(
  {
    id: 'platform_event.publish',
    title: 'Publish a platform event',
    description: 'Publishes an event that flows, Apex or other systems of the org wait for.',
    input: z.strictObject({
      event: z
        .string()
        .trim()
        .regex(/^[A-Za-z]\w*__e$/, 'must be the API name of a platform event, which ends in __e'),
      fields: z
        .record(z.string().regex(/^\w+$/), z.union([z.string(), z.number(), z.boolean()]))
        .default({})
        .describe('The event’s fields, by API name'),
      recordIdInto: z
        .string()
        .trim()
        .default('')
        .describe('Field that gets the id of the person’s record; empty: none'),
    }),
    nature: 'once',
    subject: 'record',
    consent: null,
    scopes: ['the platform event: create'],
    batchSize: 25,
  },
  ({ client }, asked) =>
    eachAlone(asked, async ({ request, input: { event, fields, recordIdInto } }) => {
      client.checkBudget();
      const body = {
        ...fields,
        ...(recordIdInto === '' || request.subject === null ? {} : { [recordIdInto]: request.subject.remoteId }),
      };
      const call = { operation: 'platformEvent.publish', records: 1, repeatable: false };
      const answer = await client
        .request(call, { method: 'POST', url: `/sobjects/${event}`, body }, published)
        .catch((error: unknown) => {
          throw error instanceof DeliveryError && error.details.code === 'NOT_FOUND' ? noEvent(event) : error;
        });
      const enqueued = answer.errors.find(({ code }) => code === 'OPERATION_ENQUEUED');
      const [refusal] = answer.errors.filter(({ code }) => code !== 'OPERATION_ENQUEUED');
      if (!answer.success && refusal !== undefined) throw complaintError(refusal, 200);
      return done(request, enqueued?.message ?? null);
    }),
);

const noEvent = (event: string): DeliveryError =>
  new DeliveryError('rejected', `There is no platform event ${event} that the integration user may publish`, {
    code: 'NOT_FOUND',
    recordOnly: true,
  });
