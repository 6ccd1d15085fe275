import type { OrderByClause } from '@jetstreamapp/soql-parser-js';
import { isSortable } from '../schema/describe-object.js';
import { columnOf, type Located } from './column.js';
import { sortKey } from './comparisons.js';
import { placeOf, soqlError } from './parse-soql.js';
import { notPlayed, type QueryScope } from './query-scope.js';

/**
 * The order that ORDER BY asks for; empty values come first unless it says otherwise.
 * @throws RestError INVALID_FIELD, MALFORMED_QUERY
 */
export function orderOf(
  scope: QueryScope,
  orderBy: OrderByClause | readonly OrderByClause[] | undefined,
): ((one: Located, other: Located) => number) | null {
  if (orderBy === undefined) return null;
  const criteria = [orderBy].flat().map((clause) => {
    if (!('field' in clause)) throw notPlayed(scope, clause.fn.functionName ?? 'functions in ORDER BY');
    const column = columnOf(scope, clause.field);
    if (!isSortable(column.field))
      throw soqlError(
        scope.soql,
        placeOf(scope.soql, clause.field),
        'MALFORMED_QUERY',
        `field '${column.field.name}' can not be sorted in a query call`,
      );
    return { column, sign: clause.order === 'DESC' ? -1 : 1, nulls: clause.nulls === 'LAST' ? 1 : -1 };
  });
  return (one, other) => {
    for (const { column, sign, nulls } of criteria) {
      const [a, b] = [column.valueOf(one), column.valueOf(other)];
      if (a === undefined && b === undefined) continue;
      if (a === undefined || b === undefined) return a === undefined ? nulls : -nulls;
      const [x, y] = [sortKey(column.field, a), sortKey(column.field, b)];
      if (x !== y) return x < y ? -sign : sign;
    }
    return 0;
  };
}
