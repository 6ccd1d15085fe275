import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, In } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Statement } from '../events/batch.js';
import type { Json } from '../destinations/json.js';
import { keepsRecords } from '../mapping/keeps-records.js';
import { MappingDirectory } from '../mapping/mapping-directory.service.js';
import { endedOutcome, type RunOutcome, type RunSoFar } from './action-outcome.js';
import { ActionGates } from './action-gates.service.js';
import { ActionRunEntity } from './action-run.entity.js';
import type { ActionRunStatus, ClaimedRun } from './action-run.js';
import { upsertDeadLetters } from './dead-letters.service.js';

/** A run to be planned. */
export interface PlannedRun {
  /** A new UUID. */
  readonly id: string;
  readonly destination: string;
  readonly action: string;
  readonly profileId: string | null;
  /** Who asked for it: `person/<who>` or `trigger/<key>`. */
  readonly origin: string;
  /** What makes it one: planned twice for the same cause, it is done once. */
  readonly cause: string;
  readonly input: Json;
  readonly dueAt: Date;
  readonly usefulUntil: Date | null;
}

/** What has become of a run so far. */
export interface RunStanding {
  readonly id: string;
  readonly status: ActionRunStatus;
  readonly code: string | null;
  readonly reason: string | null;
  /** null: it is still under way. */
  readonly finishedAt: Date | null;
}

/** What writes: a transaction of TypeORM's, or the pipeline's. */
export type Write = <Row extends object>(statement: Statement, values: readonly unknown[]) => Promise<Row[]>;

export const writeBy =
  (manager: EntityManager): Write =>
  ({ text }, values) =>
    manager.query(text, [...values]);

/**
 * What caused a run has to be at the destination before it: its sync is brought forward, and where there is none (nothing the mapping looks
 * at, or a new destination) the person is delivered first. The run waits for the version the mark wants now.
 */
const bringForward: Statement = {
  name: 'sync-marks-bring-forward',
  text: `INSERT INTO sync_marks AS mark (destination, profile_id, wanted_version, waiting_since, due_at)
    SELECT DISTINCT t.destination, p.id, p.version, $3::timestamptz, $3::timestamptz
    FROM unnest($1::text[], $2::uuid[]) AS t (destination, profile_id) JOIN profiles p ON p.id = t.profile_id AND p.merged_into IS NULL
    ORDER BY 1, 2
    ON CONFLICT (destination, profile_id) DO UPDATE SET
      due_at = CASE WHEN mark.due_at IS NULL OR mark.attempts > 0 THEN mark.due_at ELSE LEAST(mark.due_at, excluded.due_at) END`,
};
const insertRuns: Statement = {
  name: 'action-runs-plan',
  text: `INSERT INTO action_runs (id, destination, action, profile_id, origin, cause, input, due_at, useful_until, planned_at, wanted_version)
    SELECT t.*, $10::timestamptz, m.wanted_version
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::jsonb[], $8::timestamptz[], $9::timestamptz[])
      AS t (id, destination, action, profile_id, origin, cause, input, due_at, useful_until)
    LEFT JOIN sync_marks m ON m.destination = t.destination AND m.profile_id = t.profile_id
    ON CONFLICT (origin, cause) DO NOTHING
    RETURNING id`,
};

/** Its time has come, and the destination has spoken about the data that caused it. Index: action_runs_due_idx. */
const ready = `(run.wanted_version IS NULL OR mark.profile_id IS NULL OR mark.due_at IS NULL OR mark.delivered_version >= run.wanted_version)`;
const withMarks = `action_runs run LEFT JOIN sync_marks mark ON mark.destination = run.destination AND mark.profile_id = run.profile_id`;
const claim = `
  UPDATE action_runs claimed SET claim = $3
  FROM (SELECT run.id FROM ${withMarks}
    WHERE run.destination = $1 AND run.due_at <= $2 AND run.claim IS DISTINCT FROM $3 AND ${ready}
    ORDER BY run.due_at LIMIT $4 FOR UPDATE OF run SKIP LOCKED) due
  WHERE claimed.id = due.id
  RETURNING claimed.id, action, origin, profile_id AS "profileId", input, wanted_version AS "wantedVersion", useful_until AS "usefulUntil", attempts,
    first_failed_at AS "firstFailedAt", planned_at AS "plannedAt", sent_at AS "sentAt"`;

const readStandings: Statement = {
  name: 'action-runs-standings',
  text: `SELECT id, status, code, reason, finished_at AS "finishedAt" FROM action_runs WHERE id = ANY ($1::uuid[])`,
};

const settle = `
  UPDATE action_runs run SET claim = NULL, status = t.status, code = t.code, reason = t.reason, reference = COALESCE(t.reference, run.reference),
    detail = COALESCE(t.detail, run.detail), due_at = t.due_at, attempts = t.attempts, first_failed_at = t.first_failed_at,
    sent_at = CASE WHEN t.keeps_sent_at OR t.due_at IS NULL THEN run.sent_at END, finished_at = CASE WHEN t.due_at IS NULL THEN $3::timestamptz END
  FROM unnest($1::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::jsonb[], $9::timestamptz[], $10::int[], $11::timestamptz[], $12::boolean[])
    AS t (id, status, code, reason, reference, detail, due_at, attempts, first_failed_at, keeps_sent_at)
  WHERE run.id = t.id AND run.claim = $2 AND run.status <> 'cancelled'`;

/** The questions delivery asks about action runs. */
@Injectable()
export class ActionRuns {
  constructor(
    private readonly dataSource: DataSource,
    private readonly gates: ActionGates,
    private readonly mappings: MappingDirectory,
  ) {}

  /** Plans runs inside the writer's transaction; ones with a known cause are left as they are. Returns how many are new. */
  async plan(write: Write, runs: readonly PlannedRun[], now: Date): Promise<number> {
    const personal = runs.flatMap(({ destination, profileId }) =>
      profileId === null || this.#onlyActs(destination) ? [] : [{ destination, profileId }],
    );
    if (personal.length > 0)
      await write(bringForward, [
        personal.map(({ destination }) => destination),
        personal.map(({ profileId }) => profileId),
        now,
      ]);
    const rows = await write<{ id: string }>(insertRuns, [
      runs.map(({ id }) => id),
      runs.map(({ destination }) => destination),
      runs.map(({ action }) => action),
      runs.map(({ profileId }) => profileId),
      runs.map(({ origin }) => origin),
      runs.map(({ cause }) => cause),
      runs.map(({ input }) => JSON.stringify(input)),
      runs.map(({ dueAt }) => dueAt),
      runs.map(({ usefulUntil }) => usefulUntil),
      now,
    ]);
    return rows.length;
  }

  /** Nobody is ever delivered there, so nothing that is done there waits for that. */
  #onlyActs(destination: string): boolean {
    const active = this.mappings.find(destination);
    return active !== undefined && !keepsRecords(active.provider);
  }

  /** For callers outside the pipeline. */
  planNow(runs: readonly PlannedRun[], now: Date): Promise<number> {
    return this.dataSource.transaction((manager) => this.plan(writeBy(manager), runs, now));
  }

  async claim(destination: string, now: Date, token: string, limit: number): Promise<ClaimedRun[]> {
    const [rows] = await this.dataSource.query<[ClaimedRun[], number]>(claim, [destination, now, token, limit]);
    return rows;
  }

  /** Before the call goes out, so that a run whose process dies in the middle is known to have been begun. */
  async begin(ids: readonly string[], token: string, now: Date): Promise<string[]> {
    const [rows] = await this.dataSource.query<[{ id: string }[], number]>(
      `UPDATE action_runs SET status = 'sending', sent_at = $3 WHERE id = ANY ($1::uuid[]) AND claim = $2 AND status <> 'cancelled' RETURNING id`,
      [ids, token, now],
    );
    return rows.map(({ id }) => id);
  }

  async settle(destination: string, token: string, outcomes: readonly RunOutcome[], now: Date): Promise<void> {
    if (outcomes.length === 0) return;
    await this.dataSource.transaction(async (manager) => {
      await manager.query(settle, [
        outcomes.map(({ id }) => id),
        token,
        now,
        outcomes.map(({ status }) => status),
        outcomes.map(({ code }) => code),
        outcomes.map(({ reason }) => reason),
        outcomes.map(({ reference }) => reference),
        outcomes.map(({ detail }) => (detail === null ? null : JSON.stringify(detail))),
        outcomes.map(({ dueAt }) => dueAt),
        outcomes.map(({ attempts }) => attempts),
        outcomes.map(({ firstFailedAt }) => firstFailedAt),
        outcomes.map(({ keepsSentAt }) => keepsSentAt),
      ]);
      await this.gates.settled(writeBy(manager), outcomes, now);
      await this.#letters(
        manager,
        destination,
        outcomes.filter(({ needsPerson }) => needsPerson),
        now,
      );
    });
    this.gates.committed();
  }

  async #letters(
    manager: EntityManager,
    destination: string,
    outcomes: readonly RunOutcome[],
    now: Date,
  ): Promise<void> {
    if (outcomes.length === 0) return;
    await manager.query(upsertDeadLetters, [
      outcomes.map(() => uuidv7()),
      outcomes.map(() => 'action'),
      outcomes.map(() => destination),
      outcomes.map(({ id }) => id),
      outcomes.map(({ profileId }) => profileId),
      outcomes.map(({ code, status }) => code ?? status.toUpperCase()),
      outcomes.map(({ reason }) => reason ?? ''),
      outcomes.map(({ id, profileId }) => JSON.stringify({ actionRunId: id, profileId })),
      outcomes.map(({ code, status }) => JSON.stringify({ code, status })),
      outcomes.map(() => now),
    ]);
  }

  /** When the next run can be worked on, as far as that is known; null: none is waiting. */
  async nextDue(destination: string): Promise<Date | null> {
    const rows = await this.dataSource.query<{ at: Date | null }[]>(
      `SELECT min(CASE WHEN ${ready} THEN run.due_at ELSE GREATEST(run.due_at, mark.due_at) END) AS at FROM ${withMarks}
       WHERE run.destination = $1 AND run.due_at IS NOT NULL`,
      [destination],
    );
    return rows[0]?.at ?? null;
  }

  /** Destinations with a run that could be done now. */
  async dueDestinations(now: Date): Promise<string[]> {
    const rows = await this.dataSource.query<{ destination: string }[]>(
      `SELECT key AS destination FROM destinations d WHERE enabled AND EXISTS (
         SELECT FROM ${withMarks} WHERE run.destination = d.key AND run.due_at <= $1 AND ${ready})`,
      [now],
    );
    return rows.map(({ destination }) => destination);
  }

  /** A person wants it done (again), whatever came of it before. */
  async makeDue(ids: readonly string[], now: Date): Promise<void> {
    await this.dataSource.query(
      `UPDATE action_runs SET status = 'planned', due_at = $2, sent_at = NULL, finished_at = NULL, attempts = 0, first_failed_at = NULL, claim = NULL,
         useful_until = NULL
       WHERE id = ANY ($1::uuid[])`,
      [ids, now],
    );
  }

  /** Takes back what has not been begun. Returns what was taken back. */
  async cancel(ids: readonly string[], reason: string, now: Date): Promise<string[]> {
    const taken = await this.dataSource.transaction(async (manager) => {
      const [rows] = await manager.query<[RunSoFar[], number]>(
        `UPDATE action_runs SET status = 'cancelled', due_at = NULL, code = 'CANCELLED', reason = $2, finished_at = $3
         WHERE id = ANY ($1::uuid[]) AND status = 'planned'
         RETURNING id, origin, profile_id AS "profileId", attempts, first_failed_at AS "firstFailedAt"`,
        [ids, reason, now],
      );
      const outcomes = rows.map((run) => endedOutcome(run, { status: 'cancelled', code: 'CANCELLED', reason }));
      await this.gates.settled(writeBy(manager), outcomes, now);
      return rows.map(({ id }) => id);
    });
    this.gates.committed();
    return taken;
  }

  /** How runs stand, as a transaction sees them. */
  standings(query: Write, ids: readonly string[]): Promise<RunStanding[]> {
    return query<RunStanding>(readStandings, [ids]);
  }

  findMany(ids: readonly string[]): Promise<ActionRunEntity[]> {
    return this.dataSource.getRepository(ActionRunEntity).find({ where: { id: In([...ids]) }, order: { id: 'ASC' } });
  }

  find(id: string): Promise<ActionRunEntity | null> {
    return this.dataSource.getRepository(ActionRunEntity).findOneBy({ id });
  }

  findByCause(origin: string, cause: string): Promise<ActionRunEntity | null> {
    return this.dataSource.getRepository(ActionRunEntity).findOneBy({ origin, cause });
  }

  /** Newest first; `before` is the last id of the page before. */
  page(
    filter: {
      readonly destination?: string | undefined;
      readonly profileId?: string | undefined;
      readonly status?: ActionRunStatus | undefined;
    },
    limit: number,
    before: string | null,
  ): Promise<ActionRunEntity[]> {
    const query = this.dataSource.getRepository(ActionRunEntity).createQueryBuilder('run');
    if (filter.destination !== undefined) query.andWhere('run.destination = :destination', filter);
    if (filter.profileId !== undefined) query.andWhere('run.profile_id = :profileId', filter);
    if (filter.status !== undefined) query.andWhere('run.status = :status', filter);
    if (before !== null) query.andWhere('run.id < :before', { before });
    return query.orderBy('run.id', 'DESC').limit(limit).getMany();
  }
}
