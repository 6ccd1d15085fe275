import { createHash } from 'node:crypto';
import { describeBriefly, describeObject } from '../schema/describe-object.js';
import { objectOf } from './read-request.js';
import { ok, type RestRoute } from './rest-route.js';

/**
 * What there is in the org.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_describeGlobal.htm
 */
export const describeRoutes: readonly RestRoute[] = [
  {
    method: 'GET',
    path: '/sobjects',
    handle: ({ org, versionPath }) =>
      ok({
        encoding: 'UTF-8',
        maxBatchSize: 200,
        sobjects: org.schema.readable.map((object) => describeBriefly(object, versionPath)),
      }),
  },
  {
    method: 'GET',
    path: '/sobjects/:object',
    handle: (call) => ok({ objectDescribe: describeBriefly(objectOf(call), call.versionPath), recentItems: [] }),
  },
  {
    method: 'GET',
    path: '/sobjects/:object/describe',
    handle: (call) => {
      const body = describeObject(objectOf(call), call.org.schema, call.versionPath);
      const etag = `"${createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 32)}"`;
      if (call.header('if-none-match').includes(etag)) return { status: 304, headers: { etag } };
      return { ...ok(body), headers: { etag } };
    },
  },
];
