import type { TypedValue } from '../profiles/attribute.js';
import { normaliseEmail } from '../profiles/email.js';
import type { Identity } from '../profiles/identity.js';
import { normalisePhone, normaliseWhatsAppPhone } from '../profiles/phone.js';

export interface ContactPoint {
  readonly typed: TypedValue;
  /** Null: kept as an attribute, but it does not recognise a person. */
  readonly identity: Identity | null;
  readonly note?: string;
}

type ReadContactPoint = (value: unknown, region: string | null) => ContactPoint | null;

/** The attributes that are more than a value: whoever has one of them is that person. Null: not a text, an ordinary value. */
export const contactPoints: ReadonlyMap<string, ReadContactPoint> = new Map<string, ReadContactPoint>([
  ['email', reader('email', normaliseEmail, () => 'is no e-mail address: kept as it is, but it recognises nobody.')],
  ['phone', reader('phone', normalisePhone, phoneNote)],
  ['whatsappPhone', reader('phone', normaliseWhatsAppPhone, () => phoneNote(null))],
]);

function reader(
  kind: 'email' | 'phone',
  normalise: (text: string, region: string | null) => string | null,
  note: (region: string | null) => string,
): ReadContactPoint {
  return (value, region) => {
    const text = asText(value);
    if (text === null) return null;
    const normal = normalise(text, region);
    return normal === null
      ? { typed: { type: 'string', value: text }, identity: null, note: note(region) }
      : { typed: { type: 'string', value: normal }, identity: { kind, namespace: '', value: normal } };
  };
}

/** Digits that came as a JSON number are exact as long as the number was; `readJson` made text of the others. */
function asText(value: unknown): string | null {
  if (typeof value === 'string') return value.trim();
  return Number.isSafeInteger(value) ? String(value) : null;
}

function phoneNote(region: string | null): string {
  const where =
    region === null
      ? 'has no country code, and the source no region'
      : `is no phone number in ${region} or with a country code`;
  return `${where}: kept as it is, but it recognises nobody.`;
}
