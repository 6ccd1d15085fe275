import type { FieldFunctionExpression, FieldType, Query } from '@jetstreamapp/soql-parser-js';
import { badRequest } from '../rest/rest-error.js';
import { columnOf, type Column, type Located } from './column.js';
import { sortKey } from './comparisons.js';
import type { Row } from './projection.js';
import { notPlayed, type QueryScope } from './query-scope.js';

type Fold = (values: readonly (string | number | boolean)[], column: Column | null) => string | number | boolean | null;

const sum: Fold = (values) =>
  values.length === 0 ? null : values.reduce<number>((total, one) => total + Number(one), 0);
const extreme =
  (sign: 1 | -1): Fold =>
  (values, column) =>
    values.reduce<string | number | boolean | null>((best, one) => {
      if (best === null || column === null) return one;
      return sortKey(column.field, one) > sortKey(column.field, best) === sign > 0 ? one : best;
    }, null);

/** The functions of SOQL over many records; empty values are left out. */
const folds: Readonly<Record<string, Fold>> = {
  COUNT: (values) => values.length,
  COUNT_DISTINCT: (values) => new Set(values.map((one) => String(one).toLowerCase())).size,
  SUM: sum,
  AVG: (values, column) => (values.length === 0 ? null : Number(sum(values, column)) / values.length),
  MIN: extreme(-1),
  MAX: extreme(1),
};

const isAggregate = (field: FieldType): field is FieldFunctionExpression =>
  field.type === 'FieldFunctionExpression' && field.functionName.toUpperCase() in folds;

/** `SELECT COUNT() FROM …`: only how many there are. */
export const isPlainCount = ({ fields = [] }: Query): boolean =>
  fields.length === 1 && fields.every((field) => isAggregate(field) && field.parameters.length === 0);

export const isAggregateQuery = ({ fields = [], groupBy }: Query): boolean =>
  groupBy !== undefined || fields.some(isAggregate);

/**
 * The rows of a query with SUM, COUNT and so on: one, or one per group.
 * @throws RestError INVALID_FIELD, MALFORMED_QUERY
 */
export function aggregated(scope: QueryScope, query: Query): (found: readonly Located[]) => Row[] {
  if (query.having !== undefined) throw notPlayed(scope, 'HAVING');
  const groupBy = [query.groupBy ?? []].flat().map((clause) => {
    if (!('field' in clause)) throw notPlayed(scope, clause.fn.functionName ?? 'functions in GROUP BY');
    return { name: clause.field, column: columnOf(scope, clause.field) };
  });
  let unnamed = 0;
  const parts = (query.fields ?? []).map((field) => {
    if (isAggregate(field)) return folding(scope, field, field.alias ?? `expr${unnamed++}`);
    const path = pathOf(field);
    const group = groupBy.find(({ name }) => name.toLowerCase() === path.toLowerCase());
    if (group === undefined)
      throw badRequest('MALFORMED_QUERY', `Field must be grouped or aggregated: ${path === '' ? field.type : path}`);
    const name = ('alias' in field ? field.alias : undefined) ?? group.column.field.name;
    return (rows: readonly Located[]) => [name, rows[0] ? (group.column.valueOf(rows[0]) ?? null) : null] as const;
  });
  const toRow = (rows: readonly Located[]): Row => ({
    attributes: { type: 'AggregateResult' },
    ...Object.fromEntries(parts.map((part) => part(rows))),
  });
  return (found) => {
    if (groupBy.length === 0) return [toRow(found)];
    const keyOf = (at: Located): string => JSON.stringify(groupBy.map(({ column }) => column.valueOf(at) ?? null));
    return [...Map.groupBy(found, keyOf).values()].map(toRow);
  };
}

const pathOf = (field: FieldType): string => {
  if (field.type === 'Field') return field.field;
  return field.type === 'FieldRelationship' ? [...field.relationships, field.field].join('.') : '';
};

function folding(scope: QueryScope, { functionName, parameters }: FieldFunctionExpression, name: string) {
  const fold = folds[functionName.toUpperCase()];
  const [parameter] = parameters;
  if (fold === undefined || (parameter !== undefined && typeof parameter !== 'string'))
    throw notPlayed(scope, functionName);
  const column = parameter === undefined ? null : columnOf(scope, parameter);
  return (rows: readonly Located[]) => {
    const values = column === null ? rows.map(() => 1) : rows.map((at) => column.valueOf(at));
    return [
      name,
      fold(
        values.filter((one) => one !== undefined),
        column,
      ),
    ] as const;
  };
}
