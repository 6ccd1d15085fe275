import type { Property, PropertyKind } from './property.js';

/** Brings two writings of the same value to one form: what HubSpot holds and what we would send are compared in it. */
const normal = {
  text: (value) => value,
  number: (value) => (value === '' ? '' : String(Number(value))),
  boolean: (value) => value.toLowerCase(),
  date: (value) => value.slice(0, 10),
  datetime: (value) => (Number.isNaN(Date.parse(value)) ? value : new Date(value).toISOString()),
  option: (value) => value,
  options: (value) => selected(value).toSorted().join(';'),
} as const satisfies Record<PropertyKind, (value: string) => string>;

const selected = (value: string): string[] => [...new Set(value.split(';').filter((option) => option !== ''))];

/** What a property would hold after `sent` was written over `held`: a list with a leading `;` adds to what is there. */
export function afterWriting({ kind }: Property, held: string, sent: string): string {
  const adds = kind === 'options' && sent.startsWith(';');
  return adds ? selected(`${held}${sent}`).join(';') : sent;
}

/** Are these the same value of this property? Nothing and an empty text are. */
export function isSameValue({ kind, name }: Property, held: string | null, wanted: string): boolean {
  const [left, right] = [normal[kind](held ?? ''), normal[kind](wanted)];
  return name === 'email' ? left.toLowerCase() === right.toLowerCase() : left === right;
}
