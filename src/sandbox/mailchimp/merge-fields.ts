import type { MergeField, MergeFieldType, MergeValue } from './account.js';
import type { FieldProblem } from './problem.js';

/** A value as it is stored, or the complaint about it. */
type Checked = { readonly value: MergeValue } | { readonly complaint: string };
type Check = (sent: unknown, field: MergeField) => Checked;

const ok = (value: MergeValue): Checked => ({ value });
const no = (complaint: string): Checked => ({ complaint });

const isoDate = /^(\d{4})[-/](\d{2})[-/](\d{2})$/;
const usDate = /^(\d{2})\/(\d{2})\/(\d{4})$/;
const euDate = /^(\d{2})-(\d{2})-(\d{4})$/;

const text: Check = (sent) => ok(cutTo255Bytes(String(sent)));

const choice: Check = (sent, field) =>
  field.options.choices?.includes(String(sent)) === true
    ? ok(String(sent))
    : no(`Value must be one of: ${(field.options.choices ?? []).join(', ')}`);

const checks = {
  text,
  number: (sent) => {
    const number = typeof sent === 'number' ? sent : Number(sent);
    return Number.isFinite(number) ? ok(number) : no('Please enter a number');
  },
  date: (sent) => {
    const date = asDate(String(sent));
    return date === null ? no('Please enter a valid date') : ok(date);
  },
  birthday: (sent) => {
    const value = String(sent);
    const [month, day] = value.split('/');
    const isReal = /^\d{2}\/\d{2}$/.test(value) && isRealDate(2024, Number(month), Number(day));
    return isReal ? ok(value) : no('Please enter a valid birthday');
  },
  address: (sent) => {
    if (typeof sent !== 'object' || sent === null) return no('Please enter a complete address');
    const parts = Object.fromEntries(Object.entries(sent).map(([part, value]) => [part, String(value)]));
    const isComplete = ['addr1', 'city', 'state', 'zip'].every((part) => (parts[part] ?? '') !== '');
    return isComplete ? ok(parts) : no('Please enter a complete address');
  },
  phone: (sent, field) =>
    field.options.phone_format === 'US' && !/^\(?\d{3}\)?[-. ]?\d{3}[-. ]?\d{4}$/.test(String(sent))
      ? no('Please enter a complete phone number')
      : text(sent, field),
  zip: (sent) => (/^\d{5}$/.test(String(sent)) ? ok(String(sent)) : no('Please enter a valid 5 digit zip code')),
  url: (sent) => (URL.canParse(String(sent)) ? ok(String(sent)) : no('Please enter a valid URL')),
  imageurl: (sent) => (URL.canParse(String(sent)) ? ok(String(sent)) : no('Please enter a valid image URL')),
  radio: choice,
  dropdown: choice,
} as const satisfies Record<MergeFieldType, Check>;

/**
 * What a write's `merge_fields` change. Tags the audience does not have are dropped without a word, `''` clears any type,
 * and a required field is missed only when the member has no value and the request does not waive it.
 */
export function checkedMergeFields(
  fields: readonly MergeField[],
  sent: Readonly<Record<string, unknown>>,
  held: Readonly<Record<string, MergeValue>>,
  skipValidation: boolean,
): { readonly values: Record<string, MergeValue>; readonly errors: readonly FieldProblem[] } {
  const values: Record<string, MergeValue> = {};
  const errors: FieldProblem[] = [];
  for (const field of fields) {
    const value = sent[field.tag];
    if (value !== undefined && value !== null) {
      const checked = value === '' ? ok('') : checks[field.type](value, field);
      if ('complaint' in checked) errors.push({ field: field.tag, message: checked.complaint });
      else values[field.tag] = checked.value;
    }
    const after = values[field.tag] ?? held[field.tag] ?? '';
    if (field.required && after === '' && !skipValidation && value === undefined)
      errors.push({ field: field.tag, message: 'Please enter a value' });
  }
  return { values, errors };
}

function asDate(sent: string): string | null {
  const iso = isoDate.exec(sent);
  const us = usDate.exec(sent);
  const eu = euDate.exec(sent);
  const parts = iso?.slice(1) ?? (us && [us[3], us[1], us[2]]) ?? (eu && [eu[3], eu[2], eu[1]]);
  if (!parts) return null;
  const [year, month, day] = parts.map(Number);
  if (year === undefined || month === undefined || day === undefined || !isRealDate(year, month, day)) return null;
  return parts.join('-');
}

function isRealDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** Mailchimp keeps at most 255 bytes of a text, without breaking a character. */
function cutTo255Bytes(value: string): string {
  const bytes = Buffer.from(value, 'utf8');
  if (bytes.length <= 255) return value;
  return bytes
    .subarray(0, 255)
    .toString('utf8')
    .replace(/\uFFFD+$/u, '');
}
