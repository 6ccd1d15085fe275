import { DeliveryError } from '../delivery-error.js';
import type { OutgoingRecord, RecordResult } from '../destination.js';
import type { MailchimpClient } from './client.js';
import { noConsent } from './consent-policy.js';
import { eachAlone, isAboutOneRecord, type Task } from './each-alone.js';
import {
  delivered,
  failed,
  hasNewGrant,
  isUnchanged,
  refused,
  stillDelivered,
  toJob,
  withFields,
  withheld,
  type Job,
  type WriteJob,
} from './job.js';
import { lookUpOptOuts, lookUpUnsubscribed } from './look-ups.js';
import { aloneOrLook, isCheaperAlone, laneOf, type Lane } from './lanes.js';
import { sendRows, type Row, type RowOutcome } from './member-batch.js';
import type { MergeFields } from './merge-fields.js';
import type { OneByOne } from './one-by-one.js';
import type { OptOuts } from './opt-outs.js';
import type { MailchimpSettings } from './settings.js';
import type { Withdrawals } from './withdrawals.js';

export interface UpsertTools {
  readonly settings: MailchimpSettings;
  readonly client: MailchimpClient;
  readonly fields: MergeFields;
  readonly optOuts: OptOuts;
  readonly withdrawals: Withdrawals;
  readonly oneByOne: OneByOne;
  readonly statusOfGrant: () => Promise<'subscribed' | 'pending'>;
  readonly now: () => Date;
  readonly batchSize: number;
  readonly parallelCalls: number;
}

/**
 * Brings records to an audience in the fewest calls that never re-subscribe anybody.
 *
 * A batch writes the status of every row, so only two kinds of row go by batch: people Mailchimp does not have
 * (`update_existing: false` leaves existing contacts alone), and members we know to be subscribed, after a look at who was
 * unsubscribed or archived since we last saw them. Everybody else takes calls of their own that cannot touch a status
 * (`OneByOne`). docs/providers/mailchimp.md tells the whole of it.
 */
export class Upsert {
  readonly #results: RecordResult[] = [];
  readonly #later: Task[] = [];

  constructor(
    private readonly tools: UpsertTools,
    private readonly inLoad: boolean,
  ) {}

  /** @throws DeliveryError when one reason stopped everything */
  async run(records: readonly OutgoingRecord[]): Promise<readonly RecordResult[]> {
    const { settings, withdrawals } = this.tools;
    const lanes = Map.groupBy(this.#distinct(records), (job) => laneOf(job, settings, withdrawals));
    const lane = (name: Lane): readonly Job[] => lanes.get(name) ?? [];
    for (const job of lane('withhold')) this.#results.push(withheld(job, noConsent));
    await this.#withdraw(lane('withdraw'));
    await this.#write(lane);
    const alike = this.#commonError();
    if (alike !== null) throw alike;
    return this.#results;
  }

  async #withdraw(jobs: readonly Job[]): Promise<void> {
    const { oneByOne, withdrawals, parallelCalls } = this.tools;
    const tasks = jobs.map((job) => ({
      job,
      run: async () => {
        const result = await oneByOne.withdraw(job);
        if (result.status === 'withheld' && job.decision !== null) withdrawals.remember(job.email, job.decision.at);
        return result;
      },
    }));
    this.#results.push(...(await eachAlone(tasks, parallelCalls)));
  }

  async #write(lane: (name: Lane) => readonly Job[]): Promise<void> {
    const jobs = (['new', 'batch', 'alone', 'look', 'rename'] as const).flatMap(lane);
    if (jobs.length === 0) return;
    try {
      const fields = await this.tools.fields.covering(jobs.map(({ record }) => record.fields));
      const ready = (name: Lane): WriteJob[] => lane(name).map((job) => withFields(job, fields));
      for (const job of this.#leaveUnchanged(ready('alone'), () => false)) this.#alone(job, 'alone');
      for (const job of ready('look')) this.#alone(job, 'look');
      for (const job of ready('rename')) this.#rename(job);
      await this.#batches(ready('new'), ready('batch'));
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      // Nothing of these has been sent yet.
      const settled = new Set(this.#results.map(({ profileId }) => profileId));
      this.#results.push(...jobs.filter((job) => !settled.has(job.record.profileId)).map((job) => failed(job, error)));
      return;
    }
    this.#results.push(...(await eachAlone(this.#later, this.tools.parallelCalls)));
  }

  async #batches(fresh: readonly WriteJob[], known: readonly WriteJob[]): Promise<void> {
    const busy = this.#leaveUnchanged(known, (job) => hasNewGrant(job));
    const alone = isCheaperAlone(busy);
    if (alone) for (const job of busy) this.#alone(job, aloneOrLook(job));
    const updates = alone ? [] : busy;
    await lookUpOptOuts(this.tools.optOuts, fresh, updates, this.inLoad);
    const creating = this.#withoutSuspects(fresh);
    const updating = this.#leaveUnchanged(this.#withoutSuspects(updates), () => false);
    const [created, updated] = await Promise.all([
      this.#send(await this.#newRows(creating), false),
      this.#send(
        updating.map((job) => ({ job, write: job.news, status: 'subscribed' })),
        true,
      ),
    ]);
    await this.#read([...created, ...updated]);
  }

  async #newRows(jobs: readonly WriteJob[]): Promise<readonly Row[]> {
    const isAnyGranted = jobs.some(({ decision }) => decision !== null);
    const granted = isAnyGranted ? await this.tools.statusOfGrant() : 'subscribed';
    return jobs.map((job) => ({ job, write: job.whole, status: job.decision === null ? 'transactional' : granted }));
  }

  async #send(rows: readonly Row[], updateExisting: boolean): Promise<readonly RowOutcome[]> {
    const outcomes: RowOutcome[] = [];
    for (let from = 0; from < rows.length; from += this.tools.batchSize)
      outcomes.push(
        ...(await sendRows(this.tools.client, rows.slice(from, from + this.tools.batchSize), updateExisting)),
      );
    return outcomes;
  }

  async #read(outcomes: readonly RowOutcome[]): Promise<void> {
    const existing: WriteJob[] = [];
    for (const outcome of outcomes) {
      const { job, write } = outcome.row;
      if (outcome.kind === 'failed') this.#results.push(refused(job, outcome.error));
      else if (outcome.kind === 'exists') existing.push(job);
      else if (outcome.kind === 'unclear') this.#alone(job, 'look');
      else {
        const { member, isNew } = outcome;
        this.#written(job, delivered(job, member, this.tools.now(), { created: isNew, dropped: write.dropped }));
      }
    }
    await this.#meet(existing);
  }

  /** Contacts that are there but new to us: whoever opted out after the grant is read first, the rest is written. */
  async #meet(jobs: readonly WriteJob[]): Promise<void> {
    try {
      await lookUpUnsubscribed(this.tools.optOuts, jobs);
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      this.#results.push(...jobs.map((job) => failed(job, error)));
      return;
    }
    for (const job of jobs) {
      const isSafe = job.decision !== null && !this.tools.optOuts.has(job.email);
      this.#alone(job, isSafe ? 'alone' : 'look', isSafe);
    }
  }

  /** Tags are only added by a batch; taking away is a call of its own. */
  #written(job: WriteJob, result: RecordResult): void {
    const remove = job.record.known === null ? [] : job.record.tagsToRemove;
    if (remove.length === 0) this.#results.push(result);
    else
      this.#later.push({
        job,
        run: async () => {
          await this.tools.oneByOne.tag(job, [], remove);
          return result;
        },
      });
  }

  #alone(job: WriteJob, way: 'alone' | 'look', optOutsAreOlder = false): void {
    const { oneByOne } = this.tools;
    const run = () => (way === 'look' ? oneByOne.look(job) : oneByOne.write(job, optOutsAreOlder));
    this.#later.push({ job, run });
  }

  #rename(job: WriteJob): void {
    const from = job.memo?.email ?? job.email;
    this.#later.push({ job, run: () => this.tools.oneByOne.rename(job, from) });
  }

  #withoutSuspects(jobs: readonly WriteJob[]): readonly WriteJob[] {
    const { optOuts } = this.tools;
    for (const job of jobs) if (optOuts.has(job.email)) this.#alone(job, 'look');
    return jobs.filter(({ email }) => !optOuts.has(email));
  }

  /** No call that changes nothing. @param except jobs that have to go on although they carry no change */
  #leaveUnchanged(jobs: readonly WriteJob[], except: (job: WriteJob) => boolean): readonly WriteJob[] {
    const isLeft = (job: WriteJob): boolean => isUnchanged(job) && !except(job);
    for (const job of jobs) if (isLeft(job)) this.#results.push(stillDelivered(job, this.tools.now()));
    return jobs.filter((job) => !isLeft(job));
  }

  /** Two records for one address would overwrite each other: the second has to be looked at by a person. */
  #distinct(records: readonly OutgoingRecord[]): readonly Job[] {
    const seen = new Set<string>();
    return records.map(toJob).filter((job) => {
      const isFirst = !seen.has(job.email);
      seen.add(job.email);
      const message = `Another profile of this delivery has the address ${job.email} as well`;
      if (!isFirst) this.#results.push(failed(job, new DeliveryError('rejected', message, { code: 'duplicate_key' })));
      return isFirst;
    });
  }

  #commonError(): DeliveryError | null {
    const [first] = this.#results;
    if (first?.status !== 'failed' || isAboutOneRecord(first.error)) return null;
    const { error } = first;
    return this.#results.every((result) => result.status === 'failed' && result.error === error) ? error : null;
  }
}
