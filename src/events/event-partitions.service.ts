import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Now, NOW } from '../database/environment.js';

/** Months that have their partition before they begin. */
const monthsAhead = 2;

/** Keeps a partition of `events` ready for this month and the next ones. */
@Injectable()
export class EventPartitions {
  readonly #log = new Logger(EventPartitions.name);

  constructor(
    private readonly dataSource: DataSource,
    @Inject(NOW) private readonly now: Now,
  ) {}

  async ensure(): Promise<void> {
    for (let ahead = 0; ahead <= monthsAhead; ahead += 1)
      await this.#create(monthStart(this.now(), ahead), monthStart(this.now(), ahead + 1));
  }

  async #create(from: Date, to: Date): Promise<void> {
    const name = `events_${from.toISOString().slice(0, 7).replace('-', '_')}`;
    const existing = await this.dataSource.query<object[]>(`SELECT 1 FROM pg_class WHERE relname = $1`, [name]);
    if (existing.length > 0) return;
    try {
      // Names and dates are made here, from numbers only.
      await this.dataSource.query(
        `CREATE TABLE IF NOT EXISTS ${name} PARTITION OF events FOR VALUES FROM ('${from.toISOString()}') TO ('${to.toISOString()}') WITH (toast_tuple_target = 8160)`,
      );
    } catch (error) {
      // Rows of that month wait in the default partition: they stay there, and nothing is lost.
      this.#log.warn(`no partition ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

const monthStart = (now: Date, ahead: number): Date =>
  new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1));
