import { z } from 'zod';
import { DeliveryError } from '../../delivery-error.js';
import type { Json } from '../../destination.js';
import type { HistoryStream, PullPage, PullRequest } from '../../remote-fact.js';
import type { Account } from '../account.js';

/** One kind of history as the connection needs it: what it declares, and how a page of it is got. */
export interface HubspotStream {
  readonly declaration: HistoryStream;
  pull(account: Account, request: PullRequest): Promise<PullPage>;
}

/** What a finished pull leaves: when it began. */
const watermarkSchema = z.object({ startedAt: z.iso.datetime() });

/** HubSpot's search finds changes up to half a minute late, and clocks differ; what is read twice is recognised by its key. */
const overlapMs = 2 * 60_000;

/** The span of time one pull reads, the same on each of its pages. */
export interface Span {
  readonly startedAt: string;
  /** null: everything there is. */
  readonly since: string | null;
}

export const spanSchema = z.object({ startedAt: z.iso.datetime(), since: z.iso.datetime().nullable() });

/** That of a pull whose first page this is. */
export function newSpan({ watermark, notBefore }: PullRequest, now: Date): Span {
  const last = watermarkSchema.safeParse(watermark).data;
  const changedSince = last === undefined ? null : new Date(Date.parse(last.startedAt) - overlapMs);
  const later = [changedSince, notBefore].flatMap((at) => at?.getTime() ?? []);
  return {
    startedAt: now.toISOString(),
    since: later.length === 0 ? null : new Date(Math.max(...later)).toISOString(),
  };
}

export const watermarkOf = ({ startedAt }: Span): Json => ({ startedAt });

/** What the page before has left. @throws DeliveryError when it is not of this stream: the pull has to begin anew */
export function readCursor<T>(schema: z.ZodType<T>, cursor: Json): T {
  const parsed = schema.safeParse(cursor);
  if (parsed.success) return parsed.data;
  throw new DeliveryError('rejected', 'The place where the last page ended cannot be read; begin the pull anew', {
    code: 'UNREADABLE_CURSOR',
  });
}
