import type { Batch } from '../events/batch.js';
import { type AggregateRow, collectAggregates, eventAggregatesSql } from './event-aggregates-sql.js';
import type { EventQueries } from './event-query.js';
import type { EventAggregate } from './subject.js';

/** What event queries found, by profile. */
export interface FoundAggregates {
  /** By slot, as `RuleSubject.aggregates`. */
  of(profileId: string): readonly (EventAggregate | undefined)[];
}

const nothing: readonly undefined[] = [];

/** Fetches all that is needed of all profiles, in one statement or two, and none where nothing is. Sees the batch's own events. */
export async function fetchAggregates(
  { now, query }: Pick<Batch, 'now' | 'query'>,
  { queries }: { readonly queries: EventQueries },
  needed: ReadonlyMap<string, ReadonlySet<number>>,
): Promise<FoundAggregates> {
  const wanted = [...needed].flatMap(([profileId, slots]) => [...slots].map((slot) => ({ profileId, slot })));
  if (wanted.length === 0) return { of: () => nothing };
  const rows: AggregateRow[] = [];
  for (const { text, values } of eventAggregatesSql(queries.all, wanted, now.getTime()))
    // Without a name: its text is another one for each combination of queries, and PostgreSQL would keep them all.
    rows.push(...(await query<AggregateRow>({ name: '', text }, values)));
  const found = collectAggregates(rows);
  return { of: (profileId) => found.get(profileId) ?? nothing };
}
