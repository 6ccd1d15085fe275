import { Connection, OAuth2 } from 'jsforce/lib/core.js';
import type { HttpRequest } from 'jsforce/lib/types/index.js';
import type { z } from 'zod';
import { DeliveryError } from '../delivery-error.js';
import type { CallDescription, ConnectionContext } from '../destination.js';
import { DailyBudget, type ApiUsage } from './daily-budget.js';
import { FetchTransport } from './fetch-transport.js';
import { Session, type Token } from './session.js';
import type { SalesforceSettings } from './settings.js';
import { toDeliveryError } from './to-delivery-error.js';
import {
  describeAnswer,
  queryPage,
  savedRows,
  tokenAnswer,
  type DescribeAnswer,
  type QueriedRow,
  type SavedRow,
} from './wire.js';

export type WireValue = string | number | boolean | null;
export type WireRecord = Readonly<Record<string, WireValue>>;

/** Marks our writes in the org's change events, so that they can be told from everybody else's. */
const clientName = 'parley';

/**
 * The only file that knows jsforce: one account, every request through the gate, everything thrown a `DeliveryError`.
 *
 * jsforce is given neither a client id nor a refresh function. With either it would repeat a request for as long as
 * Salesforce answers 401; so we look at the 401 ourselves and repeat once.
 */
export class SalesforceClient {
  readonly #connection: Connection;
  readonly #session: Session;
  readonly #budget: DailyBudget;

  constructor(
    private readonly settings: SalesforceSettings,
    private readonly context: ConnectionContext,
  ) {
    const { instanceUrl, apiVersion, signIn } = settings;
    this.#connection = new Connection({ instanceUrl, version: apiVersion, callOptions: { client: clientName } });
    const fetchers = {
      client_credentials: () => this.#requestToken(),
      access_token: () => Promise.resolve({ accessToken: settings.accessToken, instanceUrl }),
    };
    this.#session = new Session(fetchers[signIn], signIn !== 'access_token', context.now);
    this.#budget = new DailyBudget(settings.dailyCallsKeptPercent, context.now);
  }

  get usage(): ApiUsage | null {
    return this.#budget.usage;
  }

  describe(object: string): Promise<DescribeAnswer> {
    const call = { operation: 'sobject.describe', repeatable: true };
    return this.#send(call, { method: 'GET', url: `/sobjects/${encodeURIComponent(object)}/describe` }, describeAnswer);
  }

  /** All rows of a query, page after page. */
  async query(soql: string): Promise<readonly QueriedRow[]> {
    const rows: QueriedRow[] = [];
    let url: string | undefined = `/query?q=${encodeURIComponent(soql)}`;
    while (url !== undefined) {
      const page: z.infer<typeof queryPage> = await this.#send(
        { operation: 'query', repeatable: true },
        { method: 'GET', url },
        queryPage,
      );
      rows.push(...page.records);
      url = page.done ? undefined : page.nextRecordsUrl;
    }
    return rows;
  }

  /**
   * Up to 200 records in one call, each for itself (`allOrNone:false`).
   *
   * @returns one row per record, in the order of the records
   * @throws DeliveryError when Salesforce refused the call as a whole
   */
  upsert(object: string, keyField: string, records: readonly WireRecord[]): Promise<readonly SavedRow[]> {
    const path = `${encodeURIComponent(object)}/${encodeURIComponent(keyField)}`;
    return this.#save('collections.upsert', `/composite/sobjects/${path}`, object, records);
  }

  /** Like `upsert`, for records that are named by their `id`; those that are not there fail. */
  update(object: string, records: readonly WireRecord[]): Promise<readonly SavedRow[]> {
    return this.#save('collections.update', '/composite/sobjects', object, records);
  }

  async #save(
    operation: string,
    url: string,
    object: string,
    records: readonly WireRecord[],
  ): Promise<readonly SavedRow[]> {
    this.#budget.check();
    const headers = { 'content-type': 'application/json', 'Sforce-Duplicate-Rule-Header': 'allowSave=true' };
    const body = JSON.stringify({
      allOrNone: false,
      records: records.map((record) => ({ attributes: { type: object }, ...record })),
    });
    const call = { operation, records: records.length, repeatable: true };
    return this.#send(call, { method: 'PATCH', url, headers, body }, savedRows);
  }

  async #send<T>(call: CallDescription, request: HttpRequest, answer: z.ZodType<T>): Promise<T> {
    const token = await this.#session.token();
    try {
      return await this.#sendOnce(token, call, request, answer);
    } catch (error) {
      if (!isRefusedToken(error)) throw error;
      return this.#sendOnce(await this.#session.renewed(token, error), call, request, answer);
    }
  }

  #sendOnce<T>(token: Token, call: CallDescription, request: HttpRequest, answer: z.ZodType<T>): Promise<T> {
    return this.context.call(call, async (signal) => {
      const transport = new FetchTransport(signal);
      this.#connection.accessToken = token.accessToken;
      this.#connection.instanceUrl = token.instanceUrl;
      try {
        const parsed = answer.parse(await this.#connection.request({ ...request }, { transport }));
        this.#session.worked(token);
        return parsed;
      } catch (thrown) {
        throw toDeliveryError(thrown, transport.status);
      } finally {
        const { apiUsage } = this.#connection.limitInfo;
        if (apiUsage !== undefined) this.#budget.observe(apiUsage);
      }
    });
  }

  /** @see https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_client_credentials_flow.htm */
  #requestToken(): Promise<Token> {
    const { instanceUrl, clientId, clientSecret } = this.settings;
    return this.context.call({ operation: 'oauth.token', repeatable: true }, async (signal) => {
      const transport = new FetchTransport(signal);
      const oauth = new OAuth2({ loginUrl: instanceUrl, clientId, clientSecret });
      oauth._transport = transport;
      try {
        const token = tokenAnswer.parse(await oauth.requestToken({ grant_type: 'client_credentials' }));
        return { accessToken: token.access_token, instanceUrl: token.instance_url.replace(/\/+$/, '') };
      } catch (thrown) {
        throw toDeliveryError(thrown, transport.status);
      }
    });
  }
}

/** Codes of an ended session; a malformed header or a closed API is not mended by another token. */
const refusedTokenCodes: ReadonlySet<string | undefined> = new Set(['INVALID_SESSION_ID', 'ERROR_HTTP_401']);
const isRefusedToken = (error: unknown): error is DeliveryError =>
  error instanceof DeliveryError && refusedTokenCodes.has(error.details.code);
