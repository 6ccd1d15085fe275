import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Now, NOW } from '../../database/environment.js';
import { selectionSql } from '../../segments/events-sql.js';
import { SqlParameters } from '../../segments/sql-parameters.js';
import type { ActiveTrigger } from '../active-trigger.js';
import type { RunStatus } from '../journey/run-status.js';
import { TriggerRunEntity } from '../trigger-run.entity.js';
import { TriggerStepEntity } from '../trigger-step.entity.js';
import { type Group, type Lift, liftOf } from './lift.js';

/** How many runs stand where, and why. */
export interface ActivityRow {
  readonly trigger: string;
  readonly status: RunStatus;
  readonly code: string | null;
  readonly runs: number;
}

/** What became of the runs that came to a step. */
export interface FunnelRow {
  readonly step: string;
  readonly outcome: string;
  readonly runs: number;
}

/** The questions people ask about runs. */
@Injectable()
export class TriggerReports {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(NOW) private readonly now: Now,
  ) {}

  /** Newest first; `before` is the last id of the page before. Indexes: trigger_runs_status_idx, trigger_runs_profile_idx. */
  page(
    filter: {
      readonly trigger?: string | undefined;
      readonly profileId?: string | undefined;
      readonly status?: RunStatus | undefined;
    },
    limit: number,
    before: string | null,
  ): Promise<TriggerRunEntity[]> {
    const query = this.dataSource.getRepository(TriggerRunEntity).createQueryBuilder('run');
    if (filter.trigger !== undefined) query.andWhere('run.trigger = :trigger', filter);
    if (filter.profileId !== undefined) query.andWhere('run.profile_id = :profileId', filter);
    if (filter.status !== undefined) query.andWhere('run.status = :status', filter);
    if (before !== null) query.andWhere('run.id < :before', { before });
    return query.orderBy('run.id', 'DESC').limit(limit).getMany();
  }

  find(id: string): Promise<TriggerRunEntity | null> {
    return this.dataSource.getRepository(TriggerRunEntity).findOneBy({ id });
  }

  /** What a run has left behind, in order. */
  steps(run: string): Promise<TriggerStepEntity[]> {
    return this.dataSource.getRepository(TriggerStepEntity).find({ where: { run }, order: { position: 'ASC' } });
  }

  /** Of one trigger, or of all. @param since runs planned from then on */
  activity(trigger: string | null, since: Date): Promise<ActivityRow[]> {
    return this.dataSource.query<ActivityRow[]>(
      `SELECT trigger, status, code, count(*)::int AS runs FROM trigger_runs
       WHERE ($1::text IS NULL OR trigger = $1) AND planned_at >= $2 GROUP BY trigger, status, code ORDER BY trigger, runs DESC`,
      [trigger, since],
    );
  }

  /** Of one version; whoever stands at a step has the outcome `waiting` or `acting` there. Index: trigger_steps_funnel_idx. */
  funnel(trigger: string, version: number): Promise<FunnelRow[]> {
    return this.dataSource.query<FunnelRow[]>(
      `SELECT step, outcome, count(*)::int AS runs FROM trigger_steps WHERE trigger = $1 AND version = $2 GROUP BY step, outcome
       UNION ALL
       SELECT step, status, count(*)::int FROM trigger_runs
       WHERE trigger = $1 AND version = $2 AND finished_at IS NULL AND step IS NOT NULL GROUP BY step, status
       ORDER BY 1, 3 DESC`,
      [trigger, version],
    );
  }

  /** Who was caused since then, each person once, and whose time for the goal is over. null: the trigger has no goal. */
  async lift({ key, goal }: Pick<ActiveTrigger, 'key' | 'goal'>, since: Date): Promise<Lift | null> {
    if (goal === null) return null;
    const parameters = new SqlParameters();
    const nowMs = this.now().getTime();
    const within = `${parameters.number(goal.withinMs)} * interval '1 millisecond'`;
    const selected = selectionSql('e', goal.event, { nowMs, zone: { zone: 'UTC', attribute: null }, parameters });
    const rows = await this.dataSource.query<(Group & { held_out: boolean })[]>(
      `SELECT status = 'held_out' AS held_out, count(*)::int AS people, count(*) FILTER (WHERE EXISTS (SELECT FROM events e
         WHERE e.profile_id = first.profile_id AND e.received_at >= first.caused_at AND e.occurred_at > first.caused_at
           AND e.occurred_at <= first.caused_at + ${within} AND e.id IS DISTINCT FROM first.event_id AND ${selected}))::int AS succeeded
       FROM (SELECT DISTINCT ON (profile_id) profile_id, status, caused_at, event_id FROM trigger_runs
         WHERE trigger = ${parameters.text(key)} AND planned_at >= ${parameters.moment(since.getTime())} ORDER BY profile_id, caused_at) AS first
       WHERE caused_at + ${within} <= ${parameters.moment(nowMs)} GROUP BY 1`,
      [...parameters.values],
    );
    const group = (heldOut: boolean): Group =>
      rows.find((row) => row.held_out === heldOut) ?? { people: 0, succeeded: 0 };
    return liftOf(pick(group(false)), pick(group(true)));
  }

  /** Takes runs out that are under way. Returns which. */
  async cancel(ids: readonly string[], reason: string): Promise<string[]> {
    const [rows] = await this.dataSource.query<[{ id: string }[], number]>(
      `UPDATE trigger_runs SET status = 'cancelled', code = 'CANCELLED', reason = $2, due_at = NULL, finished_at = $3
       WHERE id = ANY ($1::uuid[]) AND finished_at IS NULL RETURNING id`,
      [ids, reason, this.now()],
    );
    return rows.map(({ id }) => id);
  }
}

const pick = ({ people, succeeded }: Group): Group => ({ people, succeeded });
