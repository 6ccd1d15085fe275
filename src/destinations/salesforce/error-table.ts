import type { FailureKind } from '../delivery-error.js';
import type { Complaint } from './wire.js';

/** What can be done about a refused record at once, instead of leaving it refused. */
export type Remedy = 'leave_out_fields' | 'complete_record' | 'ask_alone';

export interface Policy {
  readonly kind: FailureKind;
  readonly remedy?: Remedy;
  readonly retryAfterMs?: number;
}

const minuteMs = 60_000;
const transient: Policy = { kind: 'transient' };
const rejected: Policy = { kind: 'rejected' };
/** We are not let in until a person has connected the account anew: the destination waits. */
const notLetIn: Policy = { kind: 'unauthorized' };
/** We are let in, but nothing gets through until a person has changed something in the org: the destination waits. */
const toBeMended: Policy = { kind: 'misconfigured' };
/** Somebody else's transaction holds the record: a moment later it is free. */
const locked: Policy = { kind: 'transient', retryAfterMs: 5_000 };
const leaveOut: Policy = { kind: 'rejected', remedy: 'leave_out_fields' };

type Rule = Policy | ((complaint: Complaint, keyField: string | null) => Policy);

/**
 * Every code we know, from the REST API (rows and whole answers alike) and from the token endpoint.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm
 */
const policies: Readonly<Record<string, Rule>> = {
  // The way in
  INVALID_SESSION_ID: notLetIn,
  INVALID_AUTH_HEADER: notLetIn,
  INVALID_OPERATION_WITH_EXPIRED_PASSWORD: notLetIn,
  invalid_client: notLetIn,
  invalid_client_id: notLetIn,
  invalid_app_access: notLetIn,
  invalid_scope: notLetIn,
  inactive_user: notLetIn,
  inactive_org: notLetIn,
  unsupported_grant_type: notLetIn,
  // Two processes asked for a token at the same moment: the next try gets one.
  invalid_grant: ({ message }) => (/already being processed/i.test(message) ? transient : notLetIn),

  // What an admin of the org has to change
  API_DISABLED_FOR_ORG: toBeMended,
  API_CURRENTLY_DISABLED: toBeMended,
  INSUFFICIENT_ACCESS: toBeMended,
  ORG_LOCKED: toBeMended,
  UNSUPPORTED_API_VERSION: toBeMended,
  NOT_FOUND: toBeMended, // the object or the key field: never one record
  INVALID_TYPE: toBeMended, // an object that the integration user does not see
  STORAGE_LIMIT_EXCEEDED: toBeMended,

  // Too much: the same code for the day's limit and for too many long calls at once, only the words differ
  REQUEST_LIMIT_EXCEEDED: ({ message }) => ({
    kind: 'throttled',
    retryAfterMs: /concurrent/i.test(message) ? minuteMs / 4 : 60 * minuteMs,
  }),

  // Later
  SERVER_UNAVAILABLE: transient,
  UNKNOWN_EXCEPTION: transient,
  QUERY_TIMEOUT: transient,
  REQUEST_RUNNING_TOO_LONG: transient,
  INVALID_QUERY_LOCATOR: transient,
  UNABLE_TO_LOCK_ROW: locked,
  ENTITY_IS_DELETED: transient, // the next upsert by key finds or makes the living record
  ALL_OR_NONE_OPERATION_ROLLED_BACK: transient,
  CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: ({ message }) =>
    /UNABLE_TO_LOCK_ROW|Too many SOQL queries/i.test(message) ? locked : rejected,
  PROCESSING_HALTED: transient, // what it waited for has failed, and says why itself

  // One field is at fault: the rest of the record is worth having
  INVALID_FIELD: leaveOut,
  INVALID_FIELD_FOR_INSERT_UPDATE: leaveOut,
  INVALID_EMAIL_ADDRESS: leaveOut,
  STRING_TOO_LONG: leaveOut,
  INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: leaveOut,
  NUMBER_OUTSIDE_VALID_RANGE: leaveOut,
  INVALID_TYPE_ON_FIELD_IN_RECORD: leaveOut,
  INVALID_CROSS_REFERENCE_KEY: leaveOut,
  REQUIRED_FIELD_MISSING: { kind: 'rejected', remedy: 'complete_record' },

  // This record, until a person looks at it
  DUPLICATES_DETECTED: { kind: 'rejected', remedy: 'ask_alone' }, // rows of a collection do not say which records they are like
  MULTIPLE_CHOICES: rejected,
  INACTIVE_OWNER_OR_USER: rejected,
  DUPLICATE_EXTERNAL_ID: rejected,
  DUPLICATE_VALUE: ({ message, fields }, keyField) =>
    // Somebody made the same record a moment ago: the next upsert finds it.
    /^Duplicate external id specified/i.test(message) || fields.some((field) => field === keyField)
      ? transient
      : rejected,
  FIELD_CUSTOM_VALIDATION_EXCEPTION: rejected,
  INSUFFICIENT_ACCESS_OR_READONLY: rejected,
  INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: rejected,
  CANNOT_UPDATE_CONVERTED_LEAD: rejected,
  MALFORMED_ID: rejected,
  MALFORMED_QUERY: rejected,
  JSON_PARSER_ERROR: rejected,
  EXCEEDED_ID_LIMIT: rejected,
};

/** What Salesforce says of an id that no record has, any more or ever. */
export const vanishedCodes: ReadonlySet<string | undefined> = new Set([
  'ENTITY_IS_DELETED',
  'INVALID_CROSS_REFERENCE_KEY',
  'NOT_FOUND',
]);

/** For codes nobody told us about: the HTTP status decides. */
const policiesByStatus: readonly (readonly [from: number, to: number, Policy])[] = [
  [401, 401, notLetIn],
  [403, 403, toBeMended],
  [408, 408, transient],
  [420, 420, transient],
  [425, 425, transient],
  [429, 429, { kind: 'throttled', retryAfterMs: minuteMs }],
  [400, 499, rejected],
];

/**
 * What one complaint leads to.
 *
 * @param status HTTP status of the whole answer; null: no answer came. Rows of a collection stand in a 200.
 * @param keyField the external id field of the write, if it was one
 */
export function policyFor(complaint: Complaint, status: number | null, keyField: string | null = null): Policy {
  const rule = policies[complaint.code];
  if (typeof rule === 'function') return rule(complaint, keyField);
  if (rule !== undefined) return rule;
  if (status === 200) return rejected;
  return policiesByStatus.find(([from, to]) => status !== null && status >= from && status <= to)?.[2] ?? transient;
}
