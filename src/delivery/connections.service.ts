import { Inject, Injectable } from '@nestjs/common';
import { type Now, NOW } from '../database/environment.js';
import type { Connection } from '../destinations/destination.js';
import type { ConnectedDestination } from '../mapping/mapping-directory.service.js';
import { Metrics } from '../observability/metrics.service.js';
import { wantsAuthorization } from './authorizations.service.js';
import { ConnectionMemories } from './connection-memory.service.js';
import { createCallGate } from './call-gate.js';
import { Grants } from './grants.service.js';

interface Open {
  readonly connection: Connection;
  /** What it was opened with; other settings need a new one. */
  readonly settings: string;
}

/** One open connection per destination, with its limits kept from our side and every request counted. */
@Injectable()
export class Connections {
  readonly #open = new Map<string, Open>();

  constructor(
    @Inject(NOW) private readonly now: Now,
    private readonly metrics: Metrics,
    private readonly memories: ConnectionMemories,
    private readonly grants: Grants,
  ) {}

  to(connected: ConnectedDestination): Connection {
    const { destination, provider, settings } = connected;
    const wanted = wantsAuthorization(connected);
    const fingerprint = JSON.stringify(settings);
    const known = this.#open.get(destination);
    if (known?.settings === fingerprint) return known.connection;
    const call = createCallGate({
      limits: provider.limits(settings),
      nowMs: () => performance.now(),
      observe: ({ operation, outcome }) => this.metrics.providerCalled(destination, provider.id, operation, outcome),
    });
    const connection = provider.connect(settings, {
      call,
      now: this.now,
      grants: wanted === null ? null : this.grants.keeper({ destination, ...wanted }),
      memory: this.memories.of(destination),
      reportUsage: () => undefined,
    });
    this.#open.set(destination, { connection, settings: fingerprint });
    return connection;
  }
}
