import { z } from 'zod';
import { DeliveryError, type FailureKind } from '../delivery-error.js';
import type { CallDescription } from '../destination.js';
import { faultKind, type HttpAnswer, jsonOf } from '../http-json.js';

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
  429: 'throttled',
};
/** ManyChat says no `Retry-After`; its windows are a second, or an hour for the flows of one contact. */
const throttledMs = 2_000;

/** The answer as an error; null: it is a success. `status: error` comes with 200, too. */
export function refusalOf(
  { status, text }: HttpAnswer,
  { operation, repeatable }: CallDescription,
): DeliveryError | null {
  const body = errorBody.safeParse(jsonOf(text));
  if (status < 300 && !body.success) return null;
  const said = body.success ? wordsOf(body.data) : text.slice(0, 200);
  const reason = reasonOf(body.success ? body.data : null, said);
  const kind = status >= 500 || status === 408 ? faultKind(repeatable) : kindOf(status, reason);
  return new DeliveryError(kind, `${operation}: ${said === '' ? `answer ${String(status)}` : said}`, {
    code: reason ?? `HTTP_${String(status)}`,
    ...(kind === 'throttled' && { retryAfterMs: throttledMs }),
  });
}

/** A 404 with a reason is about the contact, the tag or the flow; without one the address is wrong. */
const kindOf = (status: number, reason: string | null): FailureKind =>
  status === 404 && reason !== null ? 'rejected' : (kinds[status] ?? 'rejected');

function wordsOf({ message = '', details }: z.output<typeof errorBody>): string {
  const more = (details?.messages ?? []).map((each) => (typeof each === 'string' ? each : each.message));
  return more.length > 0 ? more.join('; ') : message;
}

function reasonOf(body: z.output<typeof errorBody> | null, said: string): string | null {
  if (body?.code !== undefined) return codes[String(body.code)] ?? `MANYCHAT_${String(body.code)}`;
  return namedReasons.find(({ words }) => words.test(said))?.code ?? null;
}

/** ManyChat gives most reasons no code, only words. */
const namedReasons = [
  { words: /(subscriber|contact).*not (found|exist)/i, code: 'UNKNOWN_CONTACT' },
  { words: /tag.*not (found|exist)/i, code: 'UNKNOWN_TAG' },
  { words: /field.*not (found|exist)/i, code: 'UNKNOWN_FIELD' },
  { words: /invalid value/i, code: 'INVALID_VALUE' },
  { words: /flow.*not (found|exist)/i, code: 'UNKNOWN_FLOW' },
  { words: /already exists/i, code: 'EXISTS' },
] as const;
