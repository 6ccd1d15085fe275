import type { RawAttribute } from '../../../events/collect-attributes.js';
import type { IncomingConsent } from '../../../events/incoming-event.js';
import { parseListText } from '../../../profiles/list-text.js';
import { normaliseWhatsAppPhone } from '../../../profiles/phone.js';
import { consentIn } from '../../author-fields.js';
import { textOf } from '../../json-fields.js';
import type { JsonValue } from '../../read-json.js';

export interface ReadCustomer {
  readonly attributes: readonly RawAttribute[];
  readonly consents: readonly IncomingConsent[];
  readonly properties: Readonly<Record<string, string>>;
}

/** Landbot's own fields that do not describe the person. */
const technical = new Set([
  'id',
  'agent_id',
  'archived',
  'is_external',
  'webchat_type',
  'token',
  'register_date',
  'url',
]);

/** A visitor who has not told a name is called `Visitor #460000001`. */
const nameless = /^visitor\s*#/i;

/** Customer fields: Landbot's own and the bot's variables stand side by side in one object. */
export function readCustomer(fields: Iterable<readonly [string, JsonValue]>, channel: string | null): ReadCustomer {
  const attributes: RawAttribute[] = [];
  const consents: IncomingConsent[] = [];
  const properties: Record<string, string> = {};
  for (const [name, value] of fields) {
    const consent = consentIn(name, value);
    if (consent !== undefined) consents.push(...consent);
    else if (name === 'url') properties.pageUrl = textOf(value) ?? '';
    else if (!technical.has(name)) attributes.push(...attributeOf(name, value, channel));
  }
  if (properties.pageUrl === '') delete properties.pageUrl;
  return { attributes, consents, properties };
}

function attributeOf(name: string, value: JsonValue, channel: string | null): RawAttribute[] {
  if (name === 'name') return nameless.test(textOf(value) ?? '') ? [] : [{ key: 'fullName', label: 'Name', value }];
  if (name === 'phone' && channel === 'whatsapp') {
    const text = textOf(value);
    return [{ label: name, value: text === null ? null : (normaliseWhatsAppPhone(text) ?? text) }];
  }
  return [{ label: name, value: typeof value === 'string' ? (parseListText(value) ?? value) : value }];
}
