import { z } from 'zod';

const most = 200;

/** What every list takes: how many, and where the page before ended. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(most).default(50).describe(`Entries on a page, at most ${most}`),
  cursor: z.string().max(500).optional().describe('`next` of the page before'),
};

export interface Page<T> {
  readonly items: readonly T[];
  /** To be sent as `cursor` for the next page; null: this was the last one. */
  readonly next: string | null;
}

/** A page from a list that was asked for one entry more than fits. */
export function pageOf<Row, T>(
  rows: readonly Row[],
  limit: number,
  present: (row: Row) => T,
  cursorOf: (row: Row) => string,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(present), next: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}
