import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { type Now, NOW } from '../database/environment.js';
import type { ActionDeclaration, ActionRequest, ActionSubject } from '../destinations/action.js';
import { asDeliveryError, DeliveryError } from '../destinations/delivery-error.js';
import type { Connection } from '../destinations/destination.js';
import type { ActiveDestination } from '../mapping/mapping-directory.service.js';
import type { Profile } from '../profiles/profile.js';
import { Profiles } from '../profiles/profiles.repository.js';
import { ActionGates, type Admission } from './action-gates.service.js';
import {
  endedOutcome,
  failedOutcome,
  lookedUpOutcome,
  performedOutcome,
  postponedOutcome,
  type RunOutcome,
} from './action-outcome.js';
import { type ClaimedRun, nextStep, type RunStep } from './action-run.js';
import { ActionRuns } from './action-runs.repository.js';
import { chunk } from './chunk.js';
import { Connections } from './connections.service.js';
import { type RemoteRecord, RemoteRecords } from './remote-records.repository.js';
import { verdictOf } from './verdict.js';

interface Sync {
  readonly deliveredVersion: number;
  readonly outcome: string;
  readonly reason: string | null;
}

/** A run with all that is known of the person it is about. */
interface Case {
  readonly run: ClaimedRun;
  readonly profile: Profile | null;
  readonly held: RemoteRecord | null;
  readonly step: RunStep;
}

/** Performs what is planned at a destination, once the data that caused it is there. */
@Injectable()
export class Actions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly runs: ActionRuns,
    private readonly profiles: Profiles,
    private readonly remoteRecords: RemoteRecords,
    private readonly connections: Connections,
    private readonly gates: ActionGates,
    @Inject(NOW) private readonly now: Now,
  ) {}

  /**
   * One pass over what is due, at most `limit` runs, inside the destination's drain.
   *
   * @returns what the answers say of the destination as a whole, one per call; null where nothing was due
   */
  async pass(active: ActiveDestination, limit: number): Promise<readonly (DeliveryError | null)[] | null> {
    const token = uuidv7();
    const claimed = await this.runs.claim(active.destination, this.now(), token, limit);
    if (claimed.length === 0) return null;
    const cases = await this.#admitted(active, token, await this.#cases(active, claimed));
    await this.#end(active, token, cases);
    const verdicts: (DeliveryError | null)[] = [];
    for (const [action, group] of Map.groupBy(cases, ({ run }) => run.action)) {
      const declared = actionOf(active, action);
      if (declared === undefined) continue;
      for (const step of ['look_up', 'perform'] as const)
        for (const part of chunk(
          group.filter((one) => one.step.step === step),
          declared.batchSize,
        ))
          verdicts.push(await this.#ask(active, token, declared, step, part));
    }
    return verdicts;
  }

  async #cases(active: ActiveDestination, claimed: readonly ClaimedRun[]): Promise<Case[]> {
    const ids = [...new Set(claimed.flatMap(({ profileId }) => profileId ?? []))];
    const [profiles, held, syncs] = await Promise.all([
      this.profiles.findMany(ids),
      this.remoteRecords.find(active.destination, ids),
      this.#syncs(active.destination, ids),
    ]);
    const now = this.now();
    return claimed.map((run) => {
      const profile = profiles.get(run.profileId ?? '') ?? null;
      const record = held.get(run.profileId ?? '') ?? null;
      const subject =
        profile === null
          ? null
          : { consents: profile.consents, isDelivered: record !== null, sync: syncs.get(profile.id) ?? null };
      return { run, profile, held: record, step: nextStep(run, actionOf(active, run.action), subject, now) };
    });
  }

  /** Those that whoever planned them still wants done now; the others are put off or ended. */
  async #admitted(active: ActiveDestination, token: string, cases: readonly Case[]): Promise<readonly Case[]> {
    const now = this.now();
    const candidates = cases.flatMap(({ run, profile, step }) => {
      const action = actionOf(active, run.action);
      return step.step === 'perform' && action !== undefined ? { run, action, profile } : [];
    });
    const admissions = await this.gates.admit(candidates, now);
    const outcomes = cases.flatMap(({ run }) => turnedAway(run, admissions.get(run.id)) ?? []);
    await this.runs.settle(active.destination, token, outcomes, now);
    const away = new Set(outcomes.map(({ id }) => id));
    return cases.filter(({ run }) => !away.has(run.id));
  }

  async #syncs(destination: string, profileIds: readonly string[]): Promise<Map<string, Sync>> {
    const rows = await this.dataSource.query<(Sync & { id: string })[]>(
      `SELECT profile_id AS id, delivered_version AS "deliveredVersion", outcome, reason FROM sync_marks
       WHERE destination = $1 AND profile_id = ANY ($2::uuid[])`,
      [destination, profileIds],
    );
    return new Map(rows.map(({ id, ...sync }) => [id, sync]));
  }

  /** What needs no call. */
  async #end({ destination }: ActiveDestination, token: string, cases: readonly Case[]): Promise<void> {
    const outcomes = cases.flatMap(({ run, step }) => (step.step === 'end' ? endedOutcome(run, step) : []));
    await this.runs.settle(destination, token, outcomes, this.now());
  }

  async #ask(
    active: ActiveDestination,
    token: string,
    action: ActionDeclaration,
    step: 'look_up' | 'perform',
    cases: readonly Case[],
  ): Promise<DeliveryError | null> {
    const readable = cases.map((one) => ({ ...one, input: action.input.safeParse(one.run.input) }));
    const unreadable = readable.flatMap(({ run, input }) =>
      input.success ? [] : endedOutcome(run, { status: 'failed', code: 'BAD_INPUT', reason: input.error.message }),
    );
    const begun =
      step === 'perform'
        ? new Set(
            await this.runs.begin(
              cases.map(({ run }) => run.id),
              token,
              this.now(),
            ),
          )
        : new Set(cases.map(({ run }) => run.id));
    const asked = readable.flatMap((one) =>
      one.input.success && begun.has(one.run.id) ? [{ run: one.run, request: requestOf(one, one.input.data) }] : [],
    );
    const { outcomes, verdict } =
      asked.length === 0
        ? { outcomes: [], verdict: null }
        : await this.#call(this.connections.to(active), action.id, step, asked);
    await this.runs.settle(active.destination, token, [...unreadable, ...outcomes], this.now());
    return verdict;
  }

  async #call(
    connection: Connection,
    action: string,
    step: 'look_up' | 'perform',
    asked: readonly { readonly run: ClaimedRun; readonly request: ActionRequest }[],
  ): Promise<{ outcomes: RunOutcome[]; verdict: DeliveryError | null }> {
    const requests = asked.map(({ request }) => request);
    const outcomes = (settle: (run: ClaimedRun, now: Date) => RunOutcome): RunOutcome[] => {
      const now = this.now();
      return asked.map(({ run }) => settle(run, now));
    };
    try {
      if (step === 'look_up') {
        const found = new Map((await lookUp(connection, action, requests)).map((one) => [one.runId, one]));
        return {
          verdict: null,
          outcomes: outcomes((run, now) => {
            const answer = found.get(run.id) ?? ({ runId: run.id, status: 'undecided', message: silence } as const);
            return lookedUpOutcome(run, answer, now, Math.random());
          }),
        };
      }
      const results = await perform(connection, action, requests);
      const found = new Map(results.map((one) => [one.runId, one]));
      return {
        verdict: verdictOf(results),
        outcomes: outcomes((run, now) => {
          const answer = found.get(run.id);
          if (answer !== undefined) return performedOutcome(run, answer, now, Math.random());
          return failedOutcome(run, new DeliveryError('unknown', silence, { code: 'NO_RESULT' }), now, Math.random());
        }),
      };
    } catch (error) {
      const failure = asDeliveryError(error);
      return {
        verdict: failure,
        outcomes: outcomes((run, now) => {
          const outcome = failedOutcome(run, failure, now, Math.random());
          // A look-up that fails says nothing of the call it was about.
          return step === 'look_up' && outcome.dueAt !== null
            ? { ...outcome, status: 'sending', keepsSentAt: true }
            : outcome;
        }),
      };
    }
  }
}

function turnedAway(run: ClaimedRun, admission: Admission | undefined): RunOutcome | null {
  if (admission === undefined || admission.admit === 'now') return null;
  return admission.admit === 'later' ? postponedOutcome(run, admission) : endedOutcome(run, admission);
}

const silence = 'the provider said nothing about this run';

const actionOf = ({ provider }: ActiveDestination, id: string): ActionDeclaration | undefined =>
  provider.actions?.find((action) => action.id === id);

function perform(connection: Connection, action: string, requests: readonly ActionRequest[]) {
  if (connection.perform === undefined)
    throw new DeliveryError('rejected', `this destination performs no actions`, { code: 'NO_ACTIONS' });
  return connection.perform(action, requests);
}

function lookUp(connection: Connection, action: string, requests: readonly ActionRequest[]) {
  if (connection.lookUp === undefined)
    throw new DeliveryError('rejected', `${action} cannot be looked up at this destination`, { code: 'NO_LOOK_UP' });
  return connection.lookUp(action, requests);
}

const requestOf = ({ run, profile, held }: Case, input: unknown): ActionRequest => ({
  runId: run.id,
  input,
  plannedAt: run.plannedAt,
  subject: profile === null || held === null ? null : subjectOf(profile, held),
});

const subjectOf = (profile: Profile, held: RemoteRecord): ActionSubject => ({
  profileId: profile.id,
  key: held.key,
  remoteId: held.remoteId,
  memo: held.memo,
  email: textOf(profile.attributes.email),
  phone: textOf(profile.attributes.phone),
  consents: profile.consents,
});

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
