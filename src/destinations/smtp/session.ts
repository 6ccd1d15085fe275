import SMTPConnection, { type SMTPConnectionSendInfo, type SMTPEnvelope } from 'nodemailer/lib/smtp-connection';
import type MimeNode from 'nodemailer/lib/mime-node';
import { isThisMachine, type SmtpSettings, usualPorts } from './settings.js';

/** From the look-up of the name to the greeting, encryption included. */
const connectingMs = 15_000;
/** A server that says nothing for so long has gone. Some look through a mail before they take it. */
const silenceMs = 60_000;

/** The server wants no password, or not this way, although we have one. */
export class NoLoginOfferedError extends Error {
  override readonly name = 'NoLoginOfferedError';
}

/**
 * One conversation with a mail server: one connection, closed at its end. Nodemailer's connection is used rather than its transport because
 * it shows how far a mail had got when the connection broke.
 *
 * @see https://nodemailer.com/extras/smtp-connection
 */
export class Session {
  readonly #smtp: SMTPConnection;
  readonly #settings: SmtpSettings;
  readonly #broken: Promise<never>;
  /** The whole mail has been handed over: from then on only the server knows whether it took it. */
  hasLeft = false;

  constructor(settings: SmtpSettings, signal: AbortSignal) {
    this.#settings = settings;
    const smtp = new SMTPConnection(optionsOf(settings));
    this.#smtp = smtp;
    this.#broken = new Promise((_resolve, reject) => {
      smtp.on('error', reject);
      smtp.once('end', () => reject(new Error('the connection was closed')));
      signal.addEventListener('abort', () => {
        reject(new Error('it was given up'));
        smtp.close();
      });
    });
    // Nobody waits for it between two commands.
    this.#broken.catch(() => undefined);
  }

  /** Connects and logs in. @throws what nodemailer says, or NoLoginOfferedError */
  async open(): Promise<void> {
    const { user, password: pass } = this.#settings;
    await this.#unlessBroken<null>((resolve, reject) =>
      this.#smtp.connect((error) => (error === undefined ? resolve(null) : reject(error))),
    );
    if (user === undefined || pass === undefined) return;
    if (!this.#smtp.allowsAuth) throw new NoLoginOfferedError();
    await this.#unlessBroken<null>((resolve, reject) =>
      this.#smtp.login({ user, credentials: { user, pass } }, (error) =>
        error === null ? resolve(null) : reject(error),
      ),
    );
  }

  /** @throws what nodemailer says; with `rejectedErrors` when nobody was accepted */
  async send(envelope: SMTPEnvelope, mail: MimeNode): Promise<SMTPConnectionSendInfo> {
    const source = mail.createReadStream();
    source.once('end', () => {
      this.hasLeft = true;
    });
    return this.#unlessBroken((resolve, reject) =>
      this.#smtp.send(envelope, source, (error, info) => (error === null ? resolve(info) : reject(error))),
    );
  }

  close(): void {
    this.#smtp.close();
  }

  #unlessBroken<T>(work: (resolve: (value: T) => void, reject: (error: Error) => void) => void): Promise<T> {
    return Promise.race([new Promise<T>(work), this.#broken]);
  }
}

const optionsOf = ({ host, port, security, certificate }: SmtpSettings) => ({
  host,
  port: port ?? usualPorts[security],
  secure: security === 'tls',
  requireTLS: security === 'starttls',
  ignoreTLS: security === 'none',
  tls: certificate === undefined ? {} : { ca: certificate },
  allowInternalNetworkInterfaces: isThisMachine(host),
  connectionTimeout: connectingMs,
  greetingTimeout: connectingMs,
  dnsTimeout: connectingMs,
  socketTimeout: silenceMs,
  logger: false,
});
