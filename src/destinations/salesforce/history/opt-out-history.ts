import { z } from 'zod';
import type { PersonKind } from '../person-kind.js';
import { queriesByKey, soqlText } from '../soql-text.js';
import type { Tools } from '../write-plan.js';
import { momentOf } from './changed-rows.js';

/** When a box was last ticked, and by whom. */
export interface Ticked {
  readonly at: Date;
  readonly by: string | null;
}
/** null: the org does not track the field, or nobody has changed it since it does. */
export type TickedAt = (recordId: string, field: string) => Ticked | null;

/** Where Salesforce keeps the history of tracked fields; of person accounts it is not documented under which names. */
const histories: Readonly<Record<PersonKind['id'], { readonly object: string; readonly parent: string } | null>> = {
  Contact: { object: 'ContactHistory', parent: 'ContactId' },
  Lead: { object: 'LeadHistory', parent: 'LeadId' },
  PersonAccount: null,
};

const noted = z.object({
  Field: z.string(),
  /** A tick, as a value or as a text. */
  NewValue: z.union([z.boolean(), z.string()]).nullish().catch(null),
  CreatedDate: z.string(),
  CreatedById: z.string().nullish(),
});

/**
 * A record only says that a box is ticked now. Where the org tracks the field, this says since when, so that a box that was emptied and
 * ticked again is another decision of the person. No call where no box is ticked.
 */
export async function tickedAt(
  { client, schemas }: Tools,
  kind: PersonKind,
  recordIds: readonly string[],
  boxes: readonly string[],
): Promise<TickedAt> {
  const history = histories[kind.id];
  const known = new Map<string, Ticked>();
  if (history === null || recordIds.length === 0 || (await schemas.find(history.object)) === null) return () => null;
  const select = [history.parent, 'Field', 'NewValue', 'CreatedDate', 'CreatedById'];
  const suffix = ` AND Field IN (${[...new Set(boxes)].map(soqlText).join(',')})`;
  for (const soql of queriesByKey(history.object, select, history.parent, recordIds, suffix))
    for (const row of await client.query(soql)) {
      const { Field, NewValue, CreatedDate, CreatedById } = noted.parse(row);
      const at = momentOf(CreatedDate);
      const key = `${String(row[history.parent])} ${Field}`;
      if (String(NewValue) !== 'true' || at === null || at <= (known.get(key)?.at ?? new Date(0))) continue;
      known.set(key, { at, by: CreatedById ?? null });
    }
  return (recordId, field) => known.get(`${recordId} ${field}`) ?? null;
}
