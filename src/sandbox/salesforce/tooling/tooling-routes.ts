import { z } from 'zod';
import type { Org } from '../org.js';
import { parseBody } from '../rest/read-request.js';
import { badRequest, notFound, RestError } from '../rest/rest-error.js';
import { created, noContent, ok, type RestAnswer, type RestCall, type RestRoute } from '../rest/rest-route.js';
import { runQuery } from '../soql/run-query.js';
import { addField, changeField, customFields, objectsOf, type CustomField } from './custom-fields.js';
import { fieldMetadata, toField } from './field-metadata.js';
import { toolingSchema } from './tooling-schema.js';

const newField = z.object({ FullName: z.string(), Metadata: fieldMetadata });
const changedField = z.object({ Metadata: fieldMetadata });

/**
 * Custom fields by the Tooling API.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_tooling.meta/api_tooling/tooling_api_objects_customfield.htm
 */
export const toolingRoutes: readonly RestRoute[] = [
  { method: 'POST', path: '/tooling/sobjects/CustomField', handle: createField },
  {
    method: 'GET',
    path: '/tooling/sobjects/CustomField/:id',
    handle: (call) => {
      const { id, object, field } = byId(call);
      return ok({ Id: id, FullName: `${object}.${field.name}`, Metadata: { label: field.label, type: field.type } });
    },
  },
  {
    method: 'PATCH',
    path: '/tooling/sobjects/CustomField/:id',
    handle: (call) => {
      refuseOthers(call.org);
      const before = byId(call);
      const read = toField(before.field.name, parseBody(changedField, call).Metadata);
      if ('objection' in read) throw new RestError(400, read.objection);
      changeField(call.org, before, { ...read.field, access: before.field.access });
      return noContent;
    },
  },
  {
    method: 'DELETE',
    path: '/tooling/sobjects/CustomField/:id',
    handle: (call) => {
      refuseOthers(call.org);
      changeField(call.org, byId(call), null);
      return noContent;
    },
  },
  {
    method: 'GET',
    path: '/tooling/query',
    handle: ({ org, query, versionPath }) => {
      if (query.q === undefined) throw badRequest('MALFORMED_QUERY', 'A query string has to be specified');
      const searched = { schema: toolingSchema(org), clock: org.clock };
      const nest = (rows: readonly unknown[]): unknown => ({ totalSize: rows.length, done: true, records: rows });
      const { total, rows } = runQuery(searched, query.q, { includeDeleted: false, versionPath, nest });
      return ok({
        size: rows.length,
        totalSize: total,
        done: true,
        queryLocator: null,
        entityTypeName: null,
        records: rows,
      });
    },
  },
];

function createField(call: RestCall): RestAnswer {
  const { org } = call;
  refuseOthers(org);
  const { FullName, Metadata } = parseBody(newField, call);
  const [declared = '', name = ''] = FullName.split('.');
  const objects = objectsOf(declared).map((object) => org.schema.readableByName(object));
  if (objects.some((object) => object === undefined))
    throw badRequest(
      'INVALID_CROSS_REFERENCE_KEY',
      `Entity Enumeration Or ID: bad value for restricted picklist field: ${declared}`,
    );
  if (!/^[A-Za-z](_?[A-Za-z0-9])*__c$/.test(name))
    throw badRequest(
      'FIELD_INTEGRITY_EXCEPTION',
      `The name ${name} is not one a custom field can have: letters, digits and single underscores, then __c`,
    );
  if (objects.some((object) => object?.fields.some((field) => field.name.toLowerCase() === name.toLowerCase())))
    throw badRequest(
      'DUPLICATE_DEVELOPER_NAME',
      `There is already a field named ${name.replace(/__c$/, '')} on ${declared}.`,
    );
  const read = toField(name, Metadata);
  if ('objection' in read) throw new RestError(400, read.objection);
  const id = addField(org, declared, read.field);
  return created({ id, success: true, errors: [], warnings: [], infos: [] });
}

function byId({ org, params }: RestCall): CustomField {
  const found = customFields(org).find(({ id }) => id.slice(0, 15) === params.id?.slice(0, 15));
  if (found === undefined) throw notFound();
  return found;
}

function refuseOthers({ setup }: Org): void {
  if (setup.userPermissions.customizeApplication) return;
  throw new RestError(403, {
    errorCode: 'INSUFFICIENT_ACCESS',
    message: 'insufficient access rights on cross-reference id: the Customize Application permission is needed',
  });
}
