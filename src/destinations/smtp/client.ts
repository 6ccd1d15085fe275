import MailComposer from 'nodemailer/lib/mail-composer';
import type { NodemailerError } from 'nodemailer';
import { z } from 'zod';
import type { DeliveryError } from '../delivery-error.js';
import type { CallDescription, ConnectionContext } from '../destination.js';
import { Session } from './session.js';
import type { SmtpSettings } from './settings.js';
import { toDeliveryError } from './to-delivery-error.js';

/** A mail as it is to be sent. */
export interface OutgoingMail {
  /** Becomes its Message-ID: whoever should get it twice can tell that it is one mail. */
  readonly runId: string;
  /** Named in it. */
  readonly to: readonly string[];
  /** Written to: some of those, or all. */
  readonly missing: readonly string[];
  readonly subject: string;
  readonly text: string;
}

/** Whom a mail was taken for. */
export interface Posted {
  readonly messageId: string;
  readonly accepted: readonly string[];
  readonly refused: readonly { readonly address: string; readonly error: DeliveryError }[];
  /** What the server said in the end; null: it took the mail for nobody. */
  readonly answer: string | null;
}

const allRefused = z.object({ rejectedErrors: z.array(z.custom<NodemailerError>()).min(1) });

/** The mail server. One connection for each mail, no repetitions of its own: delivery repeats. */
export class SmtpClient {
  constructor(
    private readonly settings: SmtpSettings,
    private readonly context: ConnectionContext,
  ) {}

  /** Connects and logs in, and sends nothing. @throws DeliveryError */
  verify(): Promise<void> {
    return this.#inSession({ operation: 'account.check', lane: 'check', repeatable: true }, () => Promise.resolve());
  }

  /** @throws DeliveryError unless the server has decided, for each address, whether it takes the mail */
  send(mail: OutgoingMail): Promise<Posted> {
    return this.#inSession({ operation: 'email.send', repeatable: false, records: 1 }, (session) =>
      this.#post(session, mail),
    );
  }

  async #post(session: Session, mail: OutgoingMail): Promise<Posted> {
    const { from, fromName } = this.settings;
    const messageId = `<${mail.runId}@${from.slice(from.lastIndexOf('@') + 1)}>`;
    const message = new MailComposer({
      messageId,
      from: { name: fromName, address: from },
      to: [...mail.to],
      subject: mail.subject,
      text: mail.text,
      date: this.context.now(),
      // So that nobody's absence is answered (RFC 3834).
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
    }).compile();
    try {
      const info = await session.send({ from, to: [...mail.missing] }, message);
      const refused = (info.rejectedErrors ?? []).map(refusalOf);
      return { messageId, accepted: info.accepted, refused, answer: info.response };
    } catch (error) {
      const nobody = allRefused.safeParse(error);
      if (!nobody.success) throw error;
      return { messageId, accepted: [], refused: nobody.data.rejectedErrors.map(refusalOf), answer: null };
    }
  }

  #inSession<T>(call: CallDescription, work: (session: Session) => Promise<T>): Promise<T> {
    return this.context.call(call, async (signal) => {
      const session = new Session(this.settings, signal);
      try {
        await session.open();
        return await work(session);
      } catch (error) {
        throw toDeliveryError(error, session);
      } finally {
        session.close();
      }
    });
  }
}

const refusalOf = (error: NodemailerError) => ({
  address: error.recipient ?? '',
  error: toDeliveryError(error, { hasLeft: false }),
});
