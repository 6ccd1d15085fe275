import { createHmac } from 'node:crypto';
import type { SandboxView, SandboxWorld } from '../emulator.js';
import type { Delivery, Webhook, WebhookEvent, WebhookSource } from './webhook-state.js';

/** Retried at growing intervals for 75 minutes, by the sandbox's clock. */
const retryAfterMs = [0, 60_000, 5 * 60_000, 15 * 60_000, 30 * 60_000, 75 * 60_000] as const;
const answerWithinMs = 10_000;
const lookEveryMs = 250;
const shown = 50;

/**
 * Sends what happens at the account to the webhooks of its audiences, one after the other, and again when they are not answered. What is
 * still to be sent is forgotten at a restart.
 */
export class WebhookSender {
  #waiting: Delivery[] = [];
  /** The last ones that were accepted or given up. */
  #ended: Delivery[] = [];
  #count = 0;
  #timer: NodeJS.Timeout | null = null;
  #sending: Promise<void> | null = null;

  constructor(private readonly world: SandboxWorld) {}

  /** @param source null: an event that has no source, such as a campaign's */
  fire(
    webhooks: readonly Webhook[],
    type: WebhookEvent,
    source: WebhookSource | null,
    write: (firedAt: Date) => string,
  ): void {
    const firedAt = this.world.clock.now();
    for (const webhook of webhooks) {
      if (!webhook.enabled || !webhook.events[type] || (source !== null && !webhook.sources[source])) continue;
      this.#count += 1;
      const plain = { attempts: 0, nextAt: firedAt, outcome: 'waiting' };
      this.#waiting.push({ number: this.#count, webhook, type, body: write(firedAt), firedAt, ...plain });
    }
    this.#wake();
  }

  forget(): void {
    this.#waiting = [];
    this.#ended = [];
    this.#rest();
  }

  async close(): Promise<void> {
    this.forget();
    await this.#sending;
  }

  view(): SandboxView {
    return {
      title: 'Webhooks sent',
      columns: ['#', 'fired at', 'type', 'to', 'attempts', 'outcome'],
      rows: [...this.#ended, ...this.#waiting]
        .sort((a, b) => b.number - a.number)
        .slice(0, shown)
        .map(({ number, firedAt, type, webhook, attempts, outcome }) => [
          String(number),
          firedAt.toISOString(),
          type,
          webhook.url.replace(/\?.*/, '?…'),
          String(attempts),
          outcome,
        ]),
    };
  }

  /** The sandbox's clock may be moved at any time, so it is looked at again and again while something waits for it. */
  #wake(): void {
    if (this.#waiting.length === 0) {
      this.#rest();
      return;
    }
    this.#timer ??= setInterval(() => this.#wake(), lookEveryMs).unref();
    this.#sending ??= this.#sendDue().finally(() => (this.#sending = null));
  }

  #rest(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  async #sendDue(): Promise<void> {
    for (;;) {
      const due = this.#waiting.find(({ nextAt }) => nextAt <= this.world.clock.now());
      if (due === undefined) return;
      if (due.webhook.enabled) await this.#send(due);
      else due.outcome = 'given up: the webhook was switched off';
      if (due.outcome.startsWith('waiting')) continue;
      // Whatever has been forgotten meanwhile stays forgotten.
      const at = this.#waiting.indexOf(due);
      if (at < 0) continue;
      this.#waiting.splice(at, 1);
      this.#ended = [...this.#ended, due].slice(-shown);
    }
  }

  async #send(delivery: Delivery): Promise<void> {
    delivery.attempts += 1;
    const said = await this.#post(delivery);
    if (said === 200) delivery.outcome = 'accepted';
    else this.#again(delivery, said);
  }

  #again(delivery: Delivery, said: number | string): void {
    const { webhook, firedAt, attempts } = delivery;
    const afterMs = retryAfterMs[attempts];
    // 410: never again, this webhook.
    if (said === 410) webhook.enabled = false;
    if (afterMs === undefined || said === 410) delivery.outcome = `given up: ${String(said)}`;
    else {
      delivery.outcome = `waiting: ${String(said)}`;
      delivery.nextAt = new Date(firedAt.getTime() + afterMs);
    }
  }

  async #post({ webhook, body }: Delivery): Promise<number | string> {
    try {
      const response = await fetch(webhook.url, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...this.#signature(webhook, body) },
        body,
        signal: AbortSignal.timeout(answerWithinMs),
      });
      await response.arrayBuffer();
      return response.status;
    } catch (error) {
      return error instanceof Error ? error.name : 'no answer';
    }
  }

  #signature({ signing_secret: secret }: Webhook, body: string): Record<string, string> {
    if (secret === null) return {};
    const at = String(Math.floor(this.world.clock.now().getTime() / 1_000));
    const digest = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
    return { 'x-mailchimp-signature': `t=${at},v1=${digest}` };
  }
}
