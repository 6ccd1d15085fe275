import { DeliveryError } from '../delivery-error.js';
import type {
  CheckRequest,
  Connection,
  ConnectionCheck,
  ConnectionContext,
  DestinationLimits,
  ErasedRecord,
  EraseResult,
  PrepareReport,
  PrepareRequest,
  RecordPreview,
  RecordResult,
  RemoteField,
  UpsertRequest,
  WriteTarget,
} from '../destination.js';
import type { ActionLookUp, ActionRequest, ActionResult } from '../action.js';
import type { ActionTools, MailchimpAction } from './actions/action.js';
import { mailchimpActions } from './actions/index.js';
import { eraseMembers } from './erase.js';
import { MarketingClient } from './marketing-client.js';
import type { Audience } from './answers.js';
import { directly, MailchimpApi } from './api.js';
import { AudienceClient } from './audience-client.js';
import { BulkJobs } from './bulk-job.js';
import { checkAccount } from './check.js';
import { MailchimpClient } from './client.js';
import { FieldCatalogs } from './field-catalog.js';
import { emailField } from './field-names.js';
import { JobQueue } from './job-queue.js';
import { HistoryClient } from './history/history-client.js';
import { pullHistory } from './history/index.js';
import type { HistoryTools } from './history/stream.js';
import type { PullPage, PullRequest } from '../remote-fact.js';
import { Kept } from './kept.js';
import { readOptions, type MailchimpOptions } from './mapping-options.js';
import { OptOuts } from './opt-outs.js';
import { prepareFields } from './prepare.js';
import { previewRecords } from './preview.js';
import { remoteFields } from './remote-fields.js';
import { SegmentChanges } from './segment-changes.js';
import type { MailchimpSettings } from './settings.js';
import { Turns } from './turns.js';
import { Upsert } from './upsert.js';
import type { UpsertTools } from './upsert-tools.js';
import { Withdrawals } from './withdrawals.js';

/** How long an audience's settings are believed. */
const audienceKeptMs = 10 * 60_000;

/** One audience. Keep it as long as the settings stand: it remembers fields, the opt-in method and opt-outs. */
export class MailchimpConnection implements Connection {
  readonly #audience: AudienceClient;
  readonly #fields: FieldCatalogs;
  readonly #tools: UpsertTools;
  readonly #bulkTools: UpsertTools;
  readonly #jobs: BulkJobs;
  readonly #actionTools: ActionTools;
  readonly #historyTools: HistoryTools;
  readonly #settings: MailchimpSettings;
  readonly #kept: Kept<Audience>;

  constructor(settings: MailchimpSettings, context: ConnectionContext, limits: DestinationLimits) {
    const { now } = context;
    const direct = directly(settings, context, limits.timeoutMs);
    const api = new MailchimpApi(settings.audienceId, direct);
    const audience = new AudienceClient(api);
    const client = new MailchimpClient(api);
    this.#settings = settings;
    this.#audience = audience;
    this.#fields = new FieldCatalogs(audience, now);
    this.#kept = new Kept(() => audience.audience(), audienceKeptMs, now);
    this.#tools = {
      settings,
      client,
      audience,
      fields: this.#fields,
      optOuts: new OptOuts(client, now),
      withdrawals: new Withdrawals(),
      segments: new SegmentChanges(audience, client),
      statusOfGrant: (optIn) => this.#statusOfGrant(optIn),
      now,
      updates: new Turns(limits.parallelCalls),
      membersInRows: true,
      batchSize: limits.batchSize,
      parallelCalls: limits.parallelCalls,
    };
    const marketing = new MarketingClient(api);
    this.#actionTools = { ...this.#tools, client, marketing };
    this.#historyTools = { history: new HistoryClient(api), marketing, fields: this.#fields, now };
    this.#jobs = new BulkJobs(api, context.memory);
    const together = new JobQueue(this.#jobs, direct, settings.audienceId);
    const bulkClient = new MailchimpClient(new MailchimpApi(settings.audienceId, together.carry));
    // All at once: what is asked for at the same time is one job.
    // A job takes minutes, in which somebody may opt out: members get a call each in it that carries no status.
    this.#bulkTools = { ...this.#tools, client: bulkClient, membersInRows: false, parallelCalls: bulk.atMost };
  }

  check(request: CheckRequest): Promise<ConnectionCheck> {
    const audience = this.#audience;
    return checkAccount(
      { audience, settings: this.#settings, catalogs: this.#fields, read: () => this.#kept.read() },
      request,
    );
  }

  async fields(object: string): Promise<readonly RemoteField[]> {
    if (object !== memberObject)
      throw new DeliveryError('rejected', `Mailchimp has no ${object}`, { code: 'no_such_object' });
    return remoteFields(await this.#fields.read());
  }

  async upsert(request: UpsertRequest): Promise<readonly RecordResult[]> {
    assertMembers(request);
    await this.#jobs.settleEarlier();
    const { records } = request;
    return new Upsert(this.#tools, request, records.length >= this.#tools.batchSize).run(records);
  }

  /** Whatever has to be written at the same time goes out as one bulk job. */
  async upsertMany(request: UpsertRequest): Promise<readonly RecordResult[]> {
    assertMembers(request);
    await this.#jobs.settleEarlier();
    return new Upsert(this.#bulkTools, request, true).run(request.records);
  }

  async preview(request: UpsertRequest): Promise<readonly RecordPreview[]> {
    assertMembers(request);
    const { optIn } = readOptions(request.options);
    const statusOfGrant = () => this.#statusOfGrant(optIn);
    return previewRecords({ ...this.#tools, statusOfGrant }, request.records);
  }

  prepare(request: PrepareRequest): Promise<PrepareReport> {
    assertMembers(request);
    return prepareFields(this.#audience, this.#fields, this.#settings, request);
  }

  async perform(action: string, requests: readonly ActionRequest[]): Promise<readonly ActionResult[]> {
    return actionNamed(action).perform(this.#actionTools, requests);
  }

  async lookUp(action: string, requests: readonly ActionRequest[]): Promise<readonly ActionLookUp[]> {
    const found = actionNamed(action);
    if (found.lookUp === undefined)
      throw new DeliveryError('rejected', `Mailchimp cannot be asked about ${action}`, { code: 'not_checkable' });
    return found.lookUp(this.#actionTools, requests);
  }

  pull(request: PullRequest): Promise<PullPage> {
    return pullHistory(this.#historyTools, request);
  }

  erase(object: string, records: readonly ErasedRecord[]): Promise<readonly EraseResult[]> {
    assertMembers({ object, keyField: emailField });
    return eraseMembers(this.#actionTools, records);
  }

  async #statusOfGrant(optIn: MailchimpOptions['optIn']): Promise<'subscribed' | 'pending'> {
    if (optIn !== 'as_audience') return optIn === 'double' ? 'pending' : 'subscribed';
    const { double_optin: confirms } = await this.#kept.get();
    return confirms ? 'pending' : 'subscribed';
  }
}

/** From so many records on a bulk job is worth its wait, and so many go into one. */
export const bulk = { from: 5_000, atMost: 20_000 } as const;

/** A contact of an audience: Mailchimp's "list member". */
export const memberObject = 'member';

function actionNamed(id: string): MailchimpAction {
  const found = mailchimpActions.find(({ declaration }) => declaration.id === id);
  if (found !== undefined) return found;
  throw new DeliveryError('rejected', `Mailchimp has no action ${id}`, { code: 'no_such_action' });
}

function assertMembers({ object, keyField }: Pick<WriteTarget, 'object' | 'keyField'>): void {
  if (object === memberObject && keyField === emailField) return;
  const message = `Mailchimp knows ${memberObject}s by ${emailField}, not ${object}s by ${keyField}`;
  throw new DeliveryError('rejected', message, { code: 'wrong_mapping' });
}
