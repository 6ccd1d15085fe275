import { FilterOperatorEnum as Operator } from '@hubspot/api-client/lib/codegen/crm/objects/models/Filter.js';
import { z } from 'zod';
import type { Json } from '../../destination.js';
import type { PullRequest } from '../../remote-fact.js';
import type { Account } from '../account.js';
import { type CrmRecord, type ObjectType, pageOfRecords, searchRecords } from '../api/objects.js';
import { newSpan, readCursor, type Span, spanSchema, watermarkOf } from './stream.js';

const cursorSchema = spanSchema.extend({
  /** Full: where HubSpot's next page begins. Changes: the last id read. */
  after: z.string(),
  total: z.number().nullable(),
});

export interface RecordPage {
  readonly records: readonly CrmRecord[];
  readonly span: Span;
  readonly cursor: Json;
  readonly watermark: Json;
  readonly total: number | null;
}

interface Wanted {
  readonly object: ObjectType;
  /** Few: HubSpot takes 3,000 characters for the whole body of a search. */
  readonly properties: readonly string[];
  readonly pageSize: number;
}

/** When a record was last changed; contacts call it otherwise than all others. */
const changedAt = (object: ObjectType): string => (object === 'contacts' ? 'lastmodifieddate' : 'hs_lastmodifieddate');

/**
 * The next page of the records that have changed in the pull's span, or of all. Changes are found by search and paged by record id: HubSpot
 * pages a search only up to its ten-thousandth result, a new search beyond the last id goes on for ever. A record that changes meanwhile
 * may be missed on its page; it has changed after the pull began, so the next pull has it.
 */
export async function changedRecords(account: Account, request: PullRequest, wanted: Wanted): Promise<RecordPage> {
  const cursor = request.cursor === null ? null : readCursor(cursorSchema, request.cursor);
  const span = cursor ?? newSpan(request, account.context.now());
  const { startedAt, since } = span;
  const after = cursor?.after ?? null;
  const { records, next, total } =
    since === null ? await pageOfAll(account, wanted, after) : await pageOfChanges(account, wanted, since, after);
  const known = cursor === null ? total : cursor.total;
  return {
    records,
    span,
    cursor: next === null ? null : { startedAt, since, after: next, total: known },
    watermark: watermarkOf(span),
    total: known,
  };
}

interface Found {
  readonly records: readonly CrmRecord[];
  readonly next: string | null;
  readonly total: number | null;
}

async function pageOfAll({ client }: Account, { object, properties }: Wanted, after: string | null): Promise<Found> {
  const { results, next } = await pageOfRecords(client, object, after, properties);
  return { records: results, next, total: null };
}

async function pageOfChanges(
  { client }: Account,
  { object, properties, pageSize }: Wanted,
  since: string,
  after: string | null,
): Promise<Found> {
  const changed = { propertyName: changedAt(object), operator: Operator.Gte, value: String(Date.parse(since)) };
  const beyond = { propertyName: 'hs_object_id', operator: Operator.Gt, value: after ?? '0' };
  const { results, total } = await searchRecords(client, object, {
    groups: [[changed, beyond]],
    properties,
    sort: 'hs_object_id',
    limit: pageSize,
  });
  const last = results.at(-1)?.id ?? null;
  return { records: results, next: results.length < pageSize ? null : last, total };
}
