import { z } from 'zod';
import { DeliveryError, type FailureKind } from '../delivery-error.js';
import type { CallDescription } from '../destination.js';
import { faultKind, type HttpAnswer, jsonOf } from '../http-json.js';

const answerSchema = z.object({ success: z.boolean(), result: z.string().optional() });

const kinds: Readonly<Record<number, FailureKind>> = {
  401: 'unauthorized',
  403: 'unauthorized',
  429: 'throttled',
};

/** Chatfuel gives its reasons no codes, only words. */
const reasons = [
  { words: /user.*(not found|unknown|does not exist)/i, code: 'UNKNOWN_USER', kind: 'rejected' },
  { words: /(block|flow).*(not found|unknown|does not exist)/i, code: 'UNKNOWN_BLOCK', kind: 'rejected' },
  { words: /token/i, code: 'WRONG_TOKEN', kind: 'unauthorized' },
] as const satisfies readonly { words: RegExp; code: string; kind: FailureKind }[];

/** `success` decides, not the status. @throws DeliveryError unless it is a success */
export function accepted({ status, text }: HttpAnswer, { operation, repeatable }: CallDescription): void {
  const body = answerSchema.safeParse(jsonOf(text));
  if (status < 300 && body.success && body.data.success) return;
  const said = body.success ? (body.data.result ?? '') : text.slice(0, 200);
  const known = reasons.find(({ words }) => words.test(said));
  const kind = status >= 500 || status === 408 ? faultKind(repeatable) : (kinds[status] ?? known?.kind ?? 'rejected');
  throw new DeliveryError(kind, `${operation}: ${said === '' ? `answer ${String(status)}` : said}`, {
    code: known?.code ?? `HTTP_${String(status)}`,
    ...(kind === 'throttled' && { retryAfterMs: 1_000 }),
  });
}
