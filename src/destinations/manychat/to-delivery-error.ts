import { z } from 'zod';
import { jsonOf } from '../http-json.js';
import { DeliveryError, type FailureKind } from '../delivery-error.js';

/** Both shapes of ManyChat's errors; details come as a list of messages or as an object of lists. */
const errorBody = z.object({
  status: z.literal('error'),
  message: z.string().optional(),
  code: z.union([z.number(), z.string()]).optional(),
  details: z
    .object({ messages: z.union([z.array(z.object({ message: z.string() })), z.array(z.string())]) })
    .optional()
    .catch(undefined),
});

/** What a code means. What is not listed is this contact's. @see https://api.manychat.com/swagger */
const codes: Readonly<Record<string, string>> = {
  '3011': 'OUTSIDE_24_HOURS',
  '3021': 'NO_ONE_TIME_TOKEN',
  '3031': 'NOTIFICATION_REASON_NEEDED',
  '2011': 'UNKNOWN_USER_REF',
  '2012': 'USER_REF_NOT_LINKED',
};

const kinds: Readonly<Record<number, FailureKind>> = {
  401: 'unauthorized',
  403: 'unauthorized',
  402: 'misconfigured',
  404: 'misconfigured',
  408: 'transient',
  429: 'throttled',
};
/** ManyChat says no `Retry-After`; its windows are a second, or an hour for the flows of one contact. */
const throttledMs = 2_000;

/** The answer as an error; null: it is a success. `status: error` comes with 200, too. */
export function refusalOf(status: number, text: string, operation: string): DeliveryError | null {
  const body = errorBody.safeParse(jsonOf(text));
  if (status < 300 && !body.success) return null;
  const kind = status >= 500 ? 'transient' : (kinds[status] ?? 'rejected');
  const said = body.success ? wordsOf(body.data) : text.slice(0, 200);
  const details = kind === 'throttled' ? { retryAfterMs: throttledMs } : {};
  return new DeliveryError(kind, `${operation}: ${said === '' ? `answer ${String(status)}` : said}`, {
    ...details,
    code: codeOf(body.success ? body.data : null, said, status),
  });
}

function wordsOf({ message = '', details }: z.output<typeof errorBody>): string {
  const more = (details?.messages ?? []).map((each) => (typeof each === 'string' ? each : each.message));
  return more.length > 0 ? more.join('; ') : message;
}

function codeOf(body: z.output<typeof errorBody> | null, said: string, status: number): string {
  if (body?.code !== undefined) return codes[String(body.code)] ?? `MANYCHAT_${String(body.code)}`;
  const named = namedReasons.find(({ words }) => words.test(said));
  return named?.code ?? `HTTP_${String(status)}`;
}

/** ManyChat gives most reasons no code, only words. */
const namedReasons = [
  { words: /subscriber.*(not exist|not found)/i, code: 'UNKNOWN_CONTACT' },
  { words: /tag.*not found/i, code: 'UNKNOWN_TAG' },
  { words: /field.*(not exist|not found)/i, code: 'UNKNOWN_FIELD' },
  { words: /invalid value/i, code: 'INVALID_VALUE' },
  { words: /flow.*not found/i, code: 'UNKNOWN_FLOW' },
  { words: /already exists/i, code: 'EXISTS' },
] as const;
