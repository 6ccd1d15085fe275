import { Connection } from 'jsforce/lib/core.js';
import type { HttpRequest } from 'jsforce/lib/types/index.js';
import type { z } from 'zod';
import { DeliveryError } from '../delivery-error.js';
import type { CallDescription, ConnectionContext } from '../destination.js';
import { DailyBudget, type ApiUsage } from './daily-budget.js';
import { FetchTransport } from './fetch-transport.js';
import { isRefusedToken, Session, type Token } from './session.js';
import type { SalesforceSettings } from './settings.js';
import { toDeliveryError } from './to-delivery-error.js';
import { tokenSourceOf } from './token-source.js';
import { describeAnswer, queryPage, type DescribeAnswer, type QueriedRow, type QueryPage } from './wire.js';

/** Marks our writes in the org's change events, so that they can be told from everybody else's. */
export const clientName = 'parley';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the version's path; from `/services` on: below the instance. */
  readonly url: string;
  /** Text goes as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** HTTP statuses whose answer is to be read although they are not a success. */
  readonly alsoReads?: readonly number[];
  /** The answer is wanted as it came, not as jsforce understands it. */
  readonly raw?: true;
}

/**
 * The only file that calls through jsforce: one account, every request through the gate, everything thrown a `DeliveryError`.
 *
 * jsforce is given neither a client id nor a refresh function. With either it would repeat a request for as long as
 * Salesforce answers 401; so we look at the 401 ourselves and repeat once.
 */
export class SalesforceClient {
  readonly #connection: Connection;
  readonly #session: Session;
  readonly #budget: DailyBudget;

  constructor(
    readonly settings: SalesforceSettings,
    readonly context: ConnectionContext,
  ) {
    const { instanceUrl, apiVersion } = settings;
    this.#connection = new Connection({ instanceUrl, version: apiVersion, callOptions: { client: clientName } });
    this.#session = new Session(tokenSourceOf(settings, context), context.now);
    this.#budget = new DailyBudget(settings.dailyCallsKeptPercent, context.now);
  }

  get usage(): ApiUsage | null {
    return this.#budget.usage;
  }

  /** The token in use now, fetched if there is none. */
  token(): Promise<Token> {
    return this.#session.token();
  }

  /** Another one instead of a token that the org refused elsewhere than in a request. @throws DeliveryError when that would not help */
  anotherToken(refused: Token): Promise<Token> {
    const refusal = new DeliveryError('unauthorized', 'Salesforce does not take the token', {
      code: 'INVALID_SESSION_ID',
    });
    return this.#session.renewed(refused, refusal);
  }

  /** The org took it elsewhere than in a request. */
  tokenWorked(token: Token): void {
    this.#session.worked(token);
  }

  /** @throws DeliveryError `throttled` when only the calls kept for others are left: to be asked before anything is written */
  checkBudget(): void {
    this.#budget.check();
  }

  describe(object: string): Promise<DescribeAnswer> {
    const call = { operation: 'sobject.describe', repeatable: true };
    return this.request(
      call,
      { method: 'GET', url: `/sobjects/${encodeURIComponent(object)}/describe` },
      describeAnswer,
    );
  }

  /** All rows of a query, page after page. Rows inside rows have pages of their own: see `nestedRows`. */
  async query(soql: string): Promise<readonly QueriedRow[]> {
    return this.restOf(await this.queryPage(soql));
  }

  /** @param scope `all`: deleted rows as well */
  queryPage(soql: string, scope: 'living' | 'all' = 'living'): Promise<QueryPage> {
    const path = scope === 'all' ? '/queryAll' : '/query';
    return this.#page(`${path}?q=${encodeURIComponent(soql)}`);
  }

  /** The rows of this page and of all that follow it. */
  async restOf(first: QueryPage): Promise<readonly QueriedRow[]> {
    const rows = [...first.records];
    let page = first;
    while (!page.done && page.nextRecordsUrl !== undefined) {
      page = await this.#page(page.nextRecordsUrl);
      rows.push(...page.records);
    }
    return rows;
  }

  #page(url: string): Promise<QueryPage> {
    return this.request({ operation: 'query', repeatable: true }, { method: 'GET', url }, queryPage);
  }

  /** One request, with one more when the session had ended. @throws DeliveryError */
  async request<T>(call: CallDescription, request: ApiRequest, answer: z.ZodType<T>): Promise<T> {
    const token = await this.#session.token();
    try {
      return await this.#sendOnce(token, call, request, answer);
    } catch (error) {
      if (!isRefusedToken(error)) throw error;
      return this.#sendOnce(await this.#session.renewed(token, error), call, request, answer);
    }
  }

  #sendOnce<T>(token: Token, call: CallDescription, request: ApiRequest, answer: z.ZodType<T>): Promise<T> {
    return this.context.call(call, async (signal) => {
      const transport = new FetchTransport(signal);
      this.#connection.accessToken = token.accessToken;
      this.#connection.instanceUrl = token.instanceUrl;
      try {
        const parsed = await this.#answerTo(request, transport, answer);
        this.#session.worked(token);
        return parsed;
      } catch (thrown) {
        throw toDeliveryError(thrown, transport.status, { repeatable: call.repeatable });
      } finally {
        this.#noteUsage();
      }
    });
  }

  async #answerTo<T>(request: ApiRequest, transport: FetchTransport, answer: z.ZodType<T>): Promise<T> {
    let given: unknown;
    try {
      given = await this.#connection.request(toHttp(request), { transport });
    } catch (thrown) {
      if (transport.status === null || request.alsoReads?.includes(transport.status) !== true) throw thrown;
      const readable = answer.safeParse(transport.json());
      if (!readable.success) throw thrown;
      return readable.data;
    }
    return answer.parse(request.raw === true ? transport.text : given);
  }

  #noteUsage(): void {
    const { apiUsage } = this.#connection.limitInfo;
    if (apiUsage === undefined || !this.#budget.observe(apiUsage)) return;
    const { limit, used } = apiUsage;
    // The window rolls: nothing is reset at a moment of the day.
    this.context.reportUsage({ limit, remaining: Math.max(0, limit - used), resetsAt: null });
  }
}

function toHttp({ method, url, body, headers = {} }: ApiRequest): HttpRequest {
  if (body === undefined) return { method, url, headers: { ...headers } };
  if (typeof body === 'string') return { method, url, headers: { ...headers }, body };
  return { method, url, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** All rows of a nested result, which is null when there are none and has pages of its own when there are many. */
export async function nestedRows(client: SalesforceClient, nested: unknown): Promise<readonly QueriedRow[]> {
  const page = queryPage.nullable().safeParse(nested ?? null);
  if (!page.success)
    throw new DeliveryError('transient', 'Salesforce answered a nested result that is none', {
      code: 'UNEXPECTED_ANSWER',
    });
  return page.data === null ? [] : client.restOf(page.data);
}
