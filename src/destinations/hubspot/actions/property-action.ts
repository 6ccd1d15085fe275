import { z } from 'zod';
import type { ActionResult } from '../../action.js';
import { DeliveryError } from '../../delivery-error.js';
import type { OutgoingRecord, RecordResult } from '../../destination.js';
import { addressesOf, updateContacts } from '../api/contacts.js';
import { BatchDelivery } from '../batch-delivery.js';
import { type ContactWrite, isIdle, toContactWrite } from '../contact-write.js';
import { withoutRepeats } from '../without-repeats.js';
import { defineAction, done, failed, type HubspotAction, type Run } from './action.js';

const inputSchema = z.strictObject({
  properties: z
    .record(z.string(), z.string())
    .refine((properties) => Object.keys(properties).length > 0, 'Name at least one property')
    .describe('Internal names of contact properties and their new values; an empty text clears a property'),
});
type Input = z.infer<typeof inputSchema>;

/** A run as if it were a record that delivery wants written, found by the contact's id. */
function toRecord({ runId, input, subject: { remoteId, memo } }: Run<Input>): OutgoingRecord {
  const fields = Object.fromEntries(
    Object.entries(input.properties).map(([name, value]) => [
      name,
      value === '' ? null : { type: 'string' as const, value },
    ]),
  );
  const nothing = { tagsToAdd: [], tagsToRemove: [], tags: [], listsToAdd: [], listsToRemove: [], lists: [] };
  return {
    profileId: runId,
    key: remoteId,
    fields,
    changed: fields,
    ...nothing,
    consents: {},
    known: { remoteId, memo },
  };
}

const toResult = (result: RecordResult): ActionResult =>
  result.status === 'delivered'
    ? done(result.profileId, {
        detail: { dropped: result.dropped.map(({ field, code, message }) => ({ field, code, message })) },
      })
    : failed(result.profileId, errorOf(result));

function errorOf(result: Exclude<RecordResult, { readonly status: 'delivered' }>): DeliveryError {
  return result.status === 'failed'
    ? result.error
    : new DeliveryError('rejected', result.message, { code: result.code });
}

export const setProperties: HubspotAction = defineAction({
  declaration: {
    id: 'contact.set_properties',
    title: 'Set properties',
    description: 'Properties of the contact get new values, whatever the mapping says.',
    input: inputSchema,
    nature: 'repeatable',
    subject: 'record',
    consent: null,
    scopes: ['crm.objects.contacts.write'],
    batchSize: 100,
  },
  async perform({ client, catalogs }, runs) {
    const catalog = catalogs.of('contacts');
    const properties = await catalog.properties();
    const writes = runs.map((run) => toContactWrite(toRecord(run), properties));
    const results: RecordResult[] = [];
    for (const batch of withoutRepeats(
      writes.filter((write) => !isIdle(write)),
      ({ record }) => record.key,
    )) {
      const delivery = new BatchDelivery({
        keyField: 'hs_object_id',
        idOf: ({ record }) => record.key,
        send: (some) =>
          updateContacts(
            client,
            some.map(({ record, properties: sent }) => ({
              remoteId: record.key,
              traceId: record.profileId,
              properties: sent,
            })),
          ),
        addressesOf: (contactId) => addressesOf(client, contactId),
        onContradiction: () => catalog.forget(),
      });
      results.push(...(await delivery.run(batch)));
    }
    const idle = writes.filter(isIdle).map(nothingLeft);
    return [...idle, ...results.map(toResult)];
  },
});

/** Everything it was to set was refused before a call was made. */
const nothingLeft = ({ record: { profileId }, dropped }: ContactWrite): ActionResult =>
  failed(
    profileId,
    new DeliveryError('rejected', dropped.map(({ message }) => message).join('; '), {
      code: dropped[0]?.code ?? 'NOTHING_TO_SET',
    }),
  );
