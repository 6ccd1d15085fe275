import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Statement } from '../events/batch.js';
import type { Json } from '../destinations/json.js';
import { keepsRecords } from '../mapping/keeps-records.js';
import { MappingDirectory } from '../mapping/mapping-directory.service.js';
import { endedOutcome, type RunOutcome, type RunSoFar } from './action-outcome.js';
import { ActionGates } from './action-gates.service.js';
import type { ActionRunStatus, ClaimedRun } from './action-run.js';
import { bringForward, claim, insertRuns, readStandings, ready, settle, withMarks } from './action-run-statements.js';
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
}
