import { z } from 'zod';

/** One thing HubSpot found wrong, with the property at fault where it names one. */
export interface Fault {
  readonly message: string;
  readonly code: string | null;
  readonly field: string | null;
}

/** What can be read out of an error body, or out of one error of a 207. Nothing in it is promised. */
export interface ErrorAnswer {
  readonly message: string | null;
  readonly category: string | null;
  readonly subCategory: string | null;
  readonly policyName: string | null;
  /** Of the token endpoints, whose errors have a shape of their own: `BAD_REFRESH_TOKEN`. */
  readonly oauthError: string | null;
  readonly faults: readonly Fault[];
  /** Trace ids and key values HubSpot says it is about. */
  readonly named: readonly string[];
  /** Of the contact that has an e-mail address already: it stands only in the text of a conflict. */
  readonly ownerId: string | null;
  readonly missingScopes: readonly string[];
}

const text = z.string().nullable().catch(null).default(null);
const contextSchema = z.record(z.string(), z.array(z.string()).catch([])).catch({}).default({});
const detailSchema = z.object({ message: text, code: text, context: contextSchema });
const bodySchema = z.object({
  message: text,
  category: text,
  subCategory: text,
  policyName: text,
  status: text,
  error: text,
  context: contextSchema,
  errors: z.array(detailSchema).catch([]).default([]),
});

/** The list that HubSpot puts, as JSON, into the text `Property values were not valid: […]`. */
const listedFaultsSchema = z.array(z.object({ message: text, error: text, name: text }));

/** Reads any error body; text and HTML give nothing. @see https://developers.hubspot.com/docs/api-reference/error-handling */
export function readErrorAnswer(body: unknown): ErrorAnswer {
  const { message, category, subCategory, policyName, status, error, context, errors } = bodySchema
    .catch(bodySchema.parse({}))
    .parse(body);
  const details = errors.map(({ message: words, code, context: { propertyName } }) => ({
    message: words ?? '',
    code,
    field: propertyName?.[0] ?? null,
  }));
  const faults = details.some(({ field }) => field !== null) ? details : listedFaults(message);
  const contexts = [context, ...errors.map((detail) => detail.context)];
  return {
    message,
    category,
    subCategory,
    policyName,
    oauthError: refusesGrant(status, error) ? (status ?? error) : null,
    faults: faults.length > 0 ? faults : clashingValue(message),
    named: contexts.flatMap(({ objectWriteTraceId = [], ids = [] }) => [...objectWriteTraceId, ...ids]).filter(Boolean),
    ownerId: /Existing ID:\s*(\d+)/.exec(message ?? '')?.[1] ?? null,
    missingScopes: contexts.flatMap(({ requiredGranularScopes = [] }) => requiredGranularScopes),
  };
}

/** RFC 6749, section 5.2. Gateways use a field of that name for other words. */
const grantErrors = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
]);

/** `BAD_REFRESH_TOKEN`, `BAD_CLIENT_ID` … stand where other errors say "error". */
const refusesGrant = (status: string | null, error: string | null): boolean =>
  grantErrors.has(error ?? '') || status?.startsWith('BAD_') === true;

function listedFaults(message: string | null): Fault[] {
  const list = /^Property values were not valid: (\[.*\])$/s.exec(message ?? '')?.[1];
  if (list === undefined) return [];
  const faults = listedFaultsSchema.safeParse(parsedJson(list));
  return (faults.data ?? []).map(({ message: words, error, name }) => ({
    message: words ?? '',
    code: error,
    field: name,
  }));
}

/** `Cannot set PropertyValueCoordinates{…, propertyName=crm_id, value=7} on 9001. 9002 already has that value.` */
function clashingValue(message: string | null): Fault[] {
  const field = /propertyName=(\w+), value=.*already has that value/s.exec(message ?? '')?.[1];
  return message === null || field === undefined ? [] : [{ message, code: 'UNIQUE_VALUE_TAKEN', field }];
}

function parsedJson(list: string): unknown {
  try {
    return JSON.parse(list);
  } catch {
    return null;
  }
}
