import { runQuery } from '../soql/run-query.js';
import { badRequest } from './rest-error.js';
import { ok, type RestAnswer, type RestCall, type RestRoute } from './rest-route.js';

const largestPage = 2_000;
const smallestPage = 200;

/**
 * SOQL over everything the org holds, in pages of at most 2,000.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm
 */
export const queryRoutes: readonly RestRoute[] = ['query', 'queryAll'].flatMap((name): RestRoute[] => [
  { method: 'GET', path: `/${name}`, handle: (call) => firstPage(call, name === 'queryAll') },
  {
    method: 'GET',
    path: `/${name}/:locator`,
    handle: ({ org, params, versionPath }) => ok(org.cursors.nextPage(params.locator ?? '', versionPath)),
  },
]);

function firstPage({ org, query, header, versionPath }: RestCall, includeDeleted: boolean): RestAnswer {
  if (query.q === undefined) throw badRequest('MALFORMED_QUERY', 'A query string has to be specified');
  const nest = (rows: readonly unknown[]): unknown =>
    org.cursors.nestedPage(rows, org.setup.nestedPageSize, versionPath);
  const { total, rows } = runQuery(org, query.q, { includeDeleted, versionPath, nest });
  if (rows.length === 0) return ok({ totalSize: total, done: true, records: [] });
  return ok(org.cursors.firstPage(rows, pageSizeOf(header('sforce-query-options')), versionPath));
}

/** The caller may ask for smaller pages. */
function pageSizeOf(options: string): number {
  const asked = /\bbatchSize\s*=\s*(\d+)/i.exec(options)?.[1];
  return asked === undefined ? largestPage : Math.min(largestPage, Math.max(smallestPage, Number(asked)));
}
