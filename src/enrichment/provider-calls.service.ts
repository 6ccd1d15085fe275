import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Environment } from '../../config/env.js';
import { ENVIRONMENT, type Now, NOW } from '../database/environment.js';
import {
  type HookRefusal,
  type ProviderHookReply,
  type ProviderHookRequest,
  type ProviderWebhooks,
  UnreadableHookError,
} from '../destinations/provider-webhooks.js';
import type { RemoteFact } from '../destinations/remote-fact.js';
import { type ConnectedDestination, MappingDirectory } from '../mapping/mapping-directory.service.js';
import { Metrics } from '../observability/metrics.service.js';
import { FactIntake } from './fact-intake.service.js';

/** A call as it came in; `path` with its query. */
export interface IncomingCall {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: ProviderHookRequest['headers'];
  readonly query: ProviderHookRequest['query'];
  readonly body: Buffer;
}

/** What CRMs call us with: proved, read, committed, and only then answered. A call that is refused leaves nothing behind. */
@Injectable()
export class ProviderCalls {
  readonly #log = new Logger(ProviderCalls.name);

  constructor(
    private readonly mappings: MappingDirectory,
    private readonly intake: FactIntake,
    private readonly metrics: Metrics,
    @Inject(NOW) private readonly now: Now,
    @Inject(ENVIRONMENT) private readonly env: Environment,
  ) {}

  /** null: there is no such destination, or its provider calls nobody. */
  async receive(destination: string, call: IncomingCall): Promise<ProviderHookReply | null> {
    const connected = this.mappings.findConnected(destination);
    const webhooks = connected?.provider.webhooks;
    if (connected === undefined || webhooks === undefined) {
      this.metrics.hookRefused('', 'unknown_destination');
      return null;
    }
    const { path, ...rest } = call;
    const request: ProviderHookRequest = { ...rest, url: `${this.env.publicUrl}${path}`, receivedAt: this.now() };
    const refuse = (refusal: HookRefusal, why: unknown): ProviderHookReply => {
      this.metrics.hookRefused(`destination/${destination}`, refusal);
      this.#log.warn(
        { destination, refusal, reason: why instanceof Error ? why.message : why },
        'a call from a provider was refused',
      );
      return webhooks.refused(request, refusal);
    };
    const stranger = webhooks.verify(request, connected.settings);
    if (stranger !== null) return refuse('not_authentic', stranger);
    let facts: readonly RemoteFact[];
    try {
      facts = webhooks.read(request, connected.settings);
    } catch (error) {
      if (!(error instanceof UnreadableHookError)) throw error;
      return refuse('unreadable', error);
    }
    return this.#committed(connected, webhooks, request, facts, refuse);
  }

  async #committed(
    connected: ConnectedDestination,
    webhooks: ProviderWebhooks,
    request: ProviderHookRequest,
    facts: readonly RemoteFact[],
    refuse: (refusal: HookRefusal, why: unknown) => ProviderHookReply,
  ): Promise<ProviderHookReply> {
    try {
      if (facts.length > 0) await this.intake.take(connected, facts);
    } catch (error) {
      return refuse('unavailable', error);
    }
    return webhooks.accepted(request, connected.settings);
  }
}
