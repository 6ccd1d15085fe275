import type { Query, Subquery } from '@jetstreamapp/soql-parser-js';
import { badRequest, unknownObject } from '../rest/rest-error.js';
import type { OrgObject } from '../schema/org-object.js';
import { aggregated, isAggregateQuery, isPlainCount } from './aggregate.js';
import { columnOf, type Located } from './column.js';
import { filterOf, type SemiJoin } from './filter.js';
import { parseSoql } from './parse-soql.js';
import { projectionOf, type Nested, type Row } from './projection.js';
import { unknownChildren, type QueryScope, type Searched } from './query-scope.js';
import { orderOf } from './sorting.js';

export interface QueryOptions {
  /** Deleted records, too. */
  readonly includeDeleted: boolean;
  readonly versionPath: string;
  /** Shows the rows of a subquery, perhaps in pages. */
  readonly nest: (rows: readonly Row[]) => unknown;
}

export interface QueryResult {
  readonly total: number;
  readonly rows: readonly Row[];
}

const mostSkipped = 2_000;

/**
 * The rows a SOQL query finds, in the shape REST sends them.
 * @throws RestError MALFORMED_QUERY, INVALID_TYPE (no such object) or INVALID_FIELD
 */
export function runQuery(org: Searched, soql: string, options: QueryOptions): QueryResult {
  const query = parseSoql(soql);
  const scope = scopeOf(org, soql, query, options.versionPath);
  const semiJoin = semiJoinIn(org, soql, options);
  const found = select(scope, query, semiJoin, options.includeDeleted);
  if (isPlainCount(query)) return { total: found().length, rows: [] };
  const toRows = isAggregateQuery(query) ? aggregated(scope, query) : projected(scope, query, semiJoin, options);
  const rows = toRows(found());
  return { total: rows.length, rows };
}

function scopeOf(org: Searched, soql: string, { sObject = '', sObjectAlias }: Query, versionPath: string): QueryScope {
  const object = org.schema.readableByName(sObject);
  if (object?.rights.query !== true) throw unknownObject(sObject);
  return { org, soql, object, alias: sObjectAlias ?? null, versionPath };
}

type Choice = Pick<Query, 'where' | 'orderBy' | 'limit' | 'offset'>;

/** The records a query is about. Everything in it is checked before the first record is looked at. */
function select(scope: QueryScope, query: Choice, semiJoin: SemiJoin, includeDeleted: boolean): () => Located[] {
  const { object } = scope;
  const filter = filterOf(scope, query.where, semiJoin);
  const order = orderOf(scope, query.orderBy);
  const { offset = 0, limit } = query;
  if (offset > mostSkipped)
    throw badRequest('NUMBER_OUTSIDE_VALID_RANGE', `Maximum SOQL offset allowed is ${mostSkipped}`);
  const end = limit === undefined ? undefined : offset + limit;
  return () => {
    const records = includeDeleted
      ? [...object.table.all(), ...object.table.bin()]
      : (filter.candidates?.() ?? object.table.all());
    const passing = records.map((record) => ({ object, record })).filter(filter.test);
    return (order === null ? passing : passing.sort(order)).slice(offset, end);
  };
}

function projected(scope: QueryScope, query: Query, semiJoin: SemiJoin, options: QueryOptions) {
  const nested: Nested = (subquery) => childRows(scope, subquery, semiJoin, options);
  const project = projectionOf(scope, query.fields ?? [], query.limit, nested);
  return (found: readonly Located[]): Row[] => found.map(project);
}

/** `(SELECT … FROM Cases)`: the records that point to each found one; null where there are none. */
function childRows(
  scope: QueryScope,
  subquery: Subquery,
  semiJoin: SemiJoin,
  options: QueryOptions,
): ReturnType<Nested> {
  const wanted = subquery.relationshipName.toLowerCase();
  const child = scope.org.schema.childrenOf(scope.object).find(({ name }) => name?.toLowerCase() === wanted);
  if (child?.name === undefined || child.name === null) throw unknownChildren(scope, subquery.relationshipName);
  const { name, object, field } = child;
  const inner: QueryScope = { ...scope, object, alias: subquery.sObjectAlias ?? null };
  const filter = filterOf(inner, subquery.where, semiJoin);
  const order = orderOf(inner, subquery.orderBy);
  const project = projectionOf(inner, subquery.fields ?? [], subquery.limit, (deeper) =>
    childRows(inner, deeper, semiJoin, options),
  );
  return ({ record }) => {
    const deleted = options.includeDeleted ? object.table.bin().filter((one) => one[field.name] === record.Id) : [];
    const passing = [...object.table.where(field, record.Id), ...deleted]
      .map((one) => ({ object, record: one }))
      .filter(filter.test);
    const found = (order === null ? passing : passing.sort(order)).slice(subquery.offset ?? 0, subquery.limit);
    return [name, found.length === 0 ? null : options.nest(found.map(project))];
  };
}

/** `… IN (SELECT ContactId FROM CampaignMember …)` */
const semiJoinIn = (org: Searched, soql: string, options: QueryOptions): SemiJoin => {
  const join: SemiJoin = (query) => {
    const scope = scopeOf(org, soql, query, options.versionPath);
    const [field, ...more] = query.fields ?? [];
    if (field?.type !== 'Field' || more.length > 0)
      throw badRequest('MALFORMED_QUERY', 'A semi join sub-select can have only one field');
    const column = columnOf(scope, field.field);
    const found = select(scope, query, join, false)();
    return new Set(found.map((at) => String(column.valueOf(at) ?? '')).filter((value) => value !== ''));
  };
  return join;
};

/** One record with every field the user may see, as `GET …/sobjects/{object}/{id}` shows it. */
export function wholeRow(object: OrgObject, record: Located['record'], versionPath: string): Row {
  const values = object.visibleFields.map(({ name }) => [name, record[name] ?? null] as const);
  const url = `${versionPath}/sobjects/${object.name}/${record.Id}`;
  return { attributes: { type: object.name, url }, ...Object.fromEntries(values) };
}
