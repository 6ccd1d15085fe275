import { boundedMemo } from '../profiles/bounded-memo.js';
import { zoneOffset } from '../profiles/time-zone.js';

/** How a person reads numbers and dates. */
export interface Reader {
  /** A language tag such as `es` or `en-GB`. */
  readonly locale: string;
  /** As `Intl` names it: `Europe/Madrid`, `+05:30`, `UTC`. */
  readonly timeZone: string;
}

/** What a source's settings say for people of whom nothing is known. */
export interface ReaderDefaults {
  readonly locale: string;
  readonly timeZone: string | null;
}

/** Languages that platforms write as a word (ManyChat: `Spanish`), by that word. */
const languages = ['ar', 'bg', 'bn', 'ca', 'cs', 'da', 'de', 'el', 'en', 'es', 'et', 'eu', 'fa', 'fi', 'fr', 'gl', 'he', 'hi', 'hr', 'hu', 'id', 'it', 'ja', 'ko', 'lt', 'lv', 'ms', 'nb', 'nl', 'pl', 'pt', 'ro', 'ru', 'sk', 'sl', 'sr', 'sv', 'sw', 'ta', 'th', 'tl', 'tr', 'uk', 'ur', 'vi', 'zh']; // prettier-ignore
const englishNames = new Intl.DisplayNames(['en'], { type: 'language' });
const byWord: ReadonlyMap<string, string> = new Map(
  languages.map((code) => [(englishNames.of(code) ?? code).toLowerCase(), code]),
);

/** The person's own language and time zone where the profile tells them, else the source's. */
export function readerOf(attributes: Readonly<Record<string, unknown>>, defaults: ReaderDefaults): Reader {
  return {
    locale: localeIn(attributes.locale) ?? localeIn(attributes.language) ?? localeIn(defaults.locale) ?? 'en',
    timeZone: zoneIn(attributes.timezone) ?? zoneIn(attributes.timeZone) ?? zoneIn(defaults.timeZone) ?? 'UTC',
  };
}

function localeIn(value: unknown): string | null {
  return typeof value === 'string' ? localeOf(value) : null;
}

/** `en_US`, `es`, `pt-BR`, `Spanish`. Null: no language. */
const localeOf = boundedMemo((text: string): string | null => {
  const word = byWord.get(text.trim().toLowerCase());
  if (word !== undefined) return word;
  const tag = text.trim().replaceAll('_', '-');
  if (!/^[a-z]{2,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?$/i.test(tag)) return null;
  return Intl.DateTimeFormat.supportedLocalesOf(tag)[0] ?? null;
});

/** A number is hours from UTC, as Messenger says it. */
function zoneIn(value: unknown): string | null {
  if (typeof value === 'number' && Math.abs(value) <= 14) return fixed(Math.round(value * 60));
  return typeof value === 'string' ? zoneOf(value) : null;
}

const zoneOf = boundedMemo((text: string): string | null => {
  const offset = zoneOffset(text);
  if (offset === null) return null;
  return /^[a-z]/i.test(text.trim()) && !/[+\-−±]\d/.test(text) ? text.trim() : fixed(offset(0));
});

function fixed(minutes: number): string {
  const digits = (number: number) => String(number).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${digits(Math.trunc(Math.abs(minutes) / 60))}:${digits(Math.abs(minutes) % 60)}`;
}
