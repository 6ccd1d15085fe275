import type { Org } from '../org.js';
import type { RestErrorEntry } from '../rest/rest-error.js';
import type { FieldDefinition, FieldType } from '../schema/field-definition.js';
import type { OrgObject } from '../schema/org-object.js';
import type { IncomingRecord } from '../rest/upsert-by-key.js';

/** What a column of the upload is about; the text says why the column cannot be taken. */
type Column = { readonly name: string; readonly read: (cell: string) => unknown } | string;

/** The word that empties a field; an empty cell leaves it as it is. */
const emptied = '#N/A';

const numbers = new Set<FieldType>(['int', 'double', 'currency', 'percent']);

/** Why a cell cannot be read; thrown while a row is made, caught where rows are saved. */
export class UnreadableCell extends Error {
  override readonly name = 'UnreadableCell';
  constructor(readonly entry: RestErrorEntry) {
    super(entry.message);
  }
}

function valueOf(field: FieldDefinition, cell: string): unknown {
  if (cell === emptied) return null;
  if (field.type === 'boolean') {
    if (/^(true|1)$/i.test(cell)) return true;
    if (/^(false|0)$/i.test(cell)) return false;
    throw wrongType(field, cell);
  }
  if (!numbers.has(field.type)) return cell;
  if (!Number.isFinite(Number(cell))) throw wrongType(field, cell);
  return Number(cell);
}

const wrongType = (field: FieldDefinition, cell: string): UnreadableCell =>
  new UnreadableCell({
    errorCode: 'INVALID_TYPE_ON_FIELD_IN_RECORD',
    message: `${field.label}: value not of required type: ${cell}`,
    fields: [field.name],
  });

function columnOf(org: Org, object: OrgObject, header: string): Column {
  const [parent, key] = header.split('.');
  if (parent !== undefined && key !== undefined) {
    const lookup = object.parent(parent);
    if (lookup === undefined) return `Field name not found : ${header}`;
    const known = lookup.referenceTo.some((name) => org.schema.find(name)?.field(key) !== undefined);
    return known ? { name: parent, read: (cell) => ({ [key]: cell }) } : `Field name not found : ${header}`;
  }
  const field = object.field(header);
  if (field === undefined) return `Field name not found : ${header}`;
  return { name: field.name, read: (cell) => valueOf(field, cell) };
}

/** How each row of an upload becomes a record; a text instead: the upload cannot be used at all. */
export function rowReader(
  org: Org,
  object: OrgObject,
  header: readonly string[],
): ((row: readonly string[]) => IncomingRecord) | string {
  const columns: Exclude<Column, string>[] = [];
  for (const name of header) {
    const column = columnOf(org, object, name);
    if (typeof column === 'string') return `InvalidBatch : ${column}`;
    columns.push(column);
  }
  return (row) => {
    const record: Record<string, unknown> = {};
    for (const [index, { name, read }] of columns.entries()) {
      const cell = row[index] ?? '';
      if (cell !== '') record[name] = read(cell);
    }
    return record;
  };
}
