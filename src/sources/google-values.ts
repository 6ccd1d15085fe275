import type { RawAttribute } from '../events/collect-attributes.js';
import { isNoValue } from '../profiles/no-value.js';
import { field } from './json-fields.js';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from './read-json.js';

/** Parameters that Dialogflow adds by itself. */
const technical = /\.original$|^no-(?:input|match)$|^__|^\$|\.original-/;

/** The entities whose values are more than a value, under the names that Dialogflow suggests for them. */
export const entityCaptions: Readonly<Record<string, string>> = {
  'phone-number': 'phone',
  'given-name': 'firstName',
  'last-name': 'lastName',
  person: 'fullName',
};

/** Parameters of an intent, a context or a session as attributes: without technical twins, each value as a person would write it. */
export function parameterAttributes(parameters: JsonObject): RawAttribute[] {
  return Object.entries(parameters).flatMap(([label, value]) => {
    if (technical.test(label) || isNoValue(value)) return [];
    return [{ label, value: plainValue(value, label) }];
  });
}

/** As `parameterAttributes`, of several places that know the same parameters; what an earlier place says counts. */
export function firstKnown(places: readonly JsonObject[]): RawAttribute[] {
  const known = new Map<string, RawAttribute>();
  for (const attribute of places.flatMap(parameterAttributes))
    if (!known.has(attribute.label)) known.set(attribute.label, attribute);
  return [...known.values()];
}

/**
 * What a parameter means where Dialogflow wraps it: a person is `{name}`, a day is its noon with an offset or `{year, month, day}`, a moment
 * may be `{date_time}`. Everything else stays as it is; objects that stay are taken apart later.
 */
function plainValue(value: JsonValue, name: string): JsonValue {
  if (typeof value === 'string') return dayOf(value, name) ?? value;
  if (isJsonArray(value)) return value.map((each) => plainValue(each, name));
  return isJsonObject(value) ? (personName(value) ?? wrappedMoment(value) ?? dateParts(value) ?? value) : value;
}

/** `@sys.date` comes as noon in the agent's zone; only a parameter that is called a time can mean noon itself. */
function dayOf(text: string, name: string): string | null {
  const day = /^(\d{4}-\d\d-\d\d)T12:00:00(?:\.0+)?(?:Z|[+-]\d\d:?\d\d)$/.exec(text)?.[1];
  return day === undefined || /time|hora|heure|zeit|uhr/i.test(name) ? null : day;
}

function personName(value: JsonObject): JsonValue | null {
  const names = Object.keys(value).filter((key) => key !== 'original');
  return names.length === 1 && names[0] === 'name' ? (field(value, 'name') ?? null) : null;
}

function wrappedMoment(value: JsonObject): JsonValue | null {
  const inner = field(value, 'date_time');
  return typeof inner === 'string' ? inner : null;
}

const part = (value: JsonObject, name: string): number | null => {
  const number = field(value, name);
  return typeof number === 'number' && Number.isInteger(number) ? number : null;
};
const digits = (number: number, length = 2): string => String(number).padStart(length, '0');

/** A date without its year is no date. With hours it is a time without a zone. */
function dateParts(value: JsonObject): string | null {
  const [year, month, day] = [part(value, 'year'), part(value, 'month'), part(value, 'day')];
  if (year === null || year < 1 || month === null || day === null) return null;
  const date = `${digits(year, 4)}-${digits(month)}-${digits(day)}`;
  const hours = part(value, 'hours');
  if (hours === null) return date;
  return `${date}T${digits(hours)}:${digits(part(value, 'minutes') ?? 0)}:${digits(part(value, 'seconds') ?? 0)}`;
}
