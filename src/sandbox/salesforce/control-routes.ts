import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { adminUserId } from './fresh-records.js';
import { convertLead } from './lead-conversion.js';
import { mergeRecords } from './merge-records.js';
import type { Org } from './org.js';
import type { OutboundSender } from './outbound/outbound-sender.js';
import { deleteRecord, saveRecord } from './records/save-record.js';
import { fullId } from './record-id.js';
import { badRequest, RestError, unknownObject } from './rest/rest-error.js';
import type { OrgObject } from './schema/org-object.js';
import type { CometServer } from './streaming/comet-server.js';

const objectParams = z.object({ object: z.string(), id: z.string().default('') });
const values = z.record(z.string(), z.unknown());
const conversion = z.strictObject({
  status: z.string().default('Closed - Converted'),
  accountId: z.string().optional(),
  contactId: z.string().optional(),
  opportunityName: z.string().nullable().default(null),
});
const merging = z.strictObject({ masterId: z.string(), mergedIds: z.array(z.string()).min(1).max(2) });
const notifying = z.strictObject({ name: z.string(), recordIds: z.array(z.string()).default([]) });
const options = { allowSave: true, versionPath: '/services/data/v60.0' };

/** What people do in the org's own pages, for testers: their changes are an admin's, and everybody who listens hears of them. */
export function registerControls(app: FastifyInstance, org: Org, sender: OutboundSender, comet: CometServer): void {
  const asAdmin = (reply: FastifyReply, work: () => unknown): unknown => {
    const before = org.caller;
    org.caller = { userId: adminUserId, client: 'SfdcInternalAPI/', apiVersion: '60.0' };
    try {
      return org.transaction(work);
    } catch (error) {
      void reply.code(400);
      return { title: 'The sandbox cannot do that', status: 400, detail: reasonOf(error) };
    } finally {
      org.caller = before;
    }
  };
  app.post('/_sandbox/records/:object', (request, reply) =>
    asAdmin(reply, () => {
      const { object } = objectParams.parse(request.params);
      return kept(saveRecord(org, objectOf(org, object), values.parse(request.body), null, options));
    }),
  );
  app.patch('/_sandbox/records/:object/:id', (request, reply) =>
    asAdmin(reply, () => {
      const { object, id } = objectParams.parse(request.params);
      const found = objectOf(org, object);
      return kept(saveRecord(org, found, values.parse(request.body), recordOf(found, id), options));
    }),
  );
  app.delete('/_sandbox/records/:object/:id', (request, reply) =>
    asAdmin(reply, () => {
      const { object, id } = objectParams.parse(request.params);
      const found = objectOf(org, object);
      const objection = deleteRecord(org, found, recordOf(found, id));
      if (objection !== null) throw new RestError(400, objection);
      return { deleted: fullId(id) };
    }),
  );
  app.post('/_sandbox/leads/:id/convert', (request, reply) =>
    asAdmin(reply, () => {
      const { id } = objectParams.parse({ object: 'Lead', ...z.object({ id: z.string() }).parse(request.params) });
      return convertLead(org, recordOf(objectOf(org, 'Lead'), id), conversion.parse(request.body ?? {}));
    }),
  );
  app.post('/_sandbox/merge/:object', (request, reply) =>
    asAdmin(reply, () => {
      const { masterId, mergedIds } = merging.parse(request.body);
      const object = objectOf(org, objectParams.parse(request.params).object);
      return mergeRecords(
        org,
        object,
        recordOf(object, masterId),
        mergedIds.map((id) => recordOf(object, id)),
      );
    }),
  );
  app.post('/_sandbox/outbound-messages/notify', (request, reply) =>
    asAdmin(reply, () => {
      const { name, recordIds } = notifying.parse(request.body);
      const message = org.setup.outboundMessages.find((one) => one.name === name);
      if (message === undefined) throw badRequest('NOT_FOUND', `There is no outbound message ${name}`);
      for (const id of recordIds) sender.notify(message, fullId(id));
      return { planned: recordIds.length };
    }),
  );
  app.post('/_sandbox/outbound-messages/send', async () => {
    await sender.sendDue();
    return { waiting: org.setup.notifications.length, sendings: org.setup.sendings };
  });
  app.post('/_sandbox/streaming/forget', () => ({ forgotten: comet.forget() }));
}

const kept = (outcome: ReturnType<typeof saveRecord>) => {
  if ('objection' in outcome) throw new RestError(400, outcome.objection);
  return outcome;
};

function objectOf(org: Org, name: string): OrgObject {
  const object = org.schema.find(name);
  if (object === undefined) throw unknownObject(name);
  return object;
}

function recordOf({ name, table }: OrgObject, id: string) {
  const record = table.get(fullId(id));
  if (record === undefined) throw badRequest('NOT_FOUND', `There is no ${name} ${id}`);
  return record;
}

function reasonOf(error: unknown): string {
  if (error instanceof RestError) return error.entries.map(({ message }) => message).join('; ');
  if (error instanceof z.ZodError) return z.prettifyError(error);
  return error instanceof Error ? error.message : String(error);
}
