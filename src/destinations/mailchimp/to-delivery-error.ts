import { z } from 'zod';
import { DeliveryError, type DeliveryErrorDetails, type FailureKind } from '../delivery-error.js';
import { problemAnswer, type ProblemAnswer } from './answers.js';

/** What superagent throws. Nothing else of it is kept: the whole error holds the Authorization header. */
const thrownSchema = z.object({
  status: z.number().optional(),
  statusCode: z.number().optional(),
  code: z.string().optional(),
  response: z
    .object({ body: z.unknown(), headers: z.record(z.string(), z.unknown()).default({}) })
    .optional()
    .catch(undefined),
});

interface Rule {
  readonly when: { readonly status?: number; readonly title?: string; readonly detail?: RegExp; readonly bare?: true };
  readonly kind: FailureKind;
  readonly retryAfterMs?: number;
  readonly recordOnly?: true;
}

const minuteMs = 60_000;

/**
 * Every answer that is not 2xx, the first rule that fits. Titles are stable, sentences are not: some follow the audience's
 * language, so a sentence is looked at only where Mailchimp gives nothing better.
 *
 * @see https://mailchimp.com/developer/marketing/docs/errors/
 */
const rules: readonly Rule[] = [
  // The only 400 that passes by itself, in hours or days.
  {
    when: { status: 400, detail: /signed up to a lot of lists/i },
    kind: 'throttled',
    retryAfterMs: 60 * minuteMs,
    recordOnly: true,
  },
  { when: { status: 401 }, kind: 'unauthorized' },
  // At very high volume a 403 without a body means what 429 means.
  { when: { status: 403, bare: true }, kind: 'throttled', retryAfterMs: minuteMs },
  { when: { status: 403 }, kind: 'unauthorized' },
  // Timed-out calls of ours may still hold a slot: there is no Retry-After to follow.
  { when: { status: 429 }, kind: 'throttled', retryAfterMs: 5_000 },
  { when: { status: 408 }, kind: 'transient' },
  { when: { status: 426 }, kind: 'unauthorized' },
];

/**
 * Anything the SDK throws, in our words and without a secret.
 *
 * @param repeatable doing it twice has the effect of once. Otherwise no answer, and a fault of theirs, leave open whether it was done
 */
export function toDeliveryError(thrown: unknown, repeatable = true): DeliveryError {
  if (thrown instanceof DeliveryError) return thrown;
  const { status: plain, statusCode, code, response } = thrownSchema.catch({}).parse(thrown);
  const status = plain ?? statusCode;
  if (status === undefined || status < 400) return withoutAnswer(code, status, repeatable);
  const problem = problemAnswer.safeParse(response?.body).data;
  const rule = rules.find(({ when }) => fits(when, status, problem));
  const kind = rule?.kind ?? (status < 500 ? 'rejected' : repeatable ? 'transient' : 'unknown');
  const retryAfterMs = retryAfter(response?.headers['retry-after']) ?? rule?.retryAfterMs;
  const field = problem?.errors[0]?.field;
  return new DeliveryError(kind, sentence(status, problem), {
    code: problem === undefined ? String(status) : codeOf(problem.title),
    ...(field === undefined || field === '' ? {} : { field }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(rule?.recordOnly === true && { recordOnly: true }),
  });
}

/** Nothing was sent when there was nobody to send it to. */
const neverArrived = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

function withoutAnswer(code: string | undefined, status: number | undefined, repeatable: boolean): DeliveryError {
  const kind = repeatable || neverArrived.has(code ?? '') ? 'transient' : 'unknown';
  if (status !== undefined)
    return new DeliveryError(kind, 'Mailchimp sent an answer that cannot be read', { code: 'unreadable_answer' });
  if (code === 'ECONNABORTED') return new DeliveryError(kind, 'Mailchimp did not answer in time', { code });
  return new DeliveryError(kind, 'Mailchimp could not be reached', { code: code ?? 'no_answer' });
}

function fits(when: Rule['when'], status: number, problem: ProblemAnswer | undefined): boolean {
  return (
    (when.status === undefined || when.status === status) &&
    (when.title === undefined || when.title === problem?.title) &&
    (when.detail === undefined || when.detail.test(problem?.detail ?? '')) &&
    (when.bare === undefined || problem === undefined)
  );
}

/** Mailchimp's own words, with what it says of each field. */
function sentence(status: number, problem: ProblemAnswer | undefined): string {
  if (problem === undefined) return `Mailchimp answered ${String(status)} without saying why`;
  const fields = problem.errors.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`));
  return [problem.detail === '' ? problem.title : problem.detail, ...fields].join(' ');
}

function retryAfter(header: unknown): number | undefined {
  const seconds = typeof header === 'string' ? Number(header) : NaN;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
}

/** Codes of ours for what only Mailchimp's title or a row's sentence says. */
export const complianceState = 'Member In Compliance State';
export const forgottenEmail = 'Forgotten Email Not Subscribed';

/** Titles that something is made of. Mailchimp does not always write the same one in the same way. */
const titles = [
  complianceState,
  forgottenEmail,
  'Member Exists',
  'Resource Not Found',
  'Invalid Resource',
  'Bad Request',
  'JSON Parse Exception',
].map((title) => [plain(title), title] as const);

const codeOf = (title: string): string => new Map(titles).get(plain(title)) ?? title;

function plain(title: string): string {
  return title.toLowerCase().replaceAll(' ', '');
}

interface RowRule {
  readonly words: RegExp;
  readonly kind: FailureKind;
  readonly code: string;
  readonly details?: DeliveryErrorDetails;
}

/** A batch's row has no title, only a sentence; one that fits nothing here is asked again alone, where there is a title. */
const rowRules: readonly RowRule[] = [
  { words: /in a compliance state/i, kind: 'rejected', code: complianceState },
  { words: /was permanently deleted/i, kind: 'rejected', code: forgottenEmail },
  { words: /looks fake or invalid/i, kind: 'rejected', code: 'Invalid Resource' },
  { words: /provide a valid email address/i, kind: 'rejected', code: 'Invalid Resource' },
  {
    words: /signed up to a lot of lists/i,
    kind: 'throttled',
    code: 'Invalid Resource',
    details: { retryAfterMs: 60 * minuteMs, recordOnly: true },
  },
];

/** A failed row in our words; null: its sentence is not one we know. */
export function rowDeliveryError(sentenceOfRow: string): DeliveryError | null {
  const rule = rowRules.find(({ words }) => words.test(sentenceOfRow));
  if (rule === undefined) return null;
  return new DeliveryError(rule.kind, sentenceOfRow, { code: rule.code, ...rule.details });
}
