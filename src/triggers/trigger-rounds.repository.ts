import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Trigger } from './definition/trigger.js';
import { nextOfSchedule } from './time/wall-clock.js';
import { type RoundKind, TriggerRoundEntity } from './trigger-round.entity.js';

/** A worker that shows no sign of life for so long is taken for dead, and another one goes on. */
const leaseMs = 60_000;

/** A round that this process goes on with. */
export interface HeldRound {
  readonly trigger: string;
  readonly kind: RoundKind;
  readonly version: number;
  /** The moment that the round was due: what makes its runs one. */
  readonly roundAt: Date;
  readonly cursor: string | null;
}

interface Planned {
  readonly key: string;
  readonly version: number;
  readonly definition: Trigger;
  readonly enabled: boolean;
}

/** What triggers do with many people at once, and how far they are. */
@Injectable()
export class TriggerRounds {
  constructor(private readonly dataSource: DataSource) {}

  /** Plans what a new or changed trigger needs; a round under way is given up, as it was another version's. */
  async plan(
    manager: EntityManager,
    { key, version, definition: { when, timeZone }, enabled }: Planned,
    installation: string,
    now: Date,
  ): Promise<void> {
    await this.forget(manager, key);
    if (!enabled) return;
    const rounds = manager.getRepository(TriggerRoundEntity);
    if ('schedule' in when) {
      const dueAt = new Date(nextOfSchedule(when.schedule, zoneOfRound(timeZone, installation), now.getTime()));
      await rounds.insert({ trigger: key, kind: 'schedule', version, due_at: dueAt });
    } else if ('date' in when) await rounds.insert({ trigger: key, kind: 'dates', version, due_at: now });
  }

  /** Also the dates of people that were worked out for it. */
  async forget(manager: EntityManager, trigger: string): Promise<void> {
    await manager.query(`DELETE FROM trigger_rounds WHERE trigger = $1`, [trigger]);
    await manager.query(`DELETE FROM trigger_dates WHERE trigger = $1`, [trigger]);
  }

  /** Begins a round that is due, or goes on with one whose worker is gone. null: there is nothing to do, or somebody is at it. */
  async hold(trigger: string, worker: string, now: Date): Promise<HeldRound | null> {
    const [rows] = await this.dataSource.query<[HeldRound[], number]>(
      `UPDATE trigger_rounds SET worker = $2, worker_until = $3::timestamptz + $4 * interval '1 millisecond',
         round_at = COALESCE(round_at, due_at), done = CASE WHEN round_at IS NULL THEN 0 ELSE done END
       WHERE trigger = $1 AND (round_at IS NOT NULL OR due_at <= $3) AND (worker IS NULL OR worker = $2 OR worker_until < $3)
       RETURNING trigger, kind, version, round_at AS "roundAt", cursor`,
      [trigger, worker, now, leaseMs],
    );
    return rows[0] ?? null;
  }

  async progress(trigger: string, worker: string, cursor: string, done: number): Promise<void> {
    await this.dataSource.query(
      `UPDATE trigger_rounds SET cursor = $3, done = done + $4 WHERE trigger = $1 AND worker = $2`,
      [trigger, worker, cursor, done],
    );
  }

  /** @param next when the next round is due; null: there is none */
  async finish(trigger: string, worker: string, next: Date | null, now: Date): Promise<void> {
    await this.dataSource.query(
      `UPDATE trigger_rounds SET due_at = $3, round_at = NULL, cursor = NULL, worker = NULL, worker_until = NULL, error = NULL, finished_at = $4
       WHERE trigger = $1 AND worker = $2`,
      [trigger, worker, next, now],
    );
  }

  /** Lets go of a round that is not finished. */
  async letGo(trigger: string, worker: string, error: string | null): Promise<void> {
    await this.dataSource.query(
      `UPDATE trigger_rounds SET worker = NULL, worker_until = NULL, error = $3 WHERE trigger = $1 AND worker = $2`,
      [trigger, worker, error],
    );
  }

  /** Triggers with a round that could be worked on. */
  async due(now: Date): Promise<string[]> {
    const rows = await this.dataSource.query<{ trigger: string }[]>(
      `SELECT trigger FROM trigger_rounds WHERE (round_at IS NOT NULL OR due_at <= $1) AND (worker IS NULL OR worker_until < $1)`,
      [now],
    );
    return rows.map(({ trigger }) => trigger);
  }

  /** When the next round begins; null: none is to come. */
  async nextDue(): Promise<Date | null> {
    const rows = await this.dataSource.query<{ at: Date | null }[]>(
      `SELECT min(due_at) AS at FROM trigger_rounds WHERE round_at IS NULL`,
    );
    return rows[0]?.at ?? null;
  }

  find(trigger: string): Promise<TriggerRoundEntity | null> {
    return this.dataSource.getRepository(TriggerRoundEntity).findOneBy({ trigger });
  }
}

/** A round is for many people, so it goes by one clock. */
export function zoneOfRound(choice: Trigger['timeZone'], installation: string): string {
  if (choice === undefined || choice === 'person') return installation;
  return typeof choice === 'string' ? choice : choice.otherwise;
}
