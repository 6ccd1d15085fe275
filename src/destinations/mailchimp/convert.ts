import type { TypedValue } from '../../profiles/attribute.js';
import type { FieldValue, FieldValues } from '../destination.js';
import type { MergeField } from './answers.js';
import type { MergeValue } from './client.js';
import { addressParts, requiredAddressParts, type AddressPart } from './field-names.js';

/** A value as Mailchimp takes it, or why it cannot. */
export type Converted = { readonly value: MergeValue } | { readonly code: string; readonly message: string };

type Conversion = (value: TypedValue, field: MergeField) => Converted;

const ok = (value: MergeValue): Converted => ({ value });
const no = (code: string, message: string): Converted => ({ code, message });

/** Longer texts are cut by Mailchimp; we cut them where it does, so that no character is broken. */
const longestTextBytes = 255;

const isoDate = /^(\d{4})-(\d{2})-(\d{2})/;
const monthAndDay = /^(\d{2})\/(\d{2})$/;

const text: Conversion = (value) => ok(cut(plainText(value)));

const choice: Conversion = (value, field) => {
  const wanted = plainText(value);
  const choices = field.options.choices ?? [];
  const same =
    choices.find((one) => one === wanted) ?? choices.find((one) => one.toLowerCase() === wanted.toLowerCase());
  return same === undefined ? no('not_a_choice', `"${wanted}" is not one of: ${choices.join(', ')}`) : ok(same);
};

const url: Conversion = (value) => {
  const address = plainText(value).trim();
  const isWeb = URL.canParse(address) && /^https?:/i.test(address);
  return isWeb ? ok(address) : no('not_a_url', `"${address}" is not a web address`);
};

/** One row per type of merge field. A type that Mailchimp adds later is written as text. */
const conversions: Readonly<Record<string, Conversion>> = {
  text,
  number: (value) => {
    const number = typeof value.value === 'boolean' ? NaN : asNumber(plainText(value));
    return Number.isFinite(number) ? ok(number) : no('not_a_number', `"${plainText(value)}" is not a number`);
  },
  date: (value) => {
    const [date] = isoDate.exec(plainText(value)) ?? [];
    return date !== undefined && isReal(date) ? ok(date) : no('not_a_date', `"${plainText(value)}" is not a date`);
  },
  birthday: (value) => {
    const [, , month, day] = isoDate.exec(plainText(value)) ?? [];
    const [, writtenMonth = month, writtenDay = day] = monthAndDay.exec(plainText(value)) ?? [];
    // A leap year, so that the 29th of February is a birthday.
    const isBirthday = isReal(`2024-${String(writtenMonth)}-${String(writtenDay)}`);
    return isBirthday
      ? ok(`${String(writtenMonth)}/${String(writtenDay)}`)
      : no('not_a_birthday', `"${plainText(value)}" is not a month and a day`);
  },
  phone: (value, field) => {
    const phone = plainText(value).trim();
    if (field.options.phone_format !== 'US') return ok(phone);
    const [, area, exchange, line] = /^(?:\+?1)?(\d{3})(\d{3})(\d{4})$/.exec(phone.replace(/[^\d+]/g, '')) ?? [];
    if (area === undefined || exchange === undefined || line === undefined)
      return no(
        'not_a_us_phone',
        `"${phone}" is not a US number; the field's phone format can be set to International`,
      );
    return ok(`${area}-${exchange}-${line}`);
  },
  zip: (value) => {
    const [, zip] = /^(\d{5})(?:-\d{4})?$/.exec(plainText(value).trim()) ?? [];
    return zip === undefined ? no('not_a_zip', `"${plainText(value)}" is not a US zip code`) : ok(zip);
  },
  address: (value) => addressOf(writtenParts(value)),
  url,
  imageurl: url,
  radio: choice,
  dropdown: choice,
};

/**
 * One value for one merge field. null clears the field whatever its type; there is no boolean type, so booleans are the
 * texts `true` and `false`; lists are joined by commas; an instant becomes its date in UTC.
 *
 * @see https://mailchimp.com/developer/marketing/docs/merge-fields/
 */
export function toMergeValue(value: FieldValue, field: MergeField): Converted {
  if (value === null) return ok('');
  return (conversions[field.type] ?? text)(value, field);
}

/**
 * An address from the fields of its parts (`ADDRESS.addr1` …). Mailchimp takes it complete only; when all of its parts were taken away, it is
 * cleared.
 */
export function addressFrom(tag: string, fields: FieldValues): Converted {
  const given = addressParts.filter((part) => `${tag}.${part}` in fields);
  const parts = given.map((part) => {
    const value = fields[`${tag}.${part}`] ?? null;
    return [part, value === null ? '' : plainText(value).trim()] as const;
  });
  return parts.every(([, text]) => text === '') ? ok('') : addressOf(Object.fromEntries(parts));
}

type AddressParts = Readonly<Partial<Record<AddressPart, string | undefined>>>;

/** `street, city, state, zip`, and the country at the end if there is one; a list has the same order. */
function writtenParts({ value }: TypedValue): AddressParts {
  const parts = typeof value === 'object' ? value : String(value).split(',');
  const [addr1, city, state, zip, country, ...tooMany] = parts.map((part) => part.trim());
  if (tooMany.length > 0) return {};
  return { addr1, city, state, zip, ...(country === undefined ? {} : { country }) };
}

function addressOf(parts: AddressParts): Converted {
  const missing = requiredAddressParts.filter((part) => (parts[part] ?? '') === '');
  if (missing.length > 0)
    return no('incomplete_address', `An address needs street, city, state and zip; missing: ${missing.join(', ')}`);
  const given = Object.entries(parts).flatMap(([part, text = '']) => (text === '' ? [] : [[part, text] as const]));
  return ok(Object.fromEntries(given));
}

function plainText({ value }: TypedValue): string {
  return typeof value === 'object' ? value.join(', ') : String(value);
}

function asNumber(written: string): number {
  return written.trim() === '' ? NaN : Number(written);
}

function isReal(date: string): boolean {
  const parsed = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date);
}

function cut(value: string): string {
  const bytes = Buffer.from(value, 'utf8');
  if (bytes.length <= longestTextBytes) return value;
  let end = longestTextBytes;
  // 10xxxxxx continues a character: step back to its first byte.
  while (((bytes[end] ?? 0) & 0b1100_0000) === 0b1000_0000) end -= 1;
  return bytes.subarray(0, end).toString('utf8');
}
