import { z } from 'zod';
import type { Account } from '../account.js';
import type { CrmRecord } from '../records/record.js';
import { shownValue } from '../records/computed.js';

const operationSchema = z.object({
  operator: z.enum([
    'IS_ANY_OF',
    'IS_NONE_OF',
    'IS_EQUAL_TO',
    'IS_NOT_EQUAL_TO',
    'CONTAINS',
    'DOES_NOT_CONTAIN',
    'IS_GREATER_THAN',
    'IS_LESS_THAN',
    'IS_KNOWN',
    'IS_UNKNOWN',
  ]),
  value: z.union([z.string(), z.number(), z.boolean()]).transform(String).optional(),
  values: z.array(z.coerce.string()).optional(),
  includeObjectsWithNoValueSet: z.boolean().default(false),
});
type Operation = z.infer<typeof operationSchema>;

const propertyFilterSchema = z.object({
  filterType: z.literal('PROPERTY'),
  property: z.string(),
  operation: operationSchema,
});

export interface FilterBranch {
  readonly filterBranchType: 'OR' | 'AND';
  readonly filterBranches: readonly FilterBranch[];
  readonly filters: readonly z.infer<typeof propertyFilterSchema>[];
}

/** What the sandbox can decide of HubSpot's filters: properties, with "and" and "or". @see https://developers.hubspot.com/docs/api-reference/crm-lists-v3/list-filters */
export const filterBranchSchema: z.ZodType<FilterBranch> = z.object({
  filterBranchType: z.enum(['OR', 'AND']),
  get filterBranches() {
    return z.array(filterBranchSchema).default([]);
  },
  filters: z.array(propertyFilterSchema).default([]),
});

type Test = (held: readonly string[], wanted: readonly string[]) => boolean;

const anyOf: Test = (held, wanted) => held.some((value) => wanted.includes(value));
const contains: Test = ([held = ''], wanted) =>
  wanted.some((value) => held.toLowerCase().includes(value.toLowerCase()));

const tests = {
  IS_ANY_OF: anyOf,
  IS_NONE_OF: (held, wanted) => !anyOf(held, wanted),
  IS_EQUAL_TO: anyOf,
  IS_NOT_EQUAL_TO: (held, wanted) => !anyOf(held, wanted),
  CONTAINS: contains,
  DOES_NOT_CONTAIN: (held, wanted) => !contains(held, wanted),
  IS_GREATER_THAN: ([held], [wanted]) => Number(held) > Number(wanted),
  IS_LESS_THAN: ([held], [wanted]) => Number(held) < Number(wanted),
  IS_KNOWN: () => true,
  IS_UNKNOWN: () => false,
} as const satisfies Record<Operation['operator'], Test>;

export function matchesBranch(account: Account, contact: CrmRecord, branch: FilterBranch): boolean {
  const holds = [
    ...branch.filters.map(({ property, operation }) => matchesOperation(account, contact, property, operation)),
    ...branch.filterBranches.map((inner) => matchesBranch(account, contact, inner)),
  ];
  return branch.filterBranchType === 'OR' ? holds.some(Boolean) : holds.every(Boolean);
}

function matchesOperation(account: Account, contact: CrmRecord, property: string, operation: Operation): boolean {
  const held = shownValue(account, 'contacts', contact, property) ?? '';
  if (held === '') return operation.operator === 'IS_UNKNOWN' || operation.includeObjectsWithNoValueSet;
  const wanted = operation.values ?? (operation.value === undefined ? [] : [operation.value]);
  const several = account.contacts.catalog.find(property)?.fieldType === 'checkbox';
  return tests[operation.operator](several ? held.split(';') : [held], wanted);
}
