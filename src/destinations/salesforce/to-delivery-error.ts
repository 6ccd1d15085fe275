import { z } from 'zod';
import { DeliveryError } from '../delivery-error.js';
import { policyFor } from './error-table.js';
import { complaint, type Complaint } from './wire.js';

/** jsforce's `HttpApiError`: several complaints at once stand in `data` under `MULTIPLE_API_ERRORS`. */
const httpApiError = z.object({ errorCode: z.string(), message: z.string(), data: z.unknown().optional() });
/** jsforce's error of the token endpoint: OAuth's `error` as the name, its description as the message. */
const oauthError = z.object({ name: z.string().regex(/^[a-z_]+$|^ERROR_HTTP_/), message: z.string() });
const networkError = z.object({ cause: z.object({ code: z.string() }) });

/**
 * Anything thrown on the way to Salesforce, as one of our kinds. The thrown error itself is not kept as a cause: it may
 * hold a request with its credentials.
 *
 * @param status HTTP status of the answer; null: none came
 * @param call whether it may be made again when nobody knows what became of it
 */
export function toDeliveryError(thrown: unknown, status: number | null, call = { repeatable: true }): DeliveryError {
  if (thrown instanceof DeliveryError) return thrown;
  if (thrown instanceof z.ZodError)
    return new DeliveryError('transient', 'Salesforce answered something else than its API promises', {
      code: 'UNEXPECTED_ANSWER',
    });
  const found = status === null ? null : complaintOf(thrown, status);
  if (found === null) return noAnswer(thrown, call.repeatable);
  const error = complaintError(found, status);
  // A gateway's own page says nothing of what became of the request behind it.
  if (call.repeatable || !found.code.startsWith('ERROR_HTTP_5')) return error;
  return new DeliveryError('unknown', error.message, error.details);
}

/** A complaint about a whole request, or about one row of a collection (`status` 200). */
export function complaintError(found: Complaint, status: number | null, keyField: string | null = null): DeliveryError {
  const { kind, retryAfterMs } = policyFor(found, status, keyField);
  const [field] = found.fields;
  return new DeliveryError(kind, readable(found), {
    code: found.code,
    ...(field === undefined ? {} : { field }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    // A row of a collection says nothing about the org, unless it is about the org.
    ...(status === 200 && (kind === 'transient' || kind === 'rejected') ? { recordOnly: true } : {}),
  });
}

function complaintOf(thrown: unknown, status: number): Complaint | null {
  const fromApi = httpApiError.safeParse(thrown);
  if (fromApi.success) {
    const { errorCode, message, data } = fromApi.data;
    if (errorCode.startsWith('ERROR_HTTP_')) return withoutWords(status);
    const detailed = z
      .union([complaint, z.tuple([complaint], complaint).transform(([first]) => first)])
      .safeParse(data);
    if (detailed.success && detailed.data.code !== 'UNKNOWN') return detailed.data;
    if (errorCode === 'MULTIPLE_API_ERRORS') return withoutWords(status);
    // jsforce names an error without a code `Error`.
    return { ...withoutWords(status), ...(errorCode === 'Error' ? {} : { code: errorCode }), message };
  }
  const fromOauth = oauthError.safeParse(thrown);
  if (!fromOauth.success) return null;
  const { name, message } = fromOauth.data;
  return name.startsWith('ERROR_HTTP_') ? withoutWords(status) : { code: name, message, fields: [], duplicates: [] };
}

/** An answer that is not Salesforce's own JSON: a page of a proxy, of maintenance, of a host that is none. */
const withoutWords = (status: number): Complaint => ({
  code: `ERROR_HTTP_${status}`,
  message: `Salesforce answered HTTP ${status} without saying why`,
  fields: [],
  duplicates: [],
});

/** The request did not even leave. */
const unsentCodes: ReadonlySet<string | undefined> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function noAnswer(thrown: unknown, repeatable: boolean): DeliveryError {
  const code = networkError.safeParse(thrown).data?.cause.code;
  const how = code === undefined ? '' : ` (${code})`;
  const kind = repeatable || unsentCodes.has(code) ? 'transient' : 'unknown';
  return new DeliveryError(kind, `Salesforce did not answer${how}`, { code: code ?? 'NO_ANSWER' });
}

function readable({ code, message, duplicates }: Complaint): string {
  if (code !== 'DUPLICATES_DETECTED') return message === '' ? code : message;
  const records = duplicates.length === 0 ? '' : ` Matching records: ${duplicates.join(', ')}.`;
  return `A duplicate rule of the org blocks this record: ${message}${records}`;
}
