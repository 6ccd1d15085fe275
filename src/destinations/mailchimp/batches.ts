import { DeliveryError } from '../delivery-error.js';
import type { RecordResult } from '../destination.js';
import { delivered, failed, hasNewGrant, refused, type WriteJob } from './job.js';
import { aloneOrLook, isCheaperAlone } from './lanes.js';
import { lookUpArchived, lookUpOptOuts } from './look-ups.js';
import { type Row, type RowOutcome, sendRows } from './member-batch.js';
import type { OneByOne } from './one-by-one.js';
import type { UpsertOutcome } from './upsert-outcome.js';
import type { UpsertTools } from './upsert-tools.js';

/** Up to so many contacts a read of each is cheaper than the list of all who have ever unsubscribed. */
const fewToMeet = 10;

interface Ways {
  readonly oneByOne: OneByOne;
  readonly statusOfGrant: () => Promise<'subscribed' | 'pending'>;
  readonly inLoad: boolean;
}

/** New people and known members by batch, in rows that cannot re-subscribe anybody; whoever could be concerned is left for a call of their own. */
export class Batches {
  constructor(
    private readonly tools: UpsertTools,
    private readonly ways: Ways,
    private readonly outcome: UpsertOutcome,
  ) {}

  async send(fresh: readonly WriteJob[], known: readonly WriteJob[]): Promise<void> {
    const busy = this.outcome.leaveUnchanged(known, { except: (job) => hasNewGrant(job), seenAt: null });
    const alone = isCheaperAlone(busy);
    if (alone) for (const job of busy) this.outcome.alone(job, aloneOrLook(job));
    const outcomes = await Promise.all([
      this.#orFailed(fresh, () => this.#create(fresh)),
      this.#orFailed(alone ? [] : busy, () => this.#update(alone ? [] : busy)),
    ]);
    await this.#read(outcomes.flat());
  }

  async #create(jobs: readonly WriteJob[]): Promise<readonly RowOutcome[]> {
    await lookUpArchived(this.tools.optOuts, jobs, this.ways.inLoad);
    const isAnyGranted = jobs.some(({ decision }) => decision !== null);
    const granted = isAnyGranted ? await this.ways.statusOfGrant() : 'subscribed';
    const rows = this.#withoutSuspects(jobs).map((job): Row => ({
      job,
      write: job.whole,
      status: job.decision === null ? 'transactional' : granted,
    }));
    return this.#sendRows(rows, false);
  }

  /** No more of these at once than there are calls: a look must not grow old while its batch waits for its turn. */
  #update(jobs: readonly WriteJob[]): Promise<readonly RowOutcome[]> {
    const { optOuts, updates, membersInRows, now } = this.tools;
    return updates.take(async () => {
      const seenAt = now();
      await lookUpOptOuts(optOuts, jobs);
      const busy = this.outcome.leaveUnchanged(this.#withoutSuspects(jobs), { except: () => false, seenAt });
      if (membersInRows)
        return this.#sendRows(
          busy.map((job): Row => ({ job, write: job.news, status: 'subscribed' })),
          true,
        );
      for (const job of busy) this.outcome.alone(job, aloneOrLook(job));
      return [];
    });
  }

  /** What fails before anything is sent is the outcome of all of them, and of nobody else. */
  async #orFailed(
    jobs: readonly WriteJob[],
    work: () => Promise<readonly RowOutcome[]>,
  ): Promise<readonly RowOutcome[]> {
    if (jobs.length === 0) return [];
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      this.outcome.results.push(...jobs.map((job) => failed(job, error)));
      return [];
    }
  }

  async #sendRows(rows: readonly Row[], updateExisting: boolean): Promise<readonly RowOutcome[]> {
    const { client, batchSize } = this.tools;
    const starts = Array.from({ length: Math.ceil(rows.length / batchSize) }, (_, index) => index * batchSize);
    const sent = starts.map((from) => sendRows(client, rows.slice(from, from + batchSize), updateExisting));
    return (await Promise.all(sent)).flat();
  }

  async #read(outcomes: readonly RowOutcome[]): Promise<void> {
    const existing: WriteJob[] = [];
    for (const outcome of outcomes) {
      const { job, write } = outcome.row;
      if (outcome.kind === 'failed') this.outcome.results.push(refused(job, outcome.error));
      else if (outcome.kind === 'exists') existing.push(job);
      else if (outcome.kind === 'unclear') this.outcome.alone(job, 'look');
      else {
        const { member, isNew } = outcome;
        this.#written(
          outcome.row,
          delivered(job, member, this.tools.now(), { created: isNew, dropped: write.dropped }),
        );
      }
    }
    await this.#meet(existing);
  }

  /**
   * Contacts that are there but new to us. Whoever has ever unsubscribed is read before anything is written: our write would make an old
   * opt-out look as if it were of today. Of a few, each is read; for more it is cheaper to ask who has unsubscribed at all.
   */
  async #meet(jobs: readonly WriteJob[]): Promise<void> {
    const { optOuts } = this.tools;
    const granted = jobs.filter(({ decision }) => decision !== null);
    const isListed = granted.length > fewToMeet;
    try {
      if (isListed) await optOuts.refresh('unsubscribed', null, false);
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      this.outcome.results.push(...jobs.map((job) => failed(job, error)));
      return;
    }
    for (const job of jobs)
      this.outcome.alone(job, isListed && job.decision !== null && !optOuts.has(job.email) ? 'alone' : 'look');
  }

  /** A batch adds tags only, and carries no permissions. */
  #written({ job, write }: Row, result: RecordResult): void {
    const { known, profileId, tagsToRemove } = job.record;
    if (known !== null)
      this.outcome.untag.push(
        ...tagsToRemove.map((segment) => ({ profileId, email: job.email, segment, isIn: false })),
      );
    if (Object.keys(write.permissions).length === 0) this.outcome.results.push(result);
    else
      this.outcome.later.push({
        job,
        run: async () => {
          await this.ways.oneByOne.permit(job, write.permissions);
          return result;
        },
      });
  }

  #withoutSuspects(jobs: readonly WriteJob[]): readonly WriteJob[] {
    const { optOuts } = this.tools;
    for (const job of jobs) if (optOuts.has(job.email)) this.outcome.alone(job, 'look');
    return jobs.filter(({ email }) => !optOuts.has(email));
  }
}
