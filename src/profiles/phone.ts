import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { CountryCode } from 'libphonenumber-js/min';
import { boundedMemo } from './bounded-memo.js';

/** Per region; a few MB. */
const mostRemembered = 20_000;

/** A look-up of its own for each region, so that no text has to be put together just to remember by it. */
const lookUpIn = boundedMemo((region: string): ((text: string) => string | null) =>
  boundedMemo((text) => lookUp(text, region), mostRemembered),
);

/** An ISO 3166 country code that a source's settings may name as its region. */
export function isRegion(code: string): code is CountryCode {
  return isSupportedCountry(code);
}

/**
 * A phone number in E.164 (`+447700900123`). Only texts: a number may have lost a zero or a digit already.
 *
 * @param region whose national numbers are meant where no country code is given; null: such a number stays unknown
 * @returns null where it is no possible number, or its country cannot be known
 */
export function normalisePhone(text: string, region: string | null): string | null {
  return lookUpIn(region ?? '')(text);
}

/** A number that WhatsApp names: the country code always leads, the plus may be missing. */
export const normaliseWhatsAppPhone = boundedMemo((text: string): string | null => {
  const digits = text.replace(/[^\d]/g, '').replace(/^00/, '');
  return digits === ''
    ? null
    : (normalisePhone(`+${digits}`, null) ?? normalisePhone(`+${withoutLegacyDigit(digits)}`, null));
}, mostRemembered);

/** WhatsApp still writes Mexican mobiles with the 1 that the country gave up in 2019. */
function withoutLegacyDigit(digits: string): string {
  return digits.replace(/^521(?=\d{10}$)/, '52');
}

/**
 * Possible, not valid: the small metadata cannot tell apart countries that share a code, and would refuse British and
 * Italian mobiles; and a number that a country opened last month must not be lost.
 */
function lookUp(given: string, region: string): string | null {
  const text = given
    .trim()
    .replace(/^tel:/i, '')
    .replace(/^(?:00|＋)/, '+');
  const options = isRegion(region) ? { defaultCountry: region, extract: false } : { extract: false };
  const phone = parsePhoneNumberFromString(text, options);
  return phone?.isPossible() ? phone.number : null;
}
