import type { FieldValue } from '../../record.js';
import type { RecordChanged } from '../../remote-fact.js';
import type { FieldCatalog } from '../field-catalog.js';
import { addressPartOf, emailField, fieldPrefixes, languageField, vipField } from '../field-names.js';
import { subscriberHash } from '../client.js';
import { referenceTo } from '../webhook-facts.js';
import type { HistoryMember } from './history-client.js';
import { toDate } from './stream.js';

/** What a member holds in the fields a mapping reads, named as the mapping names them. */
export function memberFields(
  catalog: FieldCatalog,
  member: HistoryMember,
  names: readonly string[],
): readonly RecordChanged[] {
  const known = names.flatMap((name): (readonly [string, FieldValue])[] => {
    const value = heldIn(catalog, member, name);
    return value === undefined ? [] : [[name, value]];
  });
  if (known.length === 0) return [];
  const { email_address: email, last_changed } = member;
  return [
    {
      kind: 'record_changed',
      about: referenceTo(email),
      occurredAt: toDate(last_changed),
      dedupeKey: `mailchimp:record:${subscriberHash(email)}:${last_changed}`,
      own: false,
      created: false,
      fields: Object.fromEntries(known),
    },
  ];
}

const text = (value: unknown): FieldValue =>
  typeof value === 'string' && value !== '' ? { type: 'string', value } : null;

/** undefined: the audience has no such field. */
function heldIn(catalog: FieldCatalog, member: HistoryMember, name: string): FieldValue | undefined {
  if (name === emailField) return { type: 'string', value: member.email_address.toLowerCase() };
  if (name === languageField) return text(member.language);
  if (name === vipField) return { type: 'boolean', value: member.vip };
  if (name.startsWith(fieldPrefixes.interests))
    return groupsOf(catalog, member, name.slice(fieldPrefixes.interests.length));
  const address = addressPartOf(name);
  if (address !== null && catalog.mergeFields.has(address.tag)) {
    const held = member.merge_fields[address.tag];
    return text(typeof held === 'object' && held !== null ? new Map(Object.entries(held)).get(address.part) : '');
  }
  const field = catalog.mergeFields.get(name);
  return field === undefined ? undefined : mergeValue(member.merge_fields[name], field.type);
}

function mergeValue(held: unknown, type: string): FieldValue {
  if (typeof held === 'number') return { type: 'number', value: held };
  if (type === 'date' && typeof held === 'string' && /^\d{4}-\d\d-\d\d$/.test(held))
    return { type: 'date', value: held };
  if (typeof held === 'object' && held !== null)
    return text(
      Object.values(held)
        .filter((part) => typeof part === 'string' && part !== '')
        .join(', '),
    );
  return text(held);
}

function groupsOf({ interests }: FieldCatalog, member: HistoryMember, path: string): FieldValue | undefined {
  const isNamed = (name: string): boolean => name.toLowerCase() === path.toLowerCase();
  for (const { title, interests: groups } of interests) {
    const isIn = (id: string): boolean => member.interests[id] === true;
    if (isNamed(title)) return { type: 'list', value: groups.filter(({ id }) => isIn(id)).map(({ name }) => name) };
    const group = groups.find(({ name }) => isNamed(`${title}.${name}`));
    if (group !== undefined) return { type: 'boolean', value: isIn(group.id) };
  }
  return undefined;
}
