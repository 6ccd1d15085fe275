import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { CountryCode } from 'libphonenumber-js/min';
import { boundedMemo } from './bounded-memo.js';

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
  return lookUp(`${region ?? ''}|${text}`);
}

/** A number that WhatsApp names: the country code always leads, the plus may be missing. */
export function normaliseWhatsAppPhone(text: string): string | null {
  const digits = text.replace(/[^\d]/g, '').replace(/^00/, '');
  return digits === '' ? null : (lookUp(`|+${digits}`) ?? lookUp(`|+${withoutLegacyDigit(digits)}`));
}

/** WhatsApp still writes Mexican mobiles with the 1 that the country gave up in 2019. */
function withoutLegacyDigit(digits: string): string {
  return digits.replace(/^521(?=\d{10}$)/, '52');
}

/**
 * Possible, not valid: the small metadata cannot tell apart countries that share a code, and would refuse British and
 * Italian mobiles; and a number that a country opened last month must not be lost.
 */
const lookUp = boundedMemo((regionAndText: string): string | null => {
  const bar = regionAndText.indexOf('|');
  const region = regionAndText.slice(0, bar);
  const text = regionAndText
    .slice(bar + 1)
    .trim()
    .replace(/^tel:/i, '')
    .replace(/^(?:00|＋)/, '+');
  const options = isRegion(region) ? { defaultCountry: region, extract: false } : { extract: false };
  const phone = parsePhoneNumberFromString(text, options);
  return phone?.isPossible() ? phone.number : null;
}, 20_000);
