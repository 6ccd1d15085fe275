import type {
  Connection,
  ConnectionCheck,
  ConnectionContext,
  DestinationLimits,
  RecordResult,
  RemoteField,
  UpsertRequest,
} from '../destination.js';
import { DeliveryError } from '../delivery-error.js';
import type { Audience } from './answers.js';
import { MailchimpClient } from './client.js';
import { emailField, emailRemoteField, MergeFields, toRemoteField } from './merge-fields.js';
import { OneByOne } from './one-by-one.js';
import { OptOuts } from './opt-outs.js';
import type { MailchimpSettings } from './settings.js';
import { Upsert, type UpsertTools } from './upsert.js';
import { Withdrawals } from './withdrawals.js';

/** How long an audience's opt-in method is believed. */
const audienceKeptMs = 10 * 60_000;

/** One audience. Keep it as long as the settings stand: it remembers merge fields, the opt-in method and opt-outs. */
export class MailchimpConnection implements Connection {
  readonly #client: MailchimpClient;
  readonly #fields: MergeFields;
  readonly #tools: UpsertTools;
  readonly #now: () => Date;
  #audience: { readonly answer: Promise<Audience>; readonly readAt: number } | null = null;

  constructor(settings: MailchimpSettings, context: ConnectionContext, limits: DestinationLimits) {
    const { now } = context;
    const client = new MailchimpClient(settings, context, limits.timeoutMs);
    const optOuts = new OptOuts(client, now);
    const statusOfGrant = () => this.#statusOfGrant();
    this.#now = now;
    this.#client = client;
    this.#fields = new MergeFields(client, now);
    this.#tools = {
      settings,
      client,
      fields: this.#fields,
      optOuts,
      withdrawals: new Withdrawals(),
      oneByOne: new OneByOne({ client, optOuts, now, statusOfGrant }),
      statusOfGrant,
      now,
      batchSize: limits.batchSize,
      parallelCalls: limits.parallelCalls,
    };
  }

  async check(): Promise<ConnectionCheck> {
    try {
      const [audience, fields] = await Promise.all([this.#readAudience(), this.#fields.read()]);
      return { account: `Audience ${audience.name}`, problems: problemsOf(audience, fields.size) };
    } catch (error) {
      if (!(error instanceof DeliveryError) || error.details.code !== 'audience_not_found') throw error;
      return { account: 'Mailchimp', problems: [`${error.message}. Check the audience ID.`] };
    }
  }

  async fields(object: string): Promise<readonly RemoteField[]> {
    if (object !== memberObject)
      throw new DeliveryError('rejected', `Mailchimp has no ${object}`, { code: 'no_such_object' });
    const fields = await this.#fields.read();
    return [emailRemoteField, ...[...fields.values()].map(toRemoteField)];
  }

  async upsert({ object, keyField, records }: UpsertRequest): Promise<readonly RecordResult[]> {
    if (object !== memberObject || keyField !== emailField)
      throw new DeliveryError(
        'rejected',
        `Mailchimp knows ${memberObject}s by ${emailField}, not ${object}s by ${keyField}`,
        {
          code: 'wrong_mapping',
        },
      );
    return new Upsert(this.#tools, records.length >= this.#tools.batchSize).run(records);
  }

  async #statusOfGrant(): Promise<'subscribed' | 'pending'> {
    const { double_optin: confirms } = await this.#readAudience();
    return confirms ? 'pending' : 'subscribed';
  }

  async #readAudience(): Promise<Audience> {
    const now = this.#now().getTime();
    if (this.#audience === null || now - this.#audience.readAt > audienceKeptMs)
      this.#audience = { answer: this.#client.audience(), readAt: now };
    try {
      return await this.#audience.answer;
    } catch (error) {
      this.#audience = null;
      throw error;
    }
  }
}

/** A contact of an audience: Mailchimp's "list member". */
export const memberObject = 'member';

function problemsOf(audience: Audience, mergeFields: number): readonly string[] {
  const problems: string[] = [];
  if (mergeFields === 0)
    problems.push(
      'The audience has no merge fields: add them under Audience > Settings > Audience fields and MERGE tags.',
    );
  if (audience.marketing_permissions)
    problems.push(
      'The audience uses GDPR marketing permissions. Parley does not write those yet: contacts arrive without them.',
    );
  return problems;
}
