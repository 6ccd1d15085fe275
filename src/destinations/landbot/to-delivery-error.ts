import { z } from 'zod';
import { DeliveryError, type FailureKind } from '../delivery-error.js';
import type { CallDescription } from '../destination.js';
import { faultKind, type HttpAnswer, jsonOf } from '../http-json.js';

/** Platform errors by field, APIchat's as one text. @see https://dev.landbot.io */
const platformErrors = z.object({ errors: z.record(z.string(), z.union([z.array(z.string()), z.string()])) });
const chatError = z.object({ success: z.literal(false), error: z.string() });

const kinds: Readonly<Record<number, FailureKind>> = {
  401: 'unauthorized',
  402: 'misconfigured', // billing
  403: 'unauthorized',
  429: 'throttled',
};
const codes: Readonly<Record<number, string>> = {
  404: 'UNKNOWN_CUSTOMER',
  412: 'NOT_REACHABLE', // blocked, the channel is not active, or no opt-in: repeating does not help
  422: 'INVALID_VALUE',
};
/** Ten calls a second for each token; Landbot says no `Retry-After`. */
const throttledMs = 1_000;

/** @throws DeliveryError unless it is a success */
export function accepted({ status, text }: HttpAnswer, { operation, repeatable }: CallDescription): unknown {
  if (status < 300) return jsonOf(text);
  const kind = status >= 500 || status === 408 ? faultKind(repeatable) : (kinds[status] ?? 'rejected');
  throw new DeliveryError(kind, `${operation}: ${wordsOf(text) || `answer ${String(status)}`}`, {
    code: codes[status] ?? `HTTP_${String(status)}`,
    ...(kind === 'throttled' && { retryAfterMs: throttledMs }),
  });
}

function wordsOf(text: string): string {
  const body = jsonOf(text);
  const platform = platformErrors.safeParse(body);
  if (platform.success)
    return Object.entries(platform.data.errors)
      .map(([field, said]) => `${field}: ${Array.isArray(said) ? said.join(', ') : said}`)
      .join('; ');
  const chat = chatError.safeParse(body);
  return chat.success ? chat.data.error : text.slice(0, 200);
}
