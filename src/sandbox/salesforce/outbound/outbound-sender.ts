import type { Org } from '../org.js';
import { openSession } from '../oauth/sessions.js';
import type { RecordChange } from '../record-change.js';
import { envelopeOf, isAcknowledged } from './envelope.js';
import type { Notification, OutboundMessage } from './outbound-state.js';

const mostPerMessage = 100;
const keptMs = 24 * 3_600_000;
const firstRetryMs = 10_000;
const longestRetryMs = 2 * 3_600_000;
const answerWithinMs = 60_000;
const lookEveryMs = 200;
const keptSendings = 200;

/** Sends outbound messages, and again until they are acknowledged, by the sandbox's clock. */
export class OutboundSender {
  #timer: NodeJS.Timeout | null = null;
  #sending: Promise<void> | null = null;
  readonly #closing = new AbortController();

  constructor(
    private readonly org: Org,
    private readonly origin: () => string,
  ) {}

  /** Plans a notification for every active message about the object of a change. */
  plan(changes: readonly RecordChange[]): void {
    for (const { object, record, kind, by } of changes)
      for (const message of this.org.setup.outboundMessages)
        if (message.active && message.object === object && kind !== 'DELETE' && message.exceptUserId !== by.userId)
          this.notify(message, record.Id);
  }

  notify({ actionId }: OutboundMessage, recordId: string): void {
    const at = this.org.clock.now().toISOString();
    const id = this.org.newId('04l');
    this.org.setup.notifications.push({ id, actionId, recordId, at, attempts: 0, nextAttemptAt: at });
    this.watch();
  }

  /** Looks for what is due as long as anything waits. */
  watch(): void {
    if (this.#timer !== null || this.#closing.signal.aborted || this.org.setup.notifications.length === 0) return;
    this.#timer = setInterval(() => void this.sendDue(), lookEveryMs);
    this.#timer.unref();
  }

  /** Sends what is due now, once. */
  sendDue(): Promise<void> {
    this.#sending ??= this.#sendDue().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  async close(): Promise<void> {
    this.#stopWatching();
    this.#closing.abort();
    await this.#sending;
  }

  #stopWatching(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  async #sendDue(): Promise<void> {
    const { org } = this;
    const now = org.clock.now().getTime();
    org.setup.notifications = org.setup.notifications.filter(({ at }) => now - Date.parse(at) < keptMs);
    for (const message of org.setup.outboundMessages) {
      const due = org.setup.notifications.filter(
        ({ actionId, nextAttemptAt }) => actionId === message.actionId && Date.parse(nextAttemptAt) <= now,
      );
      for (let start = 0; start < due.length; start += mostPerMessage)
        await this.#send(message, due.slice(start, start + mostPerMessage));
    }
    if (org.setup.notifications.length === 0) this.#stopWatching();
  }

  async #send(message: OutboundMessage, due: readonly Notification[]): Promise<void> {
    const { org } = this;
    const table = org.schema.find(message.object)?.table;
    // The values of now, not of the change; a record that is gone is not told.
    const known = due.flatMap((notification) => {
      const record = table?.get(notification.recordId);
      return record === undefined ? [] : [{ notification, record }];
    });
    const outcome = known.length === 0 ? 'acknowledged' : await this.#post(message, known);
    const settled = new Set(outcome === 'acknowledged' ? due.map(({ id }) => id) : []);
    const tried = new Set(due.map(({ id }) => id));
    org.setup.notifications = org.setup.notifications.flatMap((one) => {
      if (!tried.has(one.id)) return [one];
      return settled.has(one.id) ? [] : [this.#again(one)];
    });
    org.setup.sendings = [
      ...org.setup.sendings.slice(1 - keptSendings),
      { at: org.clock.now().toISOString(), actionId: message.actionId, notifications: known.length, outcome },
    ];
  }

  #again(notification: Notification): Notification {
    const waitMs = Math.min(longestRetryMs, firstRetryMs * 2 ** notification.attempts);
    const nextAttemptAt = new Date(this.org.clock.now().getTime() + waitMs).toISOString();
    return { ...notification, attempts: notification.attempts + 1, nextAttemptAt };
  }

  async #post(message: OutboundMessage, known: Parameters<typeof envelopeOf>[1]): Promise<string> {
    const { organization } = this.org.setup;
    const sessionId = message.includeSessionId ? openSession(this.org, organization.userId, null).accessToken : null;
    const sender = { organizationId: organization.id, origin: this.origin(), sessionId };
    try {
      const answer = await fetch(message.endpointUrl, {
        method: 'POST',
        headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: '""' },
        body: envelopeOf(message, known, sender),
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(answerWithinMs)]),
      });
      const body = await answer.text();
      if (answer.ok && isAcknowledged(body)) return 'acknowledged';
      return `HTTP ${answer.status}: ${body.slice(0, 200)}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}
