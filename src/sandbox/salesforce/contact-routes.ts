import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { UnparsableBody } from '../emulator.js';
import type { Contact } from './contact-table.js';
import { describeContact } from './describe-contact.js';
import { isVisible } from './field-definition.js';
import type { Org } from './org.js';
import { fullId } from './record-id.js';
import { RestError } from './rest-error.js';
import { toRow } from './run-query.js';
import { saveContact } from './save-contact.js';
import { versionPathOf } from './version-path.js';

const idParams = z.object({ id: z.string() });
const recordBody = z.record(z.string(), z.unknown());

/**
 * One contact at a time: what a person or another integration does in the same org.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_basic_info.htm
 */
export function registerContacts(app: FastifyInstance, org: Org): void {
  app.get('/sobjects/Contact/describe', (request) => describeContact(org.setup.contactFields, versionPathOf(request)));
  app.post('/sobjects/Contact', (request, reply) => {
    const outcome = saveContact(org, readBody(request), null, { allowSave: mayDuplicate(request) });
    if ('objection' in outcome) throw new RestError(400, outcome.objection);
    return reply.code(201).send({ id: outcome.id, success: true, errors: [] });
  });
  app.get('/sobjects/Contact/:id', (request) =>
    toRow(existing(org, request), org.setup.contactFields.filter(isVisible), versionPathOf(request)),
  );
  app.patch('/sobjects/Contact/:id', (request, reply) => {
    const before = existing(org, request);
    const outcome = saveContact(org, readBody(request), before, { allowSave: mayDuplicate(request) });
    if ('objection' in outcome) throw new RestError(400, outcome.objection);
    return reply.code(204).send();
  });
  app.delete('/sobjects/Contact/:id', (request, reply) => {
    org.contacts.delete(existing(org, request).Id);
    return reply.code(204).send();
  });
}

/** The caller accepts that the record looks like another one: alert rules pass, block rules do not. */
export function mayDuplicate(request: FastifyRequest): boolean {
  return /\ballowSave\s*=\s*true\b/i.test(String(request.headers['sforce-duplicate-rule-header'] ?? ''));
}

/** The JSON object of a request. @throws RestError JSON_PARSER_ERROR */
export function readBody(request: FastifyRequest): Readonly<Record<string, unknown>> {
  const { body } = request;
  const parsed = recordBody.safeParse(body);
  if (parsed.success) return parsed.data;
  const message =
    body instanceof UnparsableBody ? `${body.reason} at [line:1, column:1]` : 'The HTTP entity body is required';
  throw new RestError(400, { errorCode: 'JSON_PARSER_ERROR', message });
}

function existing(org: Org, request: FastifyRequest): Contact {
  const contact = org.contacts.get(fullId(idParams.parse(request.params).id));
  if (contact !== undefined) return contact;
  throw new RestError(404, {
    errorCode: 'NOT_FOUND',
    message: 'Provided external ID field does not exist or is not accessible: Id',
  });
}
