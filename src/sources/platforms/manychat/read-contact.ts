import type { RawAttribute } from '../../../events/collect-attributes.js';
import type { IncomingConsent } from '../../../events/incoming-event.js';
import type { AttributeType } from '../../../profiles/attribute.js';
import type { Identity } from '../../../profiles/identity.js';
import { isNoValue } from '../../../profiles/no-value.js';
import { normaliseWhatsAppPhone } from '../../../profiles/phone.js';
import { consentStatus } from '../../author-fields.js';
import { field, idOf, textOf } from '../../json-fields.js';
import { isJsonArray, isJsonObject } from '../../read-json.js';
import type { JsonObject, JsonValue } from '../../read-json.js';
import { contactFields } from './contact-fields.js';
import type { FieldRule } from './contact-fields.js';
import type { ManychatBody } from './read-body.js';

/** What ManyChat's own fields say, before types and keys are settled. */
export interface ReadContact {
  readonly identities: readonly Identity[];
  readonly attributes: readonly RawAttribute[];
  readonly consents: readonly IncomingConsent[];
  readonly properties: Readonly<Record<string, string>>;
  /** Fields of the contact that are not ManyChat's: the author's. */
  readonly others: readonly (readonly [string, JsonValue])[];
}

/** Sorts the contact's fields by the table in `contact-fields.ts`. */
export function readContact({ contact, isFullContact }: ManychatBody, sourceKey: string): ReadContact {
  const identities: Identity[] = [];
  const attributes: RawAttribute[] = [];
  const consents: IncomingConsent[] = [];
  const properties: Record<string, string> = {};
  const others: [string, JsonValue][] = [];
  for (const name of Object.keys(contact)) {
    const value = contact[name] ?? null;
    const rule = ruleFor(name, isFullContact);
    if (rule === undefined) others.push([name, value]);
    else if (rule.as === 'nothing' || value === null) continue;
    // Whether an attribute's value says anything is looked at where attributes are collected.
    else if (rule.as === 'attribute') attributes.push({ label: rule.label, value, key: rule.key, type: rule.type });
    else if (isNoValue(value)) continue;
    else if (rule.as === 'property') properties[rule.name] = textOf(value) ?? '';
    else if (rule.as === 'consent') consents.push(...optIn(name, value, rule.purpose));
    else identities.push(...channelId(sourceKey, rule.identifies, value));
  }
  const whatsapp = textOf(field(contact, 'whatsapp_phone'));
  const phone = whatsapp === null ? null : (normaliseWhatsAppPhone(whatsapp) ?? whatsapp);
  attributes.push({ key: 'phone', label: 'Phone', value: phone, fallback: true });
  addCustomFields(contact, attributes);
  return { identities, attributes, consents, properties, others };
}

/** In a body typed by hand these are the author's words about this event, not ManyChat's about the contact. */
const authorsWords = new Set(['status', 'last_input_text']);

function ruleFor(name: string, isFullContact: boolean): FieldRule | undefined {
  return !isFullContact && authorsWords.has(name) ? undefined : contactFields.get(name);
}

/** A tick is consent; a missing tick is unknown, and no withdrawal. */
function optIn(name: string, value: JsonValue, purpose: IncomingConsent['purpose']): IncomingConsent[] {
  const granted = consentStatus(value) === 'granted';
  return granted ? [{ purpose, status: 'granted', evidence: `${name}: ${textOf(value) ?? ''}`, field: name }] : [];
}

function channelId(sourceKey: string, identifies: string, value: JsonValue): Identity[] {
  const id = idOf(value);
  return id === null ? [] : [{ kind: 'subscriber', namespace: `${sourceKey}/${identifies}`, value: id }];
}

/** ManyChat's types of custom fields, as its API names them. */
const apiTypes: ReadonlyMap<string, AttributeType> = new Map<string, AttributeType>([
  ['text', 'string'],
  ['number', 'number'],
  ['boolean', 'boolean'],
  ['date', 'date'],
  ['datetime', 'datetime'],
  ['array', 'list'],
]);

/** A map of caption → value (Full Contact Data), or the API's list of `{name, type, value}`; PHP writes an empty map as `[]`. */
function addCustomFields(contact: JsonObject, attributes: RawAttribute[]): void {
  const given = field(contact, 'custom_fields');
  if (isJsonObject(given)) for (const label of Object.keys(given)) attributes.push({ label, value: given[label] });
  if (given === undefined || !isJsonArray(given)) return;
  for (const each of given.filter(isJsonObject)) {
    const label = textOf(field(each, 'name'));
    const type = apiTypes.get(textOf(field(each, 'type')) ?? '');
    if (label !== null) attributes.push({ label, value: field(each, 'value'), type });
  }
}
