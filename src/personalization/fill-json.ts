import type { AttributeValue } from '../profiles/attribute.js';
import { ownValue, setOwn } from '../profiles/own-value.js';
import type { Reader } from './reader.js';
import { fillIn } from './template.js';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What templates can speak of, by name. */
export type TemplateData = Readonly<Record<string, unknown>>;

/** `{{budget}}` or `{{event.total}}` alone: the value itself, not its text. */
const onlyName = /^\{\{\s*([\p{L}_][\p{L}\p{M}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{M}\p{N}_]*)*)\s*\}\}$/u;

/**
 * A value of any form with every template in it filled in. One that comes out as nothing is '', as in any text; keys stay as they are.
 *
 * @throws Error when a value does not fit a helper
 */
export function fillJson(value: Json, data: TemplateData, reader: Reader): Json {
  if (typeof value === 'string') return fillText(value, data, reader);
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map((each) => fillJson(each, data, reader));
  const filled: Record<string, Json> = {};
  for (const [key, inner] of Object.entries(value)) setOwn(filled, key, fillJson(inner, data, reader));
  return filled;
}

const isList = (value: object): value is readonly Json[] => Array.isArray(value);

function fillText(text: string, data: TemplateData, reader: Reader): Json {
  const path = onlyName.exec(text.trim())?.[1];
  const found = path === undefined ? undefined : valueAt(data, path.split('.'));
  if (typeof found === 'number' || typeof found === 'boolean') return found;
  return fillIn(text, data, reader).toWellFormed();
}

function valueAt(data: TemplateData, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inside, name) =>
      typeof inside === 'object' && inside !== null && !Array.isArray(inside)
        ? ownValue(inside as Readonly<Record<string, AttributeValue>>, name)
        : undefined,
    data,
  );
}
