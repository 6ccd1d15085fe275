import type { IncomingEvent } from '../events/incoming-event.js';
import { attributeKey } from '../profiles/attribute-key.js';
import { isNoValue } from '../profiles/no-value.js';
import { setOwn } from '../profiles/own-value.js';
import { isJsonObject, type JsonValue } from './read-json.js';

export type Properties = IncomingEvent['properties'];

const wholeNames: ReadonlySet<string> = new Set(['properties', 'eventProperties']);
/** For bodies that cannot nest: forms, addresses, flat JSON. */
const flatName = /^event\.(.{1,200})$/i;
const longestText = 1_000;
const mostProperties = 100;

/** Facts of the event alone that an author says about it, such as an order's amount; undefined: the field is none of them. */
export function propertiesIn(caption: string, value: JsonValue): Properties | undefined {
  const flat = flatName.exec(caption.trim())?.[1];
  if (flat !== undefined) return scalars([[flat, typeof value === 'string' ? typed(value) : value]]);
  if (!wholeNames.has(attributeKey(caption)) || !isJsonObject(value)) return undefined;
  return scalars(Object.entries(value));
}

/** Only what is one value: lists and objects say nothing that a rule could ask for. */
function scalars(entries: readonly (readonly [string, JsonValue])[]): Properties {
  const properties: Record<string, string | number | boolean> = {};
  for (const [name, value] of entries.slice(0, mostProperties)) {
    if (isNoValue(value) || typeof value === 'object') continue;
    setOwn(properties, name.trim(), typeof value === 'string' ? value.slice(0, longestText) : value);
  }
  return properties;
}

/** Forms and addresses know texts only: what is written as a plain number is one. */
const typed = (text: string): JsonValue =>
  /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,10})?$/.test(text.trim()) ? Number(text) : text;
