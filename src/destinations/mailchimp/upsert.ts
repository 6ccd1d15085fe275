import { DeliveryError } from '../delivery-error.js';
import type { OutgoingRecord, RecordResult, UpsertRequest } from '../destination.js';
import { Batches } from './batches.js';
import { noConsent } from './consent-policy.js';
import { distinctJobs } from './distinct-jobs.js';
import { eachAlone, isAboutOneRecord } from './each-alone.js';
import type { FieldCatalog } from './field-catalog.js';
import { intoLists } from './into-lists.js';
import { decidedAt, failed, type Job, withFields, withheld, type WriteJob } from './job.js';
import { type Lane, laneOf } from './lanes.js';
import { readOptions } from './mapping-options.js';
import { addMissingChoices } from './missing-choices.js';
import { OneByOne } from './one-by-one.js';
import { UpsertOutcome } from './upsert-outcome.js';
import type { UpsertTools } from './upsert-tools.js';

const writingLanes = ['new', 'batch', 'alone', 'look', 'rename'] as const;

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
  readonly #oneByOne: OneByOne;
  readonly #outcome: UpsertOutcome;
  readonly #batches: Batches;

  constructor(
    private readonly tools: UpsertTools,
    private readonly ways: Ways,
    inLoad: boolean,
  ) {
    const { optIn, tagsStartAutomations } = readOptions(ways.options);
    const statusOfGrant = () => tools.statusOfGrant(optIn);
    this.#oneByOne = new OneByOne({ ...tools, statusOfGrant, tagsStartAutomations });
    this.#outcome = new UpsertOutcome(this.#oneByOne);
    this.#batches = new Batches(tools, { oneByOne: this.#oneByOne, statusOfGrant, inLoad }, this.#outcome);
  }

  /** @throws DeliveryError when one reason stopped everything */
  async run(records: readonly OutgoingRecord[]): Promise<readonly RecordResult[]> {
    const { settings, withdrawals } = this.tools;
    const { jobs, doubles } = distinctJobs(records);
    this.#outcome.results.push(...doubles);
    const lanes = Map.groupBy(jobs, (job) => laneOf(job, settings, withdrawals));
    const lane = (name: Lane): readonly Job[] => lanes.get(name) ?? [];
    for (const job of lane('withhold')) this.#outcome.results.push(withheld(job, noConsent));
    await this.#withdraw(lane('withdraw'));
    const writing = writingLanes.flatMap(lane);
    await this.#write(lane, writing);
    const alike = this.#commonError();
    if (alike !== null) throw alike;
    return intoLists(this.tools.segments, this.#outcome.results, writing, this.#outcome.untag);
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
    this.#outcome.results.push(...(await eachAlone(tasks, parallelCalls)));
  }

  async #write(lane: (name: Lane) => readonly Job[], jobs: readonly Job[]): Promise<void> {
    if (jobs.length === 0) return;
    try {
      const fields = await this.#catalog(jobs);
      const ready = (name: Lane): WriteJob[] => lane(name).map((job) => withFields(job, fields));
      for (const job of this.#outcome.leaveUnchanged(ready('alone'), { except: () => false, seenAt: null }))
        this.#outcome.alone(job, 'alone');
      for (const job of ready('look')) this.#outcome.alone(job, 'look');
      for (const job of ready('rename')) this.#outcome.rename(job);
      await this.#batches.send(ready('new'), ready('batch'));
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      // Nothing of these has been sent yet.
      const settled = new Set(this.#outcome.results.map(({ profileId }) => profileId));
      this.#outcome.results.push(
        ...jobs.filter((job) => !settled.has(job.record.profileId)).map((job) => failed(job, error)),
      );
      return;
    }
    this.#outcome.results.push(...(await eachAlone(this.#outcome.later, this.tools.parallelCalls)));
  }

  /** The audience's fields; with the choices that these records need, where the mapping allows us to add some. */
  async #catalog(jobs: readonly Job[]): Promise<FieldCatalog> {
    const { audience, fields } = this.tools;
    const sent = jobs.map(({ record }) => record.fields);
    if (!this.ways.create.options) return fields.covering(sent);
    return fields.completed(sent, (catalog) => addMissingChoices(audience, catalog, sent));
  }

  #commonError(): DeliveryError | null {
    const [first] = this.#outcome.results;
    if (first?.status !== 'failed' || isAboutOneRecord(first.error)) return null;
    const { error } = first;
    return this.#outcome.results.every((result) => result.status === 'failed' && result.error === error) ? error : null;
  }
}
