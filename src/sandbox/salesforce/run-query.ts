import type { Contact, StoredValue } from './contact-table.js';
import type { FieldDefinition } from './field-definition.js';
import type { Org } from './org.js';
import { fullId } from './record-id.js';
import { RestError } from './rest-error.js';
import { parseSoql, soqlError, type SoqlLiteral } from './soql.js';

type Row = Readonly<Record<string, unknown>>;

/**
 * The rows a SOQL query finds, in the shape REST sends them.
 * @throws RestError MALFORMED_QUERY, INVALID_TYPE (not Contact) or INVALID_FIELD
 */
export function runQuery(org: Org, soql: string, versionPath: string): Row[] {
  const query = parseSoql(soql);
  if (query.from.toLowerCase() !== 'contact') throw unknownObject(query.from);
  const column = ({ name, position }: { name: string; position: number }): FieldDefinition => {
    const field = org.field(name);
    if (field === undefined) throw unknownColumn(soql, name, position);
    return field;
  };
  const columns = query.fields.map(column);
  const conditions = query.conditions.map(({ field, position, oneOf }) => ({
    field: column({ name: field, position }),
    oneOf,
  }));
  const found = conditions.reduce<Contact[] | null>((rows, { field, oneOf }) => {
    const matching = oneOf.flatMap((value) => matches(org, field, value));
    if (rows === null) return [...new Set(matching)];
    const ids = new Set(matching.map(({ Id }) => Id));
    return rows.filter(({ Id }) => ids.has(Id));
  }, null);
  return (found ?? org.contacts.all())
    .slice(0, query.limit ?? undefined)
    .map((contact) => toRow(contact, columns, versionPath));
}

function matches(org: Org, field: FieldDefinition, value: SoqlLiteral): readonly Contact[] {
  if (value === null) return org.contacts.all().filter((contact) => contact[field.name] === undefined);
  return org.contacts.where(field, field.type === 'id' ? fullId(String(value)) : value);
}

/** A contact as REST shows it: only these columns, null where nothing is kept. */
export function toRow(contact: Contact, columns: readonly FieldDefinition[], versionPath: string): Row {
  const values = columns.map(({ name }): [string, StoredValue | null] => [name, contact[name] ?? null]);
  const attributes = { type: 'Contact', url: `${versionPath}/sobjects/Contact/${contact.Id}` };
  return { attributes, ...Object.fromEntries(values) };
}

const unknownObject = (name: string): RestError =>
  new RestError(400, {
    errorCode: 'INVALID_TYPE',
    message: `sObject type '${name}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`,
  });

const unknownColumn = (soql: string, name: string, position: number): RestError =>
  soqlError(
    soql,
    position,
    'INVALID_FIELD',
    `No such column '${name}' on entity 'Contact'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`,
  );
