import type { LiteralType, Operator, Query } from '@jetstreamapp/soql-parser-js';
import { comparable, type StoredRecord } from '../records/record-table.js';
import { isFilterable } from '../schema/describe-object.js';
import type { FieldDefinition, StoredValue } from '../schema/field-definition.js';
import { columnOf, type Column, type Located } from './column.js';
import { comparisons } from './comparisons.js';
import { conditionTree, type Comparison, type ConditionTree } from './condition-tree.js';
import { checkId, operandOf, type Literal, type Operand } from './literal.js';
import { placeOf, soqlError } from './parse-soql.js';
import { notPlayed, type QueryScope } from './query-scope.js';

/** What a WHERE clause means. */
export interface Filter {
  readonly test: (at: Located) => boolean;
  /** A smaller set of records in which all that pass are, found by an index; null: all have to be looked at. */
  readonly candidates: (() => readonly StoredRecord[]) | null;
}

/** Runs the query of a semi-join: the values of its only field. */
export type SemiJoin = (query: Query) => ReadonlySet<string>;

export const passesAll: Filter = { test: () => true, candidates: null };

/** @throws RestError INVALID_FIELD, MALFORMED_QUERY */
export const filterOf = (scope: QueryScope, where: Query['where'], semiJoin: SemiJoin): Filter =>
  where === undefined ? passesAll : compile(scope, conditionTree(scope.soql, where), semiJoin);

function compile(scope: QueryScope, tree: ConditionTree, semiJoin: SemiJoin): Filter {
  if (tree.kind === 'comparison') return comparisonFilter(scope, tree.comparison, semiJoin);
  if (tree.kind === 'not') {
    const inner = compile(scope, tree.of, semiJoin);
    return { test: (at) => !inner.test(at), candidates: null };
  }
  const parts = tree.all.map((part) => compile(scope, part, semiJoin));
  return tree.kind === 'and' ? allOf(parts) : anyOf(parts);
}

const allOf = (parts: readonly Filter[]): Filter => ({
  test: (at) => parts.every(({ test }) => test(at)),
  candidates: parts.find(({ candidates }) => candidates !== null)?.candidates ?? null,
});

function anyOf(parts: readonly Filter[]): Filter {
  const indexed = parts.map(({ candidates }) => candidates).filter((candidates) => candidates !== null);
  return {
    test: (at) => parts.some(({ test }) => test(at)),
    candidates:
      indexed.length === parts.length ? () => [...new Set(indexed.flatMap((candidates) => candidates()))] : null,
  };
}

function comparisonFilter(scope: QueryScope, comparison: Comparison, semiJoin: SemiJoin): Filter {
  if ('fn' in comparison) throw notPlayed(scope, comparison.fn.functionName ?? 'functions in conditions');
  const column = columnOf(scope, comparison.field);
  if (!isFilterable(column.field)) throw notFilterable(scope, column.field);
  if ('valueQuery' in comparison) return joined(column, comparison.operator, semiJoin(comparison.valueQuery));
  const operands = literalsOf(comparison).map((literal) =>
    operandOf(scope.soql, column.field, literal, scope.org.clock.now()),
  );
  if (['=', 'IN'].includes(comparison.operator)) for (const operand of operands) checkId(column.field, operand);
  const compare = comparisons[comparison.operator](column.field, operands);
  if (compare === null) throw wrongOperator(scope, column.field);
  return {
    test: (at) => compare(column.valueOf(at)),
    candidates: candidatesOf(scope, column, comparison.operator, operands),
  };
}

function joined(column: Column, operator: Operator, values: ReadonlySet<string>): Filter {
  const isIn = operator === 'IN';
  return { test: (at) => values.has(String(column.valueOf(at) ?? '')) === isIn, candidates: null };
}

function literalsOf(comparison: {
  readonly value: string | readonly string[];
  readonly literalType?: LiteralType | readonly LiteralType[];
}): readonly Literal[] {
  const values = [comparison.value].flat();
  const types = [comparison.literalType ?? 'STRING'].flat();
  return values.map((raw, index) => ({ raw, type: types[index] ?? types[0] ?? 'STRING' }));
}

function candidatesOf(
  { object: { table } }: QueryScope,
  { steps, field }: Column,
  operator: Operator,
  operands: readonly Operand[],
): Filter['candidates'] {
  if (steps.length > 0 || !['=', 'IN'].includes(operator) || !table.isIndexed(field)) return null;
  const values: StoredValue[] = [];
  for (const operand of operands) {
    if (operand.kind !== 'value') return null;
    values.push(operand.value);
  }
  const distinct = new Map(values.map((value) => [comparable(field, value), value]));
  return () => [...distinct.values()].flatMap((value) => table.where(field, value));
}

const notFilterable = ({ soql }: QueryScope, { name }: FieldDefinition) =>
  soqlError(soql, placeOf(soql, name), 'INVALID_FIELD', `field '${name}' can not be filtered in a query call`);

const wrongOperator = ({ soql }: QueryScope, { name }: FieldDefinition) =>
  soqlError(soql, placeOf(soql, name), 'INVALID_QUERY_FILTER_OPERATOR', 'invalid operator');
