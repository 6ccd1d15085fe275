import { z } from 'zod';
import type { SalesforceClient } from './client.js';
import { writableTagsField } from './outgoing-row.js';
import type { PersonKind } from './person-kind.js';
import type { RowPlan } from './row-plan.js';
import { queriesByKey } from './soql-text.js';
import type { QueriedRow } from './wire.js';

/** A record of a person as Salesforce holds it, as far as finding people needs it. */
export interface FoundPerson {
  readonly kind: PersonKind;
  readonly id: string;
  /** null: it carries no key. */
  readonly key: string | null;
  /** '' when the field is empty or not read. */
  readonly tags: string;
  readonly email: string | null;
  readonly phones: readonly string[];
  readonly createdAt: string;
  readonly changedAt: string;
  /** Not null: a lead that has become this contact. */
  readonly convertedTo: string | null;
}

const text = z.string().nullish().catch(null);

/** What finding by anything else than the key has to know. */
const forMatching = ({ kind }: RowPlan): readonly string[] => [
  kind.email,
  ...kind.phones,
  'CreatedDate',
  'LastModifiedDate',
];

/**
 * All people of one kind whose `column` holds one of these values; no call when there are none to ask for.
 * @param wide also what is needed to choose among several
 */
export async function readPeople(
  client: SalesforceClient,
  plan: RowPlan,
  column: string,
  values: readonly string[],
  { wide }: { readonly wide: boolean },
): Promise<readonly FoundPerson[]> {
  const { kind, keyField, schema } = plan;
  const tagsField = writableTagsField(schema, plan.tagsField);
  const wanted = [
    ...(tagsField === null ? [] : [tagsField.name]),
    ...(wide ? forMatching(plan) : []),
    ...(kind.id === 'Lead' ? ['IsConverted', 'ConvertedContactId'] : []),
    ...(wide && kind.id === 'PersonAccount' ? ['IsPersonAccount'] : []),
  ].filter((name) => schema.fields.has(name));
  const fields = [...new Set(['Id', keyField.name, ...wanted])];
  const found: FoundPerson[] = [];
  for (const soql of queriesByKey(kind.sobject, fields, column, values))
    for (const row of await client.query(soql))
      if (row.IsPersonAccount !== false) found.push(toPerson(row, plan, tagsField?.name ?? null));
  return found;
}

function toPerson(row: QueriedRow, { kind, keyField }: RowPlan, tagsField: string | null): FoundPerson {
  const read = (name: string): string | null => text.parse(row[name]) ?? null;
  return {
    kind,
    id: z.string().parse(row.Id),
    key: read(keyField.name),
    tags: tagsField === null ? '' : (read(tagsField) ?? ''),
    email: read(kind.email)?.toLowerCase() ?? null,
    phones: kind.phones.map(read).filter((phone) => phone !== null),
    createdAt: read('CreatedDate') ?? '',
    changedAt: read('LastModifiedDate') ?? '',
    convertedTo: row.IsConverted === true ? (read('ConvertedContactId') ?? '') : null,
  };
}
