import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type BreakerState, closedBreaker } from './breaker.js';
import { DestinationStateEntity } from './destination-state.entity.js';

/** What is only about a connected account. */
const forgotten = [
  'sync_marks',
  'remote_records',
  'destination_states',
  'destination_grants',
  'authorization_requests',
  'destination_memory',
  'pulls',
];

/** The questions delivery asks about how a destination is doing. */
@Injectable()
export class DestinationStates {
  constructor(private readonly dataSource: DataSource) {}

  /** Makes this drain the only one of a destination until `until`; false if another one is at it. The same drain may extend. */
  async hold(destination: string, drainer: string, now: Date, until: Date): Promise<boolean> {
    const rows = await this.dataSource.query<object[]>(
      `INSERT INTO destination_states AS state (destination, drainer, drained_until) VALUES ($1, $2, $4)
       ON CONFLICT (destination) DO UPDATE SET drainer = $2, drained_until = $4
         WHERE state.drainer IS NULL OR state.drainer = $2 OR state.drained_until <= $3
       RETURNING 1`,
      [destination, drainer, now, until],
    );
    return rows.length > 0;
  }

  async letGo(destination: string, drainer: string): Promise<void> {
    await this.dataSource.query(
      `UPDATE destination_states SET drainer = NULL, drained_until = NULL WHERE destination = $1 AND drainer = $2`,
      [destination, drainer],
    );
  }

  find(destination: string): Promise<DestinationStateEntity | null> {
    return this.dataSource.getRepository(DestinationStateEntity).findOneBy({ destination });
  }

  all(): Promise<DestinationStateEntity[]> {
    return this.dataSource.getRepository(DestinationStateEntity).find();
  }

  async rest(destination: string, until: Date, reason: string): Promise<void> {
    await this.dataSource
      .getRepository(DestinationStateEntity)
      .update({ destination }, { rests_until: until, rest_reason: reason });
  }

  async pause(destination: string, reason: string): Promise<void> {
    await this.dataSource.getRepository(DestinationStateEntity).update({ destination }, { paused_reason: reason });
  }

  /** A person has looked after it: everything that held it back is forgotten. */
  async resume(destination: string): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO destination_states (destination) VALUES ($1)
       ON CONFLICT (destination) DO UPDATE SET paused_reason = NULL, rests_until = NULL, rest_reason = NULL, breaker = '{}'`,
      [destination],
    );
  }

  /** Lets the next sweep compare every profile with what the destination holds, as for a new one. */
  async compareAll(manager: EntityManager, destination: string): Promise<void> {
    await manager.query(`UPDATE destination_states SET resynced_mapping = 0 WHERE destination = $1`, [destination]);
  }

  /**
   * A destination is deleted: what was due for it and what it held is forgotten. Its deliveries and dead letters stay readable; the letters
   * are closed, or a replay would make due what nobody brings anywhere.
   */
  async forget(manager: EntityManager, destination: string, now: Date): Promise<void> {
    for (const table of forgotten) await manager.query(`DELETE FROM ${table} WHERE destination = $1`, [destination]);
    await manager.query(
      `UPDATE dead_letters SET resolution = 'dismissed', resolved_at = $2
       WHERE kind IN ('sync', 'action') AND origin = $1 AND resolved_at IS NULL`,
      [destination, now],
    );
    await manager.query(
      `UPDATE action_runs SET status = 'cancelled', due_at = NULL, finished_at = $2, reason = 'the destination was deleted'
       WHERE destination = $1 AND due_at IS NOT NULL`,
      [destination, now],
    );
  }

  /** Leases of drains that died with the last process; only for a database that no other process uses. */
  async dropLeases(): Promise<void> {
    await this.dataSource.query('UPDATE destination_states SET drainer = NULL, drained_until = NULL');
  }

  async saveBreaker(destination: string, breaker: BreakerState): Promise<void> {
    await this.dataSource.getRepository(DestinationStateEntity).update({ destination }, { breaker });
  }
}

/** An empty object is what the table begins with. */
export const breakerOf = (state: DestinationStateEntity | null): BreakerState =>
  isBreaker(state?.breaker) ? state.breaker : closedBreaker;

const isBreaker = (value: object | undefined): value is BreakerState => value !== undefined && 'openings' in value;
