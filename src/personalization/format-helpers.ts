import type { HelperOptions } from 'handlebars';
import { boundedMemo } from '../profiles/bounded-memo.js';
import type { Reader } from './reader.js';

type Style = 'short' | 'medium' | 'long' | 'full';
const styles: ReadonlySet<unknown> = new Set<Style>(['short', 'medium', 'long', 'full']);

/** Handlebars gives every helper its options last, after as many parameters as the template wrote. */
type Helper = (...given: unknown[]) => unknown;

const optionsOf = (given: readonly unknown[]): HelperOptions => given.at(-1) as HelperOptions; // so does Handlebars' contract
const readerOf = (given: readonly unknown[]): Reader => (optionsOf(given).data as { readonly reader: Reader }).reader;

/** A helper of one value: nothing in, nothing out, so that a template never prints "undefined" or throws. */
const of =
  (format: (value: unknown, reader: Reader, parameters: readonly unknown[]) => string): Helper =>
  (...given) => {
    const [value, ...rest] = given.slice(0, -1);
    return isNothing(value) ? '' : format(value, readerOf(given), rest);
  };

export const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** How values look to the person who reads them. */
export const formatHelpers: Readonly<Record<string, Helper>> = {
  date: of((value, reader, [style]) => moment(value, reader, { dateStyle: styleOf(style, 'medium') })),
  time: of((value, reader, [style]) => moment(value, reader, { timeStyle: styleOf(style, 'short') })),
  datetime: of((value, reader, [style]) =>
    moment(value, reader, { dateStyle: styleOf(style, 'medium'), timeStyle: 'short' }),
  ),
  number: of((value, reader, [decimals]) => number(value, reader, fixedDecimals(decimals))),
  percent: of((value, reader, [decimals]) => number(value, reader, { style: 'percent', ...fixedDecimals(decimals) })),
  money: of((value, reader, [currency]) =>
    typeof currency === 'string' && /^[A-Z]{3}$/.test(currency)
      ? number(value, reader, { style: 'currency', currency })
      : number(value, reader, {}),
  ),
  list: of((value, { locale }, [type]) =>
    new Intl.ListFormat(locale, { type: type === 'or' ? 'disjunction' : 'conjunction' }).format(texts(value)),
  ),
  join: of((value, _reader, [separator]) => texts(value).join(typeof separator === 'string' ? separator : ', ')),
  upper: of((value, { locale }) => text(value).toLocaleUpperCase(locale)),
  lower: of((value, { locale }) => text(value).toLocaleLowerCase(locale)),
  capital: of((value, { locale }) => {
    const [first = '', ...rest] = text(value);
    return first.toLocaleUpperCase(locale) + rest.join('');
  }),
  short: of((value, _reader, [length]) => {
    const letters = Array.from(text(value));
    const most = typeof length === 'number' ? Math.max(1, length) : 80;
    return letters.length <= most
      ? letters.join('')
      : `${letters
          .slice(0, most - 1)
          .join('')
          .trimEnd()}…`;
  }),
  url: of((value) => encodeURIComponent(text(value).toWellFormed())),
};

/** An object is nothing that a person could read. */
const texts = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(texts);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : [];
};
const text = (value: unknown): string => texts(value).join(', ');
const styleOf = (given: unknown, otherwise: Style): Style => (styles.has(given) ? (given as Style) : otherwise);
const fixedDecimals = (given: unknown): Intl.NumberFormatOptions =>
  typeof given === 'number' && Number.isInteger(given) && given >= 0 && given <= 10
    ? { minimumFractionDigits: given, maximumFractionDigits: given }
    : {};

function number(value: unknown, { locale }: Reader, options: Intl.NumberFormatOptions): string {
  const amount = typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value.trim()) ? Number(value) : value;
  if (typeof amount !== 'number' || !Number.isFinite(amount)) return text(value);
  return numberFormat(JSON.stringify([locale, options])).format(amount);
}

/** A date has no zone; an instant is shown by the reader's clock. What is neither stays as it is. */
function moment(value: unknown, { locale, timeZone }: Reader, options: Intl.DateTimeFormatOptions): string {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d(?:$|T)/.test(value)) return text(value);
  const isDate = value.length === 10;
  const instant = new Date(value);
  if (Number.isNaN(instant.getTime())) return value;
  if (isDate && options.dateStyle === undefined) return '';
  const shown: Intl.DateTimeFormatOptions = isDate
    ? { dateStyle: options.dateStyle, timeZone: 'UTC' }
    : { ...options, timeZone };
  return dateFormat(JSON.stringify([locale, shown])).format(instant);
}

/** Making a formatter takes longer than using it a hundred times. The key is the constructor's arguments. */
const numberFormat = boundedMemo((key: string) => {
  const [locale, options] = JSON.parse(key) as [string, Intl.NumberFormatOptions];
  return new Intl.NumberFormat(locale, options);
}, 200);
const dateFormat = boundedMemo((key: string) => {
  const [locale, options] = JSON.parse(key) as [string, Intl.DateTimeFormatOptions];
  return new Intl.DateTimeFormat(locale, options);
}, 500);
