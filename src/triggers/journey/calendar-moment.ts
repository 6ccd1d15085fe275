import type { AttributeValue } from '../../profiles/attribute.js';
import { ownValue } from '../../profiles/own-value.js';
import type { CalendarWait } from '../definition/step.js';
import { momentOfDate } from '../time/date-moment.js';
import { nextTimeOfDay } from '../time/wall-clock.js';

/**
 * When a wait on the calendar is over, ms since 1970.
 *
 * @param fromMs when it began
 * @returns null: an attribute that is to say when says nothing
 */
export function calendarMoment(
  until: CalendarWait,
  fromMs: number,
  attributes: Readonly<Record<string, AttributeValue>>,
  zone: string,
): number | null {
  if ('time' in until) return nextTimeOfDay(fromMs, zone, until.time, until.on);
  if ('moment' in until)
    return until.moment.length > 10
      ? Date.parse(until.moment)
      : momentOfDate(until.moment, { at: '00:00' }, zone, fromMs);
  return momentOfDate(ownValue(attributes, until.attribute), until, zone, fromMs);
}
