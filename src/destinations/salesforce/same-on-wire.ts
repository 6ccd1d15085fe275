import type { WireValue } from './collections.js';
import type { DescribedField } from './wire.js';

/** Would writing this value change what the org holds? Moments are kept in whole seconds, choices in any order. */
export function sameOnWire(held: unknown, wanted: WireValue, field: DescribedField | undefined): boolean {
  const present = held ?? null;
  if (present === wanted) return true;
  if (typeof present !== 'string' || typeof wanted !== 'string') return false;
  if (field?.type === 'datetime') return wholeSeconds(present) === wholeSeconds(wanted);
  if (field?.type === 'email') return present.toLowerCase() === wanted.toLowerCase();
  if (field?.type === 'multipicklist') return choices(present) === choices(wanted);
  return false;
}

const wholeSeconds = (moment: string): number => Math.floor(Date.parse(moment) / 1_000);
const choices = (value: string): string => value.split(';').sort().join(';');
