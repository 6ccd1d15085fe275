import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Org } from './org.js';
import { RestError } from './rest-error.js';
import { runQuery } from './run-query.js';
import { versionPathOf } from './version-path.js';

const searchParams = z.object({ q: z.string().optional() });
const locatorParams = z.object({ locator: z.string() });
const pageSize = 2_000;
const mostOpenCursors = 10;

/**
 * SOQL over the contacts, in pages of 2,000.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm
 */
export function registerQueries(app: FastifyInstance, org: Org): void {
  const cursors = new Map<string, readonly unknown[]>();
  const page = (cursor: string, rows: readonly unknown[], start: number, versionPath: string): unknown => {
    const end = start + pageSize;
    if (end >= rows.length) return { totalSize: rows.length, done: true, records: rows.slice(start) };
    const nextRecordsUrl = `${versionPath}/query/${cursor}-${end}`;
    return { totalSize: rows.length, done: false, nextRecordsUrl, records: rows.slice(start, end) };
  };
  app.get('/query', (request) => {
    const { q } = searchParams.parse(request.query);
    if (q === undefined) throw malformed('A query string has to be specified');
    const versionPath = versionPathOf(request);
    const rows = runQuery(org, q, versionPath);
    const cursor = `01g${randomBytes(8).toString('hex').slice(0, 15)}`;
    if (rows.length > pageSize) cursors.set(cursor, rows);
    // Salesforce, too, lets a user keep ten cursors and closes the oldest.
    for (const oldest of [...cursors.keys()].slice(0, -mostOpenCursors)) cursors.delete(oldest);
    return page(cursor, rows, 0, versionPath);
  });
  app.get('/query/:locator', (request) => {
    const [cursor = '', start = ''] = locatorParams.parse(request.params).locator.split('-');
    const rows = cursors.get(cursor);
    if (rows === undefined)
      throw new RestError(400, { errorCode: 'INVALID_QUERY_LOCATOR', message: 'invalid query locator' });
    return page(cursor, rows, Number(start), versionPathOf(request));
  });
}

const malformed = (message: string): RestError => new RestError(400, { errorCode: 'MALFORMED_QUERY', message });
