import { boundedMemo } from './bounded-memo.js';

/** `UTC-07`, `UTC+05:30`, `+0200`, and ManyChat's `UTC±00`. */
const fixedOffset = /^(?:UTC|GMT)?\s*([+\-−±])(\d{1,2})(?::?(\d{2}))?$/i;

/** Minutes that a zone's clocks are ahead of UTC at an instant; null: no such zone. */
type OffsetAt = (instantMs: number) => number;

/** A zone by its IANA name (`Europe/Madrid`) or a fixed distance (`UTC-07`). Null: there is no such zone. */
export const zoneOffset = boundedMemo((zone: string): OffsetAt | null => {
  const fixed = fixedOffset.exec(zone.trim());
  if (fixed) {
    const minutes = Number(fixed[2]) * 60 + Number(fixed[3] ?? 0);
    if (minutes > 14 * 60) return null;
    return () => (fixed[1] === '-' || fixed[1] === '−' ? -minutes : minutes);
  }
  return namedZone(zone.trim());
}, 500);

function namedZone(name: string): OffsetAt | null {
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
    return (instantMs) => {
      const text = format.formatToParts(instantMs).find(({ type }) => type === 'timeZoneName')?.value ?? '';
      const [, sign, hours, minutes] = /([+-])(\d{2}):(\d{2})/.exec(text) ?? [];
      const distance = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
      return sign === '-' ? -distance : distance;
    };
  } catch {
    return null; // Intl throws a RangeError for a name it does not know
  }
}

const dayMs = 86_400_000;

/**
 * The instant at which a zone's clocks show a local time, given as if it were UTC. A time that a change of the clocks
 * skips or repeats is read with the distance to UTC that held before the change. Null: there is no such zone.
 */
export function localToInstant(localMs: number, zone: string): number | null {
  const offset = zoneOffset(zone);
  if (!offset) return null;
  const offsetBefore = offset(localMs - dayMs);
  const early = localMs - offsetBefore * 60_000;
  const offsetThen = offset(early);
  if (offsetThen === offsetBefore) return early;
  const late = localMs - offsetThen * 60_000;
  return offset(late) === offsetThen ? late : early;
}
