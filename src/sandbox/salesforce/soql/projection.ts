import type { FieldType, Subquery } from '@jetstreamapp/soql-parser-js';
import { isCustom, type StoredValue } from '../schema/field-definition.js';
import { badRequest } from '../rest/rest-error.js';
import { columnOf, parentOf, type Column, type Located, type ParentStep } from './column.js';
import { notPlayed, type QueryScope } from './query-scope.js';

export type Row = Readonly<Record<string, unknown>>;
/** Makes the part of a row that stands under one name. */
type Part = (at: Located) => readonly [name: string, value: unknown];
export type Nested = (subquery: Subquery) => Part;

const mostOfAllFields = 200;

/**
 * What a SELECT makes of a record.
 * @throws RestError INVALID_FIELD, MALFORMED_QUERY
 */
export function projectionOf(
  scope: QueryScope,
  fields: readonly FieldType[],
  limit: number | undefined,
  nested: Nested,
): (at: Located) => Row {
  const columns: Column[] = [];
  const children: Part[] = [];
  for (const field of fields) {
    if (field.type === 'FieldSubquery') children.push(nested(field.subquery));
    else columns.push(...columnsOf(scope, field, limit));
  }
  refuseDoubles(columns);
  const own = level(scope, columns);
  return (at) => ({
    attributes: attributesOf(scope, at),
    ...own(at),
    ...Object.fromEntries(children.map((part) => part(at))),
  });
}

export const attributesOf = ({ versionPath }: { readonly versionPath: string }, { object, record }: Located): Row => ({
  type: object.name,
  url: `${versionPath}/sobjects/${object.name}/${record.Id}`,
});

function columnsOf(scope: QueryScope, field: FieldType, limit: number | undefined): readonly Column[] {
  if (field.type === 'Field') return [columnOf(scope, field.field)];
  if (field.type === 'FieldRelationship') return [columnOf(scope, [...field.relationships, field.field].join('.'))];
  if (field.type !== 'FieldFunctionExpression') throw notPlayed(scope, 'TYPEOF');
  const [parameter] = field.parameters;
  const name = field.functionName.toUpperCase();
  if (name === 'TOLABEL' && typeof parameter === 'string') return [columnOf(scope, parameter)];
  if (name === 'FIELDS' && typeof parameter === 'string') return allFields(scope, parameter.toUpperCase(), limit);
  throw notPlayed(scope, field.functionName);
}

function allFields(scope: QueryScope, which: string, limit: number | undefined): readonly Column[] {
  if (which !== 'STANDARD' && (limit === undefined || limit > mostOfAllFields))
    throw badRequest('MALFORMED_QUERY', `The SOQL FIELDS function must have a LIMIT of at most ${mostOfAllFields}`);
  return scope.object.visibleFields
    .filter((field) => which === 'ALL' || isCustom(field) === (which === 'CUSTOM'))
    .map(({ name }) => columnOf(scope, name));
}

function refuseDoubles(columns: readonly Column[]): void {
  const seen = new Set<string>();
  for (const { steps, field } of columns) {
    const path = [...steps.map(({ name }) => name), field.name].join('.');
    if (seen.has(path)) throw badRequest('MALFORMED_QUERY', `duplicate field selected: ${path}`);
    seen.add(path);
  }
}

/** The fields of one record, and of its parents below their names. */
function level(scope: QueryScope, columns: readonly Column[], depth = 0): (at: Located) => Row {
  const own = columns.filter(({ steps }) => steps.length === depth);
  const groups = Map.groupBy(
    columns.filter(({ steps }) => steps.length > depth),
    ({ steps }) => steps[depth]?.name ?? '',
  );
  const parents = [...groups].map(([name, below]) => {
    const step = below[0]?.steps[depth];
    return { name, step, row: level(scope, below, depth + 1) };
  });
  return (at) => ({
    ...Object.fromEntries(own.map(({ field, steps }) => [field.name, shown(at, field.name, steps.at(-1))])),
    ...Object.fromEntries(
      parents.map(({ name, step, row }) => {
        const parent = step && parentOf(scope, at.record, step.lookup);
        if (parent === undefined) return [name, null];
        return [name, { attributes: parentAttributes(scope, parent, step), ...row(parent) }];
      }),
    ),
  });
}

function shown({ object, record }: Located, name: string, reachedBy: ParentStep | undefined): StoredValue | null {
  if (name === 'Type' && isPolymorphic(reachedBy)) return object.name;
  return record[name] ?? null;
}

/** A parent that could be of several objects is shown as a mere `Name`. */
const parentAttributes = (scope: QueryScope, parent: Located, step: ParentStep | undefined): Row => ({
  ...attributesOf(scope, parent),
  ...(isPolymorphic(step) ? { type: 'Name' } : {}),
});

const isPolymorphic = (step: ParentStep | undefined): boolean => (step?.lookup.referenceTo.length ?? 0) > 1;
