import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Json } from '../../json.js';
import type { Derived, HistoryStream, PullPage, PullRequest, RemoteFact } from '../../remote-fact.js';
import type { FieldCatalogs } from '../field-catalog.js';
import type { MarketingClient } from '../marketing-client.js';
import { derived, type DerivedKey } from './derived.js';
import type { HistoryClient } from './history-client.js';
import { referenceTo } from '../webhook-facts.js';

export interface HistoryTools {
  readonly history: HistoryClient;
  readonly marketing: MarketingClient;
  readonly fields: FieldCatalogs;
  readonly now: () => Date;
}

/** A declared stream with what reads a page of it. */
export interface MailchimpStream {
  readonly declaration: HistoryStream;
  pull(tools: HistoryTools, request: PullRequest): Promise<PullPage>;
}

/** Mailchimp's listings lag, and its clock is not ours: what is read again is recognised by its key. */
const overlapMs = 10 * 60_000;

const instant = z.iso.datetime();

/** From when on something is news: the watermark with its overlap, or what is wanted at all; null: everything. */
export function newsSince({ watermark, notBefore }: Pick<PullRequest, 'watermark' | 'notBefore'>): Date | null {
  const last = instant.safeParse(watermark).data;
  const since = last === undefined ? null : new Date(Date.parse(last) - overlapMs);
  if (since === null || notBefore === null) return since ?? notBefore;
  return since > notBefore ? since : notBefore;
}

/** The cursor as we left it; anything else starts anew. */
export function readCursor<T>(schema: z.ZodType<T>, cursor: Json, first: () => T): T {
  return schema.safeParse(cursor).data ?? first();
}

/** Mailchimp writes `2026-03-04T10:20:30+00:00`, and nothing for what it does not know. */
export function toDate(written: unknown): Date | null {
  if (typeof written !== 'string' || written === '') return null;
  const at = new Date(written);
  return Number.isNaN(at.getTime()) ? null : at;
}

/** Something that happened. By a webhook or in any stream, the same thing has the same key. */
export function activity(
  email: string,
  name: string,
  at: Date | null,
  key: string,
  properties: Readonly<Record<string, string | number | boolean>>,
  own = false,
): RemoteFact {
  const about = referenceTo(email);
  const said = Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== ''));
  const dedupeKey = `mailchimp:${name}:${about.remoteId ?? ''}:${key}`;
  return { kind: 'activity', about, occurredAt: at, dedupeKey, own, name, properties: said };
}

type Values = Partial<Record<DerivedKey, string | number | readonly string[]>>;

/**
 * What was worked out about a member. The key is made of the values, so what has not changed is no news.
 *
 * @param at since when it is so; of two such facts the later one counts
 */
export function derivedFact(email: string, at: Date | null, values: Values): Derived {
  const about = referenceTo(email);
  const attributes = derived.flatMap(({ key, type, label }) => {
    const value = values[key];
    return value === undefined ? [] : [{ key, type, label, value }];
  });
  const digest = createHash('sha256').update(JSON.stringify(attributes)).digest('hex').slice(0, 16);
  return {
    kind: 'derived',
    about,
    occurredAt: at,
    dedupeKey: `mailchimp:derived:${about.remoteId ?? ''}:${digest}`,
    own: false,
    attributes,
  };
}

/** The newest of them; null: there is none. */
export const newest = (dates: readonly (Date | null)[]): Date | null =>
  dates.reduce((latest, date) => (date !== null && (latest === null || date > latest) ? date : latest), null);
