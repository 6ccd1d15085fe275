import type { Profile } from '../../profiles/profile.js';
import { ownValue } from '../../profiles/own-value.js';
import type { ActiveTrigger } from '../active-trigger.js';
import { momentOfDate } from '../time/date-moment.js';
import { zoneFor } from '../time/person-zone.js';

/** When a date of a person comes near, for one trigger; `due` null: it does not, or not any more. */
export interface DateRow {
  readonly trigger: string;
  readonly profileId: string;
  readonly value: string;
  readonly dueAt: Date | null;
}

/**
 * @param fromMs what lies before it does not count any more; a yearly date is the first one from then on
 * @param installation the zone of triggers that name none
 */
export function dateRowOf(
  { key, definition: { when, timeZone } }: ActiveTrigger,
  { id, attributes }: Pick<Profile, 'id' | 'attributes'>,
  fromMs: number,
  installation: string,
): DateRow | null {
  if (!('date' in when)) return null;
  const value = ownValue(attributes, when.date);
  const dueMs = momentOfDate(value, when, zoneFor(timeZone, attributes, installation), fromMs);
  const isDue = dueMs !== null && dueMs >= fromMs;
  return {
    trigger: key,
    profileId: id,
    value: typeof value === 'string' ? value : '',
    dueAt: isDue ? new Date(dueMs) : null,
  };
}
