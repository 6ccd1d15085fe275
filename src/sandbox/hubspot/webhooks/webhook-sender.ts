import type { Account } from '../account.js';
import type { Happening } from '../happening.js';
import { signatures } from './sign.js';
import { seenFromBothEnds, toEvent, wants } from './webhook-events.js';
import type { Hook, PendingEvent } from './webhook.js';

const mostInRequest = 100;
const keptInLog = 500;
/** How long events are gathered before they go out together. */
const gatheringMs = 20;
/** How often the sandbox's clock, which may be set, is looked at while something waits for its time. */
const lookEveryMs = 50;

/** Tells apps what has happened, and tells it again until they have taken it or the repetitions are used up. */
export class WebhookSender {
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  readonly #inFlight = new Map<PendingEvent, Promise<void>>();
  readonly #running = new Map<number, number>();
  readonly #closing = new AbortController();

  constructor(private readonly account: Account) {
    account.listen((happening) => {
      for (const seen of seenFromBothEnds(happening)) this.#queue(seen);
    });
  }

  /** After the state was replaced: goes on with what waits in it. */
  resume(): void {
    if (this.account.data.webhookQueue.length > 0) this.#wake(gatheringMs);
  }

  /** Gives up what is under way; it stays in the queue. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#closing.abort();
    await Promise.all(this.#inFlight.values());
  }

  #queue(happening: Happening): void {
    const { portalId, data, behaviour } = this.account;
    for (const hook of data.webhooks) {
      const { appId } = hook;
      const isEcho = happening.origin.changeSource === 'INTEGRATION' && happening.origin.sourceId === String(appId);
      if (hook.targetUrl === '' || !this.#isInstalled(appId) || (isEcho && !behaviour.webhookEchoes)) continue;
      const dueAt = this.account.now();
      const occurredAt = Date.parse(happening.kind === 'changed' ? happening.at : dueAt);
      const dates = behaviour.webhookDates === 'milliseconds' ? this.account.store(happening.type).catalog : null;
      for (const subscription of hook.subscriptions)
        if (wants(subscription, happening))
          data.webhookQueue.push({
            appId,
            dueAt,
            attempt: 0,
            event: toEvent(happening, subscription, { portalId, appId, occurredAt }, dates),
          });
    }
    this.resume();
  }

  /** A private app always; one that people connect while somebody has it connected. */
  #isInstalled(appId: number): boolean {
    const { apps, oauthApps, oauthGrants } = this.account.data;
    const clientId = oauthApps.find((app) => app.appId === appId)?.clientId;
    return (
      apps.some((app) => app.appId === appId) ||
      oauthGrants.some((grant) => grant.clientId === clientId && !grant.revoked)
    );
  }

  #wake(inMs: number): void {
    if (this.#closed || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#sendDue();
      if (this.account.data.webhookQueue.length > 0) this.#wake(lookEveryMs);
    }, inMs);
    this.#timer.unref();
  }

  #sendDue(): void {
    const now = this.account.now();
    const due = this.account.data.webhookQueue.filter(
      (pending) => pending.dueAt <= now && !this.#inFlight.has(pending),
    );
    for (const [key, events] of Map.groupBy(due, ({ appId, attempt }) => `${String(appId)}/${String(attempt)}`)) {
      const hook = this.account.data.webhooks.find(({ appId }) => key.startsWith(`${String(appId)}/`));
      if (hook === undefined) this.#forget(events);
      else this.#sendBatches(hook, events);
    }
  }

  #sendBatches(hook: Hook, events: readonly PendingEvent[]): void {
    for (let start = 0; start < events.length; start += mostInRequest) {
      const running = this.#running.get(hook.appId) ?? 0;
      if (running >= hook.maxConcurrentRequests) return;
      this.#running.set(hook.appId, running + 1);
      const batch = events.slice(start, start + mostInRequest);
      const sending = this.#send(hook, batch).finally(() => {
        this.#running.set(hook.appId, (this.#running.get(hook.appId) ?? 1) - 1);
        for (const pending of batch) this.#inFlight.delete(pending);
      });
      for (const pending of batch) this.#inFlight.set(pending, sending);
    }
  }

  async #send(hook: Hook, batch: readonly PendingEvent[]): Promise<void> {
    const attempt = batch[0]?.attempt ?? 0;
    const outcome = await this.#post(
      hook,
      JSON.stringify(batch.map(({ event }) => ({ ...event, attemptNumber: attempt }))),
    );
    if (this.#closed && outcome === 'closed') return;
    this.#log(hook, batch, attempt, outcome);
    if (/^2\d\d$/.test(outcome)) this.#forget(batch);
    else this.#postpone(batch, attempt);
  }

  /** @returns the status, or why there was none */
  async #post({ appId, targetUrl }: Hook, body: string): Promise<string> {
    const { webhookTimeoutMs, webhookSignature, webhookClock } = this.account.behaviour;
    const timestampMs = webhookClock === 'real' ? Date.now() : Date.parse(this.account.now());
    const proof = signatures({
      secret: this.#secret(appId),
      url: targetUrl,
      body,
      timestampMs,
      older: webhookSignature,
      newer: this.account.behaviour.privateAppsSignV3 || !this.account.data.apps.some((app) => app.appId === appId),
    });
    const timeout = AbortSignal.timeout(webhookTimeoutMs);
    try {
      const response = await fetch(targetUrl, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'content-type': 'application/json', 'user-agent': 'HubSpot Connect 2.0 (sandbox)', ...proof },
        body,
        signal: AbortSignal.any([timeout, this.#closing.signal]),
      });
      await response.body?.cancel();
      return String(response.status);
    } catch (error) {
      if (this.#closing.signal.aborted) return 'closed';
      if (timeout.aborted) return `no answer in ${String(webhookTimeoutMs)} ms`;
      return error instanceof Error ? `no connection: ${error.message}` : 'no connection';
    }
  }

  #secret(appId: number): string {
    const { apps, oauthApps } = this.account.data;
    return [...apps, ...oauthApps].find((app) => app.appId === appId)?.clientSecret ?? '';
  }

  #postpone(batch: readonly PendingEvent[], attempt: number): void {
    const pause = this.account.behaviour.webhookRetriesAfterSeconds[attempt];
    if (pause === undefined) {
      this.#forget(batch);
      return;
    }
    const dueAt = new Date(Date.parse(this.account.now()) + pause * 1_000).toISOString();
    for (const pending of batch) Object.assign(pending, { attempt: attempt + 1, dueAt });
  }

  #forget(events: readonly PendingEvent[]): void {
    const gone = new Set(events);
    this.account.data.webhookQueue = this.account.data.webhookQueue.filter((pending) => !gone.has(pending));
  }

  #log({ appId, targetUrl: url }: Hook, batch: readonly PendingEvent[], attempt: number, outcome: string): void {
    const subscriptionTypes = [...new Set(batch.map(({ event }) => String(event.subscriptionType)))];
    const entry = { at: this.account.now(), appId, url, attempt, events: batch.length, subscriptionTypes, outcome };
    this.account.data.webhookLog = [...this.account.data.webhookLog, entry].slice(-keptInLog);
  }
}
