import type { ActionRequest, ActionResult } from '../action.js';
import { asDeliveryError, DeliveryError, type FailureKind } from '../delivery-error.js';
import type { Connection, ConnectionCheck, ConnectionContext, RecordResult, RemoteField } from '../destination.js';
import { type Posted, SmtpClient } from './client.js';
import { type EmailInput, emailInput, emailSend } from './email-send.js';
import { Reached } from './reached.js';
import { type SmtpSettings, usualPorts } from './settings.js';

/** A mail server that colleagues are written to through. */
export class SmtpConnection implements Connection {
  readonly #client: SmtpClient;
  readonly #reached: Reached;

  constructor(
    private readonly settings: SmtpSettings,
    context: ConnectionContext,
  ) {
    this.#client = new SmtpClient(settings, context);
    this.#reached = new Reached(context.memory);
  }

  async check(): Promise<ConnectionCheck> {
    await this.#client.verify();
    const { host, port, security, user, from } = this.settings;
    return {
      account: `${from} at ${host}:${String(port ?? usualPorts[security])}`,
      problems: [],
      details: { security, login: user ?? 'none' },
    };
  }

  fields(): Promise<readonly RemoteField[]> {
    return Promise.resolve([]);
  }

  upsert(): Promise<readonly RecordResult[]> {
    return Promise.reject(new DeliveryError('rejected', 'a mail server keeps no records', { code: 'NO_RECORDS' }));
  }

  /** One after the other: what is known of half-sent mails is written by one at a time. */
  async perform(action: string, requests: readonly ActionRequest[]): Promise<readonly ActionResult[]> {
    const results: ActionResult[] = [];
    for (const request of requests) results.push(await this.#perform(action, request));
    return results;
  }

  async #perform(action: string, { runId, input }: ActionRequest): Promise<ActionResult> {
    try {
      if (action !== emailSend.id)
        throw new DeliveryError('rejected', `a mail server cannot do "${action}"`, { code: 'UNKNOWN_ACTION' });
      const mail = emailInput.parse(input);
      this.#checkDomains(mail);
      return await this.#send(runId, mail);
    } catch (error) {
      return { runId, status: 'failed', error: asDeliveryError(error) };
    }
  }

  async #send(runId: string, { to, subject, text }: EmailInput): Promise<ActionResult> {
    const before = to.length === 1 ? [] : await this.#reached.by(runId);
    const missing = to.filter((address) => !before.includes(address));
    if (missing.length === 0)
      return { runId, status: 'done', reference: null, already: true, detail: { to: [...before] } };
    const posted = await this.#client.send({ runId, to, missing, subject, text });
    const accepted = [...before, ...posted.accepted];
    if (posted.refused.length > 0) {
      if (posted.accepted.length > 0) await this.#reached.note(runId, accepted);
      return { runId, status: 'failed', error: refusal(posted, accepted) };
    }
    if (before.length > 0) await this.#reached.forget(runId);
    const { messageId: reference, answer } = posted;
    return { runId, status: 'done', reference, already: false, detail: { to: accepted, answer } };
  }

  /** Templates decide whom a mail goes to, and what people told a chatbot may stand in them. */
  #checkDomains({ to }: EmailInput): void {
    const { domains } = this.settings;
    const strangers = to.filter(
      (address) => domains?.includes(address.slice(address.lastIndexOf('@') + 1).toLowerCase()) === false,
    );
    if (strangers.length > 0)
      throw new DeliveryError(
        'rejected',
        `mails go to ${domains?.join(', ') ?? ''} only, not to ${strangers.join(', ')}`,
        {
          code: 'DOMAIN_NOT_ALLOWED',
        },
      );
  }
}

/** Worth more attention first: the kind of a refusal of several addresses is that of the first in this order. */
const order: readonly FailureKind[] = [
  'unauthorized',
  'misconfigured',
  'throttled',
  'transient',
  'unknown',
  'rejected',
];

/** Why not everybody has got the mail. It is tried again as long as one of the refusals is not final. */
function refusal({ refused }: Posted, accepted: readonly string[]): DeliveryError {
  const [first] = refused.toSorted((one, other) => order.indexOf(one.error.kind) - order.indexOf(other.error.kind));
  const said = refused.map(({ address, error }) => `${address}: ${error.message}`).join('; ');
  const others = accepted.length === 0 ? '' : `; it has reached ${accepted.join(', ')}`;
  return new DeliveryError(first?.error.kind ?? 'rejected', `${said}${others}`, first?.error.details);
}
