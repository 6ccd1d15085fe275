import type { Org } from '../org.js';
import type { Values } from '../records/behaviour.js';
import { RecordTable, type StoredRecord } from '../records/record-table.js';
import { fieldDefinition } from '../schema/field-definition.js';
import { text } from '../schema/fields.js';
import { objectDefinition } from '../schema/object-definition.js';
import { Schema } from '../schema/schema.js';
import { customFields } from './custom-fields.js';

interface Shown {
  readonly keyPrefix: string;
  readonly columns: readonly string[];
  readonly rows: (org: Org) => readonly (Values & { readonly Id: string })[];
}

/** What the Tooling API shows of the set-up, as far as anybody asks. */
const shown: Readonly<Record<string, Shown>> = {
  CustomField: {
    keyPrefix: '00N',
    columns: ['DeveloperName', 'TableEnumOrId', 'NamespacePrefix'],
    rows: (org) =>
      customFields(org).map(({ id, object, field }) => ({
        Id: id,
        DeveloperName: field.name.replace(/__c$/, ''),
        TableEnumOrId: object,
      })),
  },
  EntityDefinition: {
    keyPrefix: '4ie',
    columns: ['QualifiedApiName', 'DurableId', 'Label', 'KeyPrefix'],
    rows: ({ schema }) =>
      schema.readable.map(({ name, label, keyPrefix }) => ({
        Id: name,
        QualifiedApiName: name,
        DurableId: name,
        Label: label,
        KeyPrefix: keyPrefix,
      })),
  },
};

export function toolingSchema(org: Org): Schema {
  const tables = new Map<string, RecordTable>();
  const fields = Object.fromEntries(
    Object.entries(shown).map(([name, { columns, rows }]) => {
      const all = [
        fieldDefinition.parse({ name: 'Id', label: 'ID', type: 'id', length: 18, system: true }),
        ...columns.map((column) => fieldDefinition.parse(text(column, column))),
      ];
      tables.set(name, new RecordTable(all, rows(org) satisfies readonly StoredRecord[]));
      return [name, all];
    }),
  );
  return new Schema({
    definitions: Object.entries(shown).map(([name, { keyPrefix }]) =>
      objectDefinition.parse({ name, label: name, labelPlural: name, keyPrefix, nature: 'setup' }),
    ),
    fields,
    tableOf: (name) => tables.get(name) ?? new RecordTable([]),
    features: org.setup.features,
    permissions: {},
    granted: new Map(),
  });
}
