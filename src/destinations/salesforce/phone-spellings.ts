import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

/**
 * The ways in which a number may stand in an org. Salesforce keeps what people typed and compares letter by letter.
 * @param phone E.164; anything else is looked for as it is
 */
export function phoneSpellings(phone: string): readonly string[] {
  const parsed = parsePhoneNumberFromString(phone);
  if (parsed === undefined) return [phone];
  const digits = parsed.number.slice(1);
  const national = parsed.formatNational();
  return [
    ...new Set([
      parsed.number,
      parsed.formatInternational(),
      national,
      national.replaceAll(/\D/g, ''),
      digits,
      `00${digits}`,
    ]),
  ];
}
