import { z } from 'zod';

/**
 * What we read of Salesforce's answers; everything else passes unread.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_list.htm
 */
const describedField = z.object({
  name: z.string(),
  label: z.string().nullable(),
  type: z.string(),
  length: z.number().default(0),
  precision: z.number().default(0),
  scale: z.number().default(0),
  createable: z.boolean(),
  updateable: z.boolean(),
  nillable: z.boolean().default(true),
  defaultedOnCreate: z.boolean().default(false),
  externalId: z.boolean().default(false),
  unique: z.boolean().default(false),
  caseSensitive: z.boolean().default(false),
  restrictedPicklist: z.boolean().default(false),
  picklistValues: z.array(z.object({ active: z.boolean(), value: z.string(), label: z.string().nullable() })).nullish(),
});
export type DescribedField = z.infer<typeof describedField>;

export const describeAnswer = z.object({
  name: z.string(),
  label: z.string(),
  createable: z.boolean(),
  updateable: z.boolean(),
  fields: z.array(describedField),
});
export type DescribeAnswer = z.infer<typeof describeAnswer>;

export const queryPage = z.object({
  totalSize: z.number().default(0),
  done: z.boolean(),
  nextRecordsUrl: z.string().optional(),
  records: z.array(z.record(z.string(), z.unknown())),
});
export type QueryPage = z.infer<typeof queryPage>;
export type QueriedRow = QueryPage['records'][number];

/** One complaint: rows of a collection say `statusCode`, everything else `errorCode`; `fields` may be missing or null. */
export const complaint = z
  .object({
    statusCode: z.string().optional(),
    errorCode: z.string().optional(),
    message: z.string().default(''),
    fields: z.array(z.string()).nullish(),
    duplicateResut: z.unknown().optional(), // spelled so by Salesforce
    duplicateResult: z.unknown().optional(),
  })
  .transform(({ statusCode, errorCode, message, fields, duplicateResut, duplicateResult }) => ({
    code: statusCode ?? errorCode ?? 'UNKNOWN',
    message,
    fields: fields ?? [],
    duplicates: matchingIds(duplicateResut ?? duplicateResult),
  }));
export type Complaint = z.infer<typeof complaint>;

/** `created` says something only where `success` does: a rolled-back row may carry it too. */
export const savedRow = z.object({
  success: z.boolean(),
  id: z.string().optional(),
  created: z.boolean().default(false),
  errors: z.array(complaint).default([]),
});
export type SavedRow = z.infer<typeof savedRow>;

const duplicateDetail = z.object({
  matchResults: z.array(z.object({ matchRecords: z.array(z.object({ record: z.object({ Id: z.string() }) })) })),
});

function matchingIds(detail: unknown): readonly string[] {
  const parsed = duplicateDetail.safeParse(detail);
  if (!parsed.success) return [];
  return parsed.data.matchResults.flatMap(({ matchRecords }) => matchRecords.map(({ record }) => record.Id));
}
