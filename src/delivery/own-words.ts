import type { IncomingEvent } from '../events/incoming-event.js';
import { isWritten, type Mapping } from '../mapping/mapping.js';
import type { TypedValue } from '../profiles/attribute.js';
import { ownValue } from '../profiles/own-value.js';
import type { RemoteRecord } from './remote-records.repository.js';

/** What we have written to a chat platform of a contact, or are about to. */
export type Written = Pick<RemoteRecord, 'fields' | 'tags' | 'dropped'>;

/** What an event says that only repeats what we wrote ourselves. */
export interface OwnWords {
  /** Indexes into the event's attributes. */
  readonly attributes: ReadonlySet<number>;
  readonly tags: ReadonlySet<string>;
}

/**
 * A chat platform tells with every message all that it holds of a contact, also what we wrote there. That is no statement of the person:
 * it may be older than what the profile knows by now, and in a form that only fits the platform's field. Fields are found by the
 * caption, as people see it at the platform.
 */
export function ownWords(
  { attributes, tagsAdded }: IncomingEvent,
  mapping: Mapping,
  written: readonly Written[],
): OwnWords {
  const values = written.map((each) => writtenByCaption(mapping, each));
  const repeated = attributes.flatMap((attribute, index) => {
    const caption = captionKey(attribute.label);
    const isOurs = values.some((ours) => {
      const wrote = ours.get(caption);
      return wrote !== undefined && says(attribute, wrote);
    });
    return isOurs ? [index] : [];
  });
  const tags = tagsAdded.filter((tag) => written.some((each) => each.tags.includes(tag)));
  return { attributes: new Set(repeated), tags: new Set(tags) };
}

function writtenByCaption(mapping: Mapping, { fields, tags, dropped }: Written): Map<string, TypedValue> {
  const values = new Map<string, TypedValue>();
  for (const { to } of mapping.fields.filter(isWritten)) {
    const value = ownValue(fields, to) ?? null;
    if (value !== null && !dropped.includes(to)) values.set(captionKey(to), value);
  }
  // Where a platform has no tags they are a field of their own.
  if (mapping.tags !== undefined && tags.length > 0)
    values.set(captionKey(mapping.tags.to), { type: 'list', value: tags });
  return values;
}

const captionKey = (caption: string): string => caption.trim().toLowerCase();

/** The same, however the platform writes it: a number as a text, a list with commas, a moment without its milliseconds. */
function says(said: TypedValue, wrote: TypedValue): boolean {
  if (plainText(said) === plainText(wrote)) return true;
  if (wrote.type === 'boolean') return plainText(said).toLowerCase() === plainText(wrote);
  const [one, other] = [secondOf(said), secondOf(wrote)];
  return one !== null && one === other;
}

const plainText = ({ value }: TypedValue): string => (typeof value === 'object' ? value.join(', ') : String(value));

/** Seconds since 1970; a date is its first second. */
function secondOf({ type, value }: TypedValue): number | null {
  if (type !== 'date' && type !== 'datetime') return null;
  const ms = Date.parse(String(value));
  return Number.isNaN(ms) ? null : Math.floor(ms / 1_000);
}
