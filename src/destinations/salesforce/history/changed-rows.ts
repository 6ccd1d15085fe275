import { z } from 'zod';
import type { Json } from '../../destination.js';
import type { PullPage, PullRequest } from '../../remote-fact.js';
import type { SalesforceClient } from '../client.js';
import { soqlText } from '../soql-text.js';
import type { QueriedRow } from '../wire.js';
import { minuteMs } from './history-stream.js';

/** Rows are committed later than they are stamped, so the end of the last pull is read once more. */
const overlapMs = 10 * minuteMs;

/** Where a pull is: everything from `since` on, of which `after` was the last row read. */
const cursorSchema = z.object({
  since: z.string().nullable(),
  startedAt: z.string(),
  after: z.object({ stamp: z.string(), id: z.string() }).nullable(),
  total: z.number(),
});
type Cursor = z.infer<typeof cursorSchema>;
const watermarkSchema = z.object({ since: z.string() });

export interface RowsWanted {
  readonly object: string;
  /** What is selected beside Id and SystemModstamp, subqueries included. */
  readonly fields: readonly string[];
  readonly where?: string;
  /** `all`: deleted rows as well. */
  readonly scope?: 'living' | 'all';
  readonly pageSize: number;
}

export interface ChangedRows extends Omit<PullPage, 'facts'> {
  readonly rows: readonly QueriedRow[];
}

/**
 * One page of what has changed, oldest first. Rows are read by stamp and id, since hundreds of them can have the same stamp: so nothing
 * is missed and nothing read twice at the border of a page, however much changes meanwhile.
 */
export async function changedRows(
  client: SalesforceClient,
  request: PullRequest,
  wanted: RowsWanted,
): Promise<ChangedRows> {
  const place =
    request.cursor === null ? await firstPlace(client, request, wanted) : cursorSchema.parse(request.cursor);
  const soql = `SELECT ${['Id', 'SystemModstamp', ...wanted.fields].join(', ')} FROM ${wanted.object}${whereOf(place, wanted)} ORDER BY SystemModstamp, Id LIMIT ${wanted.pageSize}`;
  const rows = await client.restOf(await client.queryPage(soql, wanted.scope));
  const last = rows.at(-1);
  const isLast = rows.length < wanted.pageSize || last === undefined;
  const since = new Date(Date.parse(place.startedAt) - overlapMs).toISOString();
  return {
    rows,
    cursor: isLast ? null : asJson({ ...place, after: { stamp: instantOf(last.SystemModstamp), id: String(last.Id) } }),
    watermark: { since },
    done: rows.length,
    total: place.total,
  };
}

async function firstPlace(client: SalesforceClient, request: PullRequest, wanted: RowsWanted): Promise<Cursor> {
  const watermark = request.watermark === null ? null : watermarkSchema.parse(request.watermark).since;
  const notBefore = request.notBefore?.toISOString() ?? null;
  const since =
    [watermark, notBefore]
      .filter((moment) => moment !== null)
      .sort()
      .at(-1) ?? null;
  const place = { since, startedAt: client.context.now().toISOString(), after: null, total: 0 };
  const { totalSize } = await client.queryPage(
    `SELECT COUNT() FROM ${wanted.object}${whereOf(place, wanted)}`,
    wanted.scope,
  );
  return { ...place, total: totalSize };
}

function whereOf({ since, after }: Cursor, { where }: RowsWanted): string {
  const conditions = [
    ...(where === undefined ? [] : [`(${where})`]),
    ...(since === null ? [] : [`SystemModstamp >= ${since}`]),
    ...(after === null
      ? []
      : [`(SystemModstamp > ${after.stamp} OR (SystemModstamp = ${after.stamp} AND Id > ${soqlText(after.id)}))`]),
  ];
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
}

/** A page without what was only read to make it. */
export const pageOf = ({ cursor, watermark, done, total }: ChangedRows): Omit<PullPage, 'facts'> => ({
  cursor,
  watermark,
  done,
  total,
});

/** The later of two moments; null: neither is known. */
export const latest = (one: Date | null, other: Date | null): Date | null =>
  one === null || (other !== null && other > one) ? other : one;

const asJson = ({ since, startedAt, after, total }: Cursor): Json => ({ since, startedAt, after, total });

/** Salesforce writes `+0000` where ISO 8601 in queries wants `Z`. */
export const instantOf = (moment: unknown): string => momentOf(moment)?.toISOString() ?? '1970-01-01T00:00:00.000Z';

/** null: not a moment. */
export function momentOf(moment: unknown): Date | null {
  if (typeof moment !== 'string' || moment === '') return null;
  const instant = new Date(moment.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return Number.isNaN(instant.getTime()) ? null : instant;
}
