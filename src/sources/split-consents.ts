import type { RawAttribute } from '../events/collect-attributes.js';
import type { IncomingConsent } from '../events/incoming-event.js';
import { consentIn } from './author-fields.js';

/** Parts the fields that are about consent from the attributes. What comes first counts. */
export function splitConsents(all: readonly RawAttribute[]): {
  attributes: RawAttribute[];
  consents: IncomingConsent[];
} {
  const attributes: RawAttribute[] = [];
  const consents: IncomingConsent[] = [];
  for (const attribute of all) {
    const { label, value } = attribute;
    const isWord = typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number';
    const consent = isWord ? consentIn(label, value) : undefined;
    if (consent === undefined) attributes.push(attribute);
    else consents.push(...consent.filter(({ purpose }) => !consents.some((known) => known.purpose === purpose)));
  }
  return { attributes, consents };
}
