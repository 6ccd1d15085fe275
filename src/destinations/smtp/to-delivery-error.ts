import { z } from 'zod';
import { DeliveryError, type DeliveryErrorDetails, type FailureKind } from '../delivery-error.js';
import { NoLoginOfferedError } from './session.js';

/** What nodemailer puts on its errors. */
const failureSchema = z.object({
  message: z.string(),
  /** Nodemailer's own, for example `EENVELOPE`. */
  code: z.string().optional().catch(undefined),
  /** Node's, for example `ECONNREFUSED` or `CERT_HAS_EXPIRED`. */
  originalCode: z.string().optional().catch(undefined),
  command: z.string().optional().catch(undefined),
  /** The server's reply, for example `550 5.1.1 No such user`. */
  response: z.string().optional().catch(undefined),
});

/** How far a conversation had got. */
type Step = 'connection' | 'encryption' | 'login' | 'sender' | 'recipient' | 'mail';

const stepsByCommand: Readonly<Record<string, Step>> = { 'MAIL FROM': 'sender', 'RCPT TO': 'recipient', DATA: 'mail' };
const stepsByCode: Readonly<Record<string, Step>> = { ETLS: 'encryption', EAUTH: 'login', EMESSAGE: 'mail' };

/** What a final refusal (5yz, RFC 5321 4.2.1) means at each step: is it about this mail, or would every mail be refused? */
const finalRefusals = {
  connection: 'misconfigured',
  encryption: 'misconfigured',
  login: 'unauthorized',
  sender: 'misconfigured',
  recipient: 'rejected',
  mail: 'rejected',
} as const satisfies Record<Step, FailureKind>;

/** What the server said no to, for people. */
const subjects = {
  connection: 'the connection',
  encryption: 'encryption',
  login: 'the login',
  sender: 'the sender',
  recipient: 'the address',
  mail: 'the mail',
} as const satisfies Record<Step, string>;

/** Replies that mean the same at every step. */
const knownReplies: Readonly<Record<number, FailureKind>> = {
  503: 'transient', // out of order: a new conversation may go well
  530: 'unauthorized', // a login is needed
  534: 'unauthorized', // this kind of login is not allowed
  535: 'unauthorized', // the login is wrong
  552: 'rejected', // this mail is too big
};

const tooFast = /\brate\b|too (many|fast)|throttl|slow down|limit exceeded|sending (limit|quota)/i;
const fullMailbox = /^\d{3}[ -]\d\.2\.2\b|mailbox (is )?full|over ?quota/i;
/** Of the day: Gmail, Microsoft 365. */
const dailyLimit = /^\d{3}[ -]\d\.4\.5\b|daily .*(limit|quota)/i;
const restAfterTooFastMs = 60_000;
const restUntilTomorrowMs = 3_600_000;

const certificateTrouble = /CERT|SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|^EPROTO$/;

/**
 * Anything that sending or logging in can fail with.
 *
 * @param hasLeft the whole mail had been handed over, so silence does not say whether it was taken
 */
export function toDeliveryError(thrown: unknown, { hasLeft }: { readonly hasLeft: boolean }): DeliveryError {
  if (thrown instanceof DeliveryError) return thrown;
  if (thrown instanceof NoLoginOfferedError)
    return new DeliveryError(
      'misconfigured',
      'the server offers no login on this connection: take user and password out of the settings, or choose another security or port',
      { code: 'NO_LOGIN' },
    );
  const read = failureSchema.safeParse(thrown);
  if (!read.success)
    return new DeliveryError('transient', `no mail could be sent: ${String(thrown)}`, { cause: thrown });
  const failure = read.data;
  const step = stepOf(failure);
  const reply = replyOf(failure.response);
  if (reply !== null) return fromReply(step, reply, thrown);
  const { code = 'NO_ANSWER', originalCode = code, message } = failure;
  const fail = (kind: FailureKind, what: string): DeliveryError =>
    new DeliveryError(kind, `${what}: ${message}`, { code: originalCode, cause: thrown });
  if (hasLeft) return fail('unknown', 'the mail was handed over, but the server did not say whether it took it');
  if (step === 'login') return fail('misconfigured', 'no login is possible');
  if (step === 'mail') return fail('rejected', 'the mail cannot be sent');
  if (certificateTrouble.test(originalCode)) return fail('misconfigured', 'no encrypted connection can be made');
  return fail('transient', 'the mail server did not answer, nothing was sent');
}

function stepOf({ code = '', command = '' }: z.output<typeof failureSchema>): Step {
  return stepsByCode[code] ?? stepsByCommand[command] ?? 'connection';
}

interface Reply {
  readonly code: number;
  readonly text: string;
}

function replyOf(response: string | undefined): Reply | null {
  const code = Number(/^[45]\d{2}/.exec(response ?? '')?.[0]);
  return response === undefined || Number.isNaN(code) ? null : { code, text: response.replaceAll(/\s+/g, ' ').trim() };
}

function fromReply(step: Step, { code, text }: Reply, cause: unknown): DeliveryError {
  const details: DeliveryErrorDetails = { code: `SMTP_${String(code)}`, cause };
  const fail = (kind: FailureKind, more: DeliveryErrorDetails = {}): DeliveryError =>
    new DeliveryError(kind, `${subjects[step]} was refused: ${text}`, { ...details, ...more });
  if (dailyLimit.test(text)) return fail('throttled', { retryAfterMs: restUntilTomorrowMs });
  if (code >= 500) return fail(knownReplies[code] ?? finalRefusals[step]);
  if (tooFast.test(text) && !fullMailbox.test(text)) return fail('throttled', { retryAfterMs: restAfterTooFastMs });
  return fail('transient', step === 'recipient' ? { recordOnly: true } : {});
}
