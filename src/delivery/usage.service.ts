import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Now, NOW } from '../database/environment.js';
import type { DestinationLimits, UsageReport } from '../destinations/destination.js';
import { noAllowance, type Usage, waitForAllowanceMs } from './allowance.js';
import type { CallPurpose } from './call-purpose.js';
import type { StoredUsage } from './destination-state.entity.js';

const storeEveryMs = 1_000;
/** Other processes use the account as well. */
const rereadAfterMs = 30_000;

interface Known {
  usage: Usage | null;
  readAtMs: number;
  timer: NodeJS.Timeout | undefined;
}

/** How much of each account's daily allowance is used, as the providers' answers say: in memory, and in the database for the others. */
@Injectable()
export class UsageReports {
  readonly #log = new Logger(UsageReports.name);
  readonly #known = new Map<string, Known>();

  constructor(
    private readonly dataSource: DataSource,
    @Inject(NOW) private readonly now: Now,
  ) {}

  /** At most one write each second, with the newest. */
  report(destination: string, report: UsageReport): void {
    const known = this.#of(destination);
    known.usage = { ...report, at: this.now() };
    known.timer ??= setTimeout(() => {
      known.timer = undefined;
      void this.#store(destination, known);
    }, storeEveryMs).unref();
  }

  /** @throws DeliveryError `throttled` when what is left today is kept for others, or for what is more urgent */
  async allow(destination: string, limits: DestinationLimits, purpose: CallPurpose): Promise<void> {
    if (limits.daily === undefined) return;
    const known = this.#of(destination);
    if (performance.now() - known.readAtMs > rereadAfterMs) await this.#read(destination, known);
    const waitMs = waitForAllowanceMs(limits.daily, known.usage, purpose, this.now());
    if (waitMs > 0 && known.usage !== null) throw noAllowance(known.usage, purpose, waitMs);
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const [destination, known] of this.#known) {
      if (known.timer === undefined) continue;
      clearTimeout(known.timer);
      await this.#store(destination, known);
    }
  }

  #of(destination: string): Known {
    const known = this.#known.get(destination) ?? { usage: null, readAtMs: -Infinity, timer: undefined };
    this.#known.set(destination, known);
    return known;
  }

  async #read(destination: string, known: Known): Promise<void> {
    known.readAtMs = performance.now();
    const [row] = await this.dataSource.query<{ usage: StoredUsage | null }[]>(
      'SELECT usage FROM destination_states WHERE destination = $1',
      [destination],
    );
    const stored = row?.usage == null ? null : usageOf(row.usage);
    if (stored !== null && (known.usage === null || stored.at > known.usage.at)) known.usage = stored;
  }

  async #store(destination: string, { usage }: Known): Promise<void> {
    if (usage === null) return;
    const stored: StoredUsage = {
      limit: usage.limit,
      remaining: usage.remaining,
      resetsAt: usage.resetsAt?.toISOString() ?? null,
      at: usage.at.toISOString(),
    };
    try {
      await this.dataSource.query(
        `INSERT INTO destination_states AS state (destination, usage) VALUES ($1, $2)
         ON CONFLICT (destination) DO UPDATE SET usage = $2
           WHERE state.usage IS NULL OR state.usage->>'at' <= $3`,
        [destination, JSON.stringify(stored), stored.at],
      );
    } catch (error) {
      this.#log.warn({ err: error, destination }, 'what the provider said of the daily allowance could not be kept');
    }
  }
}

const usageOf = ({ limit, remaining, resetsAt, at }: StoredUsage): Usage => ({
  limit,
  remaining,
  resetsAt: resetsAt === null ? null : new Date(resetsAt),
  at: new Date(at),
});
