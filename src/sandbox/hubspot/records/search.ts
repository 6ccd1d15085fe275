import { z } from 'zod';
import type { Account } from '../account.js';
import { parsedBody } from '../body.js';
import { type ObjectType, objectTypes } from '../object-types.js';
import { invalid, Problem } from '../problem.js';
import type { Property } from '../properties/property.js';
import { type Answer, type Call, ok } from '../route.js';
import { shownValue } from './computed.js';
import { type CrmRecord, valueAt } from './record.js';
import { indexedAnswer } from './record-answer.js';
import { checkFilter, comparable, type Filter, filterSchema, matches } from './search-filter.js';

const longestBody = 3_000;
const lastResult = 10_000;

const sortSchema = z.union([
  z.string().transform((text) => ({
    propertyName: text.replace(/^-/, ''),
    direction: text.startsWith('-') ? 'DESCENDING' : 'ASCENDING',
  })),
  z.object({ propertyName: z.string(), direction: z.string().default('ASCENDING') }),
]);

const searchSchema = z.object({
  filterGroups: z.array(z.object({ filters: z.array(filterSchema).default([]) })).default([]),
  sorts: z.array(sortSchema).default([]),
  query: z.string().default(''),
  properties: z.array(z.string()).default([]),
  limit: z.int().default(10),
  after: z.coerce.string().default('0'),
});
type Search = z.infer<typeof searchSchema>;

/** The properties that a free text is looked for in. */
const searched = {
  contacts: ['firstname', 'lastname', 'email', 'phone', 'company'],
  companies: ['name', 'domain', 'phone', 'website'],
  deals: ['dealname', 'pipeline', 'dealstage', 'description', 'dealtype'],
  tickets: ['subject', 'content', 'hs_pipeline_stage', 'hs_ticket_category'],
  notes: ['hs_note_body'],
  meetings: ['hs_meeting_title', 'hs_meeting_body'],
  calls: ['hs_call_title', 'hs_call_body'],
  emails: ['hs_email_subject'],
  tasks: ['hs_task_subject', 'hs_task_body'],
} as const satisfies Record<ObjectType, readonly string[]>;

/** @see https://developers.hubspot.com/docs/api-reference/search/guide */
export function searchRecords(account: Account, type: ObjectType, { body }: Call): Answer {
  const search = parsedBody(searchSchema, body);
  checkLimits(search, JSON.stringify(body ?? {}).length);
  const index = new Index(account, type);
  const groups = search.filterGroups.map(({ filters }) => filters.map((filter) => index.checked(filter)));
  const found = index.records().filter((record) => {
    if (search.query !== '' && !index.mentions(record, search.query)) return false;
    return groups.length === 0 || groups.some((group) => group.every((holds) => holds(record)));
  });
  index.sort(found, search.sorts[0]);
  const start = Number(search.after);
  const next = start + search.limit;
  const page = found.slice(start, next);
  return ok({
    total: found.length,
    results: page.map((record) => indexedAnswer(account, type, record, search.properties, index.at)),
    ...(next < found.length ? { paging: { next: { after: String(next) } } } : {}),
  });
}

function checkLimits({ filterGroups, sorts, limit, after }: Search, bodyLength: number): void {
  if (bodyLength > longestBody)
    throw invalid(`The request body is too long: at most ${String(longestBody)} characters are allowed.`);
  if (filterGroups.length > 5)
    throw invalid(`Too many filter groups: ${String(filterGroups.length)}. The maximum is 5.`);
  if (filterGroups.some(({ filters }) => filters.length > 6))
    throw invalid('Too many filters in one filter group. The maximum is 6.');
  if (filterGroups.reduce((sum, { filters }) => sum + filters.length, 0) > 18)
    throw invalid('Too many filters. The maximum over all filter groups is 18.');
  if (sorts.length > 1) throw invalid('Only one sort can be applied to a search.');
  if (limit < 1 || limit > 200) throw invalid(`Invalid limit ${String(limit)}: it must be between 1 and 200.`);
  if (!/^\d+$/.test(after)) throw new Problem(400, { message: `Invalid after ${after}: it must be an integer.` });
  if (Number(after) + limit > lastResult)
    throw invalid(`Cannot page past the first ${lastResult.toLocaleString('en')} results of a search.`);
}

/** What a search sees: the account as it was a moment ago, without archived records. */
class Index {
  readonly at: string;
  readonly #catalog;

  constructor(
    private readonly account: Account,
    private readonly type: ObjectType,
  ) {
    this.#catalog = account.store(type).catalog;
    this.at = new Date(Date.parse(account.now()) - account.behaviour.searchLagMs).toISOString();
  }

  records(): CrmRecord[] {
    return this.account
      .store(this.type)
      .all()
      .filter(({ createdAt }) => createdAt <= this.at);
  }

  value(record: CrmRecord, name: string): string {
    if (record.updatedAt > this.at && record.properties[name] !== valueAt(record, name, this.at))
      return valueAt(record, name, this.at);
    return shownValue(this.account, this.type, record, name) ?? '';
  }

  /** @throws Problem 400 for a property that is not there */
  checked(filter: Filter): (record: CrmRecord) => boolean {
    checkFilter(filter);
    const property = this.#known(filter.propertyName);
    return (record) => matches(property, this.value(record, property.name), filter);
  }

  mentions(record: CrmRecord, query: string): boolean {
    const text = searched[this.type].map((name) => this.value(record, name).toLowerCase()).join(' ');
    return query
      .toLowerCase()
      .split(/\s+/)
      .every((word) => text.includes(word));
  }

  sort(records: CrmRecord[], sort: Search['sorts'][number] | undefined): void {
    const property = this.#known(sort?.propertyName ?? objectTypes[this.type].created);
    const sign = sort?.direction === 'DESCENDING' ? -1 : 1;
    const keys = new Map(records.map((record) => [record, comparable(property, this.value(record, property.name))]));
    const key = (record: CrmRecord): number | string => keys.get(record) ?? '';
    records.sort((a, b) => {
      const [left, right] = [key(a), key(b)];
      return left < right ? -sign : left > right ? sign : Number(a.id) - Number(b.id);
    });
  }

  #known(name: string): Property {
    const property = this.#catalog.active(name);
    if (property === undefined)
      throw invalid(`There was a problem with the request: property ${name} does not exist`, {
        subCategory: 'CrmSearch.PROPERTY_DOES_NOT_EXIST',
      });
    return property;
  }
}
