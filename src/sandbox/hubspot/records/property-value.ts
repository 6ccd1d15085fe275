import type { PropertyFault } from '../problem.js';
import type { Property } from '../properties/property.js';

/** What is stored after a write; '' means empty. */
export type StoredValue = { readonly stored: string } | { readonly fault: PropertyFault };

const longestText = 65_536;
const emailShape = /^[^\s@;,<>"]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/;
const mistypedEndings = new Set(['con', 'cmo', 'comm', 'ner', 'nte', 'ogr']);

/**
 * Checks a value as HubSpot would and gives what it stores for it.
 *
 * @param current what the record holds now: additions to a multi-select and the lifecycle stage depend on it
 */
export function storedValue(property: Property, sent: string, current: string): StoredValue {
  if (property.modificationMetadata.readOnlyValue || property.calculated)
    return faulty(property, 'READ_ONLY_VALUE', `"${property.name}" is a read only property; its value cannot be set.`);
  if (sent === '') return { stored: '' };
  if (property.name === 'email') return email(property, sent);
  if (property.name === 'lifecyclestage') return lifecycleStage(property, sent, current);
  return checkers[property.type](property, sent, current);
}

type Checker = (property: Property, sent: string, current: string) => StoredValue;

const faulty = ({ name }: Property, error: string, message: string): StoredValue => ({
  fault: { name, error, message },
});

const text: Checker = (property, sent) =>
  sent.length <= longestText
    ? { stored: sent }
    : faulty(property, 'PROPERTY_VALUE_TOO_LONG', `Property value is too long: ${String(sent.length)} characters`);

const checkers = {
  string: text,
  phone_number: text,
  number: (property, sent) =>
    /^-?(\d+\.?\d*|\.\d+)$/.test(sent)
      ? { stored: sent }
      : faulty(property, 'INVALID_LONG', `${sent} was not a valid long.`),
  bool: option,
  date: (property, sent) => {
    if (isCalendarDay(sent)) return { stored: sent };
    if (!/^-?\d+$/.test(sent)) return faulty(property, 'INVALID_LONG', `${sent} was not a valid long.`);
    const at = new Date(Number(sent)).toISOString();
    return at.endsWith('T00:00:00.000Z')
      ? { stored: at.slice(0, 10) }
      : faulty(property, 'INVALID_DATE', `${sent} is at ${at.slice(11, -1)} UTC, not midnight!`);
  },
  datetime: (property, sent) => {
    const at = /^-?\d+$/.test(sent) ? Number(sent) : Date.parse(sent);
    return Number.isNaN(at) || !/^-?\d+$|^\d{4}-\d\d-\d\d/.test(sent)
      ? faulty(property, 'INVALID_LONG', `${sent} was not a valid long.`)
      : { stored: new Date(at).toISOString().replace('.000Z', 'Z') };
  },
  enumeration: (property, sent, current) =>
    property.fieldType === 'checkbox' ? multiSelect(property, sent, current) : option(property, sent),
} as const satisfies Record<Property['type'], Checker>;

function isCalendarDay(value: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(value)) return false;
  const at = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(value);
}

function email(property: Property, sent: string): StoredValue {
  const address = sent.trim().toLowerCase();
  const ending = address.slice(address.lastIndexOf('.') + 1);
  return emailShape.test(address) && !mistypedEndings.has(ending)
    ? { stored: address }
    : faulty(property, 'INVALID_EMAIL', `Email address ${sent} is invalid`);
}

function option(property: Property, sent: string): StoredValue {
  if (property.externalOptions || property.options.some(({ value }) => value === sent)) return { stored: sent };
  const allowed = property.options.map(({ label, value }) => `label: "${label}" value: "${value}"`).join(', ');
  return faulty(property, 'INVALID_OPTION', `${sent} was not one of the allowed options: [${allowed}]`);
}

/** A leading `;` adds to what is there; without it the list replaces it. */
function multiSelect(property: Property, sent: string, current: string): StoredValue {
  const chosen = sent.split(';').filter((value) => value !== '');
  for (const value of chosen) {
    const checked = option(property, value);
    if ('fault' in checked) return checked;
  }
  const before = sent.startsWith(';') && current !== '' ? current.split(';') : [];
  return { stored: [...new Set([...before, ...chosen])].join(';') };
}

/** An earlier stage is taken without a word and changes nothing. */
function lifecycleStage(property: Property, sent: string, current: string): StoredValue {
  const checked = option(property, sent);
  if ('fault' in checked || current === '') return checked;
  const rank = (stage: string): number => property.options.findIndex(({ value }) => value === stage);
  return rank(sent) < rank(current) ? { stored: current } : checked;
}
