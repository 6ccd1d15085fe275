import type { DeliveryError } from '../delivery-error.js';
import type { DroppedField } from '../destination.js';
import type { ContactWrite } from './contact-write.js';
import { HubspotError } from './to-delivery-error.js';

/** Whom a refusal is about: the property itself, so everybody who carries it; one value; or the whole record. */
type Scope = 'property' | 'value' | 'record';

const scopes: Readonly<Record<string, Scope>> = {
  PROPERTY_DOESNT_EXIST: 'property',
  READ_ONLY_VALUE: 'property',
  PROPERTY_VALUE_TOO_LONG: 'value',
};

const scopeOf = (code: string | undefined): Scope =>
  scopes[code ?? ''] ?? (code?.startsWith('INVALID_') === true ? 'value' : 'record');

/** The field to leave out so that the rest can be written; null when the record cannot be helped that way. */
export function droppableField({ message, details: { code, field } }: DeliveryError): DroppedField | null {
  return field === undefined || code === undefined || scopeOf(code) === 'record' ? null : { field, code, message };
}

/** The same of a record whose new e-mail address another contact has. */
export const takenAddress = (error: DeliveryError, write: ContactWrite, keyField: string): DroppedField | null =>
  withoutAddress(write, keyField, ownerOf(error));

/** Who is found by a key of its own can do without the address; who is found by the address, or has no contact yet, cannot. */
export function withoutAddress(
  { record, properties: { email } }: ContactWrite,
  keyField: string,
  ownerId: string | null,
): DroppedField | null {
  if (ownerId === null || keyField === 'email' || record.known === null || email === undefined) return null;
  const message = `HubSpot contact ${ownerId} has the address ${email} already: merge the two contacts in HubSpot`;
  return { field: 'email', code: 'CONFLICT', message };
}

/** The contact that has an address already, as a conflict tells; null: the error is another one. */
export const ownerOf = (error: DeliveryError): string | null =>
  error instanceof HubspotError ? error.concerned.ownerId : null;

/** Those who claim one of these addresses (lower-case), which belong to the contact `ownerId`. */
export const claimantsOf = (
  addresses: ReadonlySet<string>,
  ownerId: string,
  writes: readonly ContactWrite[],
  keyField: string,
): readonly ContactWrite[] =>
  writes.filter(({ record: { key, known }, properties }) => {
    const claimed = keyField === 'email' ? key : (properties.email ?? '');
    return known?.remoteId !== ownerId && addresses.has(claimed.trim().toLowerCase());
  });

/** How a batch refers to its records. */
export interface Naming {
  readonly keyField: string;
  /** The `id` a record was sent with. */
  readonly idOf: (write: ContactWrite) => string;
}

/** A key shorter than this may stand in a text by chance. */
const distinctiveLength = 6;

/**
 * The records that are to blame beyond doubt: all that carry a property nobody can write, else those that the refusal names
 * by trace id, id or key. A record refused alone is to blame whatever the refusal says.
 */
export function certainCulprits(
  error: DeliveryError,
  writes: readonly ContactWrite[],
  naming: Naming,
): readonly ContactWrite[] {
  const { code, field } = error.details;
  const carriers = scopeOf(code) === 'property' ? writes.filter((write) => carries(write, field)) : [];
  if (carriers.length > 0) return carriers;
  return writes.length === 1 ? writes : writes.filter((write) => isNamed(error, write, naming));
}

/** Does the refusal name this record by trace id or id, or quote its key in a text about the key? */
export function isNamed(error: DeliveryError, write: ContactWrite, { keyField, idOf }: Naming): boolean {
  const { profileId, key } = write.record;
  const { field = keyField } = error.details;
  const named = error instanceof HubspotError ? error.concerned.named : [];
  if (named.some((name) => name === profileId || name.toLowerCase() === idOf(write).toLowerCase())) return true;
  return field === keyField && key.length >= distinctiveLength && quotes(error.message, key);
}

/** Does the text name the record by HubSpot's own id? */
export const quotesId = ({ message }: DeliveryError, { record: { known } }: ContactWrite): boolean =>
  known !== null && quotes(message, known.remoteId);

const carries = ({ properties }: ContactWrite, field: string | undefined): boolean =>
  field !== undefined && properties[field] !== undefined;

/**
 * The records the refusal may be about, when it names a property: those whose value of it is quoted, else all that carry it.
 * Everybody, when it names none.
 */
export function suspectWrites(error: DeliveryError, writes: readonly ContactWrite[]): readonly ContactWrite[] {
  const { field = '' } = error.details;
  const carriers = writes.filter((write) => carries(write, field));
  const quoted = carriers.filter(({ properties }) => quotes(error.message, properties[field] ?? ''));
  if (quoted.length > 0) return quoted;
  return carriers.length > 0 ? carriers : writes;
}

/** Is this text part of the message, and not merely part of a longer word or address? */
function quotes(message: string, text: string): boolean {
  if (text === '') return false;
  const isWordPart = (character: string | undefined): boolean => character !== undefined && /[\w+%@-]/.test(character);
  const haystack = message.toLowerCase();
  const needle = text.toLowerCase();
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, at + 1)) {
    const end = at + needle.length;
    const goesOn = isWordPart(haystack[end]) || (haystack[end] === '.' && isWordPart(haystack[end + 1]));
    const startedBefore = isWordPart(haystack[at - 1]) || (haystack[at - 1] === '.' && isWordPart(haystack[at - 2]));
    if (!goesOn && !startedBefore) return true;
  }
  return false;
}
