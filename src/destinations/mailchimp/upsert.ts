import { DeliveryError } from '../delivery-error.js';
import type { OutgoingRecord, RecordResult, UpsertRequest } from '../destination.js';
import type { AudienceClient } from './audience-client.js';
import { noConsent } from './consent-policy.js';
import { distinctJobs } from './distinct-jobs.js';
import { eachAlone, isAboutOneRecord, type Task } from './each-alone.js';
import {
  decidedAt,
  delivered,
  failed,
  hasNewGrant,
  isUnchanged,
  refused,
  stillDelivered,
  withFields,
  withheld,
  type Job,
  type WriteJob,
} from './job.js';
import { lookUpArchived, lookUpOptOuts } from './look-ups.js';
import { aloneOrLook, isCheaperAlone, laneOf, type Lane } from './lanes.js';
import { sendRows, type Row, type RowOutcome } from './member-batch.js';
import type { FieldCatalog, FieldCatalogs } from './field-catalog.js';
import { readOptions, type MailchimpOptions } from './mapping-options.js';
import type { MemberCalls } from './member-calls.js';
import { addMissingChoices } from './missing-choices.js';
import { OneByOne } from './one-by-one.js';
import type { OptOuts } from './opt-outs.js';
import type { MailchimpSettings } from './settings.js';
import { intoLists } from './into-lists.js';
import type { SegmentChange, SegmentChanges } from './segment-changes.js';
import type { Turns } from './turns.js';
import type { Withdrawals } from './withdrawals.js';

export interface UpsertTools {
  readonly settings: MailchimpSettings;
  readonly client: MemberCalls;
  readonly audience: AudienceClient;
  readonly fields: FieldCatalogs;
  readonly optOuts: OptOuts;
  readonly withdrawals: Withdrawals;
  readonly segments: SegmentChanges;
  readonly statusOfGrant: (optIn: MailchimpOptions['optIn']) => Promise<'subscribed' | 'pending'>;
  readonly now: () => Date;
  /** For batches of known members: a look at the opt-outs, and the batch. */
  readonly updates: Turns;
  /** May known members stand in a batch's rows, which carry a status? Only when it is carried out at once. */
  readonly membersInRows: boolean;
  readonly batchSize: number;
  readonly parallelCalls: number;
}

const writingLanes = ['new', 'batch', 'alone', 'look', 'rename'] as const;

/** Up to so many contacts a read of each is cheaper than the list of all who have ever unsubscribed. */
const fewToMeet = 10;

type Ways = Pick<UpsertRequest, 'options' | 'create'>;

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
  /** Tags that a batch cannot take away. */
  readonly #untag: SegmentChange[] = [];
  readonly #oneByOne: OneByOne;
  readonly #statusOfGrant: () => Promise<'subscribed' | 'pending'>;

  constructor(
    private readonly tools: UpsertTools,
    private readonly ways: Ways,
    private readonly inLoad: boolean,
  ) {
    const { optIn, tagsStartAutomations } = readOptions(ways.options);
    this.#statusOfGrant = () => tools.statusOfGrant(optIn);
    this.#oneByOne = new OneByOne({ ...tools, statusOfGrant: this.#statusOfGrant, tagsStartAutomations });
  }

  /** @throws DeliveryError when one reason stopped everything */
  async run(records: readonly OutgoingRecord[]): Promise<readonly RecordResult[]> {
    const { settings, withdrawals } = this.tools;
    const { jobs, doubles } = distinctJobs(records);
    this.#results.push(...doubles);
    const lanes = Map.groupBy(jobs, (job) => laneOf(job, settings, withdrawals));
    const lane = (name: Lane): readonly Job[] => lanes.get(name) ?? [];
    for (const job of lane('withhold')) this.#results.push(withheld(job, noConsent));
    await this.#withdraw(lane('withdraw'));
    const writing = writingLanes.flatMap(lane);
    await this.#write(lane, writing);
    const alike = this.#commonError();
    if (alike !== null) throw alike;
    return intoLists(this.tools.segments, this.#results, writing, this.#untag);
  }

  async #withdraw(jobs: readonly Job[]): Promise<void> {
    const { withdrawals, parallelCalls } = this.tools;
    const tasks = jobs.map((job) => ({
      job,
      run: async () => {
        const result = await this.#oneByOne.withdraw(job);
        const at = decidedAt(job);
        if (result.status === 'withheld' && at !== null) withdrawals.remember(job.email, at);
        return result;
      },
    }));
    this.#results.push(...(await eachAlone(tasks, parallelCalls)));
  }

  async #write(lane: (name: Lane) => readonly Job[], jobs: readonly Job[]): Promise<void> {
    if (jobs.length === 0) return;
    try {
      const fields = await this.#catalog(jobs);
      const ready = (name: Lane): WriteJob[] => lane(name).map((job) => withFields(job, fields));
      for (const job of this.#leaveUnchanged(ready('alone'), { except: () => false, seenAt: null }))
        this.#alone(job, 'alone');
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

  /** The audience's fields; with the choices that these records need, where the mapping allows us to add some. */
  async #catalog(jobs: readonly Job[]): Promise<FieldCatalog> {
    const { audience, fields } = this.tools;
    const sent = jobs.map(({ record }) => record.fields);
    if (!this.ways.create.options) return fields.covering(sent);
    return fields.completed(sent, (catalog) => addMissingChoices(audience, catalog, sent));
  }

  async #batches(fresh: readonly WriteJob[], known: readonly WriteJob[]): Promise<void> {
    const busy = this.#leaveUnchanged(known, { except: (job) => hasNewGrant(job), seenAt: null });
    const alone = isCheaperAlone(busy);
    if (alone) for (const job of busy) this.#alone(job, aloneOrLook(job));
    const outcomes = await Promise.all([
      this.#orFailed(fresh, () => this.#create(fresh)),
      this.#orFailed(alone ? [] : busy, () => this.#update(alone ? [] : busy)),
    ]);
    await this.#read(outcomes.flat());
  }

  async #create(jobs: readonly WriteJob[]): Promise<readonly RowOutcome[]> {
    await lookUpArchived(this.tools.optOuts, jobs, this.inLoad);
    const isAnyGranted = jobs.some(({ decision }) => decision !== null);
    const granted = isAnyGranted ? await this.#statusOfGrant() : 'subscribed';
    const rows = this.#withoutSuspects(jobs).map((job): Row => ({
      job,
      write: job.whole,
      status: job.decision === null ? 'transactional' : granted,
    }));
    return this.#send(rows, false);
  }

  /** No more of these at once than there are calls: a look must not grow old while its batch waits for its turn. */
  #update(jobs: readonly WriteJob[]): Promise<readonly RowOutcome[]> {
    const { optOuts, updates, membersInRows, now } = this.tools;
    return updates.take(async () => {
      const seenAt = now();
      await lookUpOptOuts(optOuts, jobs);
      const busy = this.#leaveUnchanged(this.#withoutSuspects(jobs), { except: () => false, seenAt });
      if (membersInRows)
        return this.#send(
          busy.map((job): Row => ({ job, write: job.news, status: 'subscribed' })),
          true,
        );
      for (const job of busy) this.#alone(job, aloneOrLook(job));
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
      this.#results.push(...jobs.map((job) => failed(job, error)));
      return [];
    }
  }

  async #send(rows: readonly Row[], updateExisting: boolean): Promise<readonly RowOutcome[]> {
    const { client, batchSize } = this.tools;
    const starts = Array.from({ length: Math.ceil(rows.length / batchSize) }, (_, index) => index * batchSize);
    const sent = starts.map((from) => sendRows(client, rows.slice(from, from + batchSize), updateExisting));
    return (await Promise.all(sent)).flat();
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
      this.#results.push(...jobs.map((job) => failed(job, error)));
      return;
    }
    for (const job of jobs)
      this.#alone(job, isListed && job.decision !== null && !optOuts.has(job.email) ? 'alone' : 'look');
  }

  /** A batch adds tags only, and carries no permissions. */
  #written({ job, write }: Row, result: RecordResult): void {
    const { known, profileId, tagsToRemove } = job.record;
    if (known !== null)
      this.#untag.push(...tagsToRemove.map((segment) => ({ profileId, email: job.email, segment, isIn: false })));
    if (Object.keys(write.permissions).length === 0) this.#results.push(result);
    else
      this.#later.push({
        job,
        run: async () => {
          await this.#oneByOne.permit(job, write.permissions);
          return result;
        },
      });
  }

  #alone(job: WriteJob, way: 'alone' | 'look'): void {
    const run = () => (way === 'look' ? this.#oneByOne.look(job) : this.#oneByOne.write(job));
    this.#later.push({ job, run });
  }

  #rename(job: WriteJob): void {
    const from = job.memo?.email ?? job.email;
    this.#later.push({ job, run: () => this.#oneByOne.rename(job, from) });
  }

  #withoutSuspects(jobs: readonly WriteJob[]): readonly WriteJob[] {
    const { optOuts } = this.tools;
    for (const job of jobs) if (optOuts.has(job.email)) this.#alone(job, 'look');
    return jobs.filter(({ email }) => !optOuts.has(email));
  }

  /**
   * No call that changes nothing.
   *
   * @param how.except jobs that have to go on although they carry no change
   * @param how.seenAt when opt-outs were looked up; null: they were not, and are still to be looked for from when the member was last seen
   */
  #leaveUnchanged(
    jobs: readonly WriteJob[],
    how: { readonly except: (job: WriteJob) => boolean; readonly seenAt: Date | null },
  ): readonly WriteJob[] {
    const isLeft = (job: WriteJob): boolean => isUnchanged(job) && !how.except(job);
    for (const job of jobs) if (isLeft(job)) this.#results.push(stillDelivered(job, how.seenAt));
    return jobs.filter((job) => !isLeft(job));
  }

  #commonError(): DeliveryError | null {
    const [first] = this.#results;
    if (first?.status !== 'failed' || isAboutOneRecord(first.error)) return null;
    const { error } = first;
    return this.#results.every((result) => result.status === 'failed' && result.error === error) ? error : null;
  }
}
