import { Inject, Injectable, Logger } from '@nestjs/common';
import { ConfigurationRevision } from '../database/configuration-revision.service.js';
import { type Now, NOW } from '../database/environment.js';
import type { Connection } from '../destinations/destination.js';
import { type ConnectedDestination, MappingDirectory } from '../mapping/mapping-directory.service.js';
import { Metrics } from '../observability/metrics.service.js';
import { accountOf, grantedAccountOf } from './account-of.js';
import { wantsAuthorization } from './authorizations.service.js';
import { createCallGate } from './call-gate.js';
import { ConnectionMemories } from './connection-memory.service.js';
import { Grants } from './grants.service.js';
import { OpenConnection } from './open-connection.js';
import { SharedPermits } from './shared-permits.service.js';
import { UsageReports } from './usage.service.js';

/** One open connection per destination, with its limits kept from our side and every request counted. */
@Injectable()
export class Connections {
  readonly #log = new Logger(Connections.name);
  readonly #open = new Map<string, OpenConnection>();

  constructor(
    @Inject(NOW) private readonly now: Now,
    private readonly metrics: Metrics,
    private readonly memories: ConnectionMemories,
    private readonly grants: Grants,
    private readonly permits: SharedPermits,
    private readonly usage: UsageReports,
    private readonly mappings: MappingDirectory,
    private readonly revision: ConfigurationRevision,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.revision.follow(() => this.#closeOutdated());
  }

  /** The same one as long as the destination's settings stay. To be used at once, not to be kept. */
  to(connected: ConnectedDestination): Connection {
    const fingerprint = fingerprintOf(connected);
    const known = this.#open.get(connected.destination);
    if (known?.fingerprint === fingerprint) return known.connection;
    if (known !== undefined) void this.#retire(connected.destination, known);
    const open = new OpenConnection(this.#connect(connected), fingerprint);
    this.#open.set(connected.destination, open);
    return open.connection;
  }

  /** Once what they are doing is done. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.allSettled([...this.#open].map(([destination, open]) => this.#retire(destination, open)));
  }

  #connect(connected: ConnectedDestination): Connection {
    const { destination, provider, settings } = connected;
    const wanted = wantsAuthorization(connected);
    const limits = provider.limits(settings);
    const call = createCallGate({
      limits,
      nowMs: () => performance.now(),
      limiter: async () => this.permits.limiter(await this.#account(connected), limits),
      allow: (purpose) => this.usage.allow(destination, limits, purpose),
      observe: ({ operation, outcome }) => this.metrics.providerCalled(destination, provider.id, operation, outcome),
    });
    return provider.connect(settings, {
      call,
      now: this.now,
      grants: wanted === null ? null : this.grants.keeper({ destination, ...wanted }),
      memory: this.memories.of(destination),
      reportUsage: (report) => this.usage.report(destination, report),
    });
  }

  async #account(connected: ConnectedDestination): Promise<string> {
    if (wantsAuthorization(connected) === null) return accountOf(connected);
    return grantedAccountOf(connected, await this.grants.details(connected.destination));
  }

  #closeOutdated(): Promise<void> {
    for (const [destination, open] of this.#open) {
      const connected = this.mappings.findConnected(destination);
      if (connected === undefined || fingerprintOf(connected) !== open.fingerprint)
        void this.#retire(destination, open);
    }
    return Promise.resolve();
  }

  async #retire(destination: string, open: OpenConnection): Promise<void> {
    if (this.#open.get(destination) === open) this.#open.delete(destination);
    try {
      await open.close();
    } catch (error) {
      this.#log.warn({ err: error, destination }, 'a connection that is not used any more could not be closed');
    }
  }
}

const fingerprintOf = ({ provider, settings }: ConnectedDestination): string =>
  `${provider.id} ${JSON.stringify(settings)}`;
