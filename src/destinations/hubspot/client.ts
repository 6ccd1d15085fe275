import { Client } from '@hubspot/api-client';
import { z } from 'zod';
import type { Grant } from '../authorization.js';
import { DeliveryError } from '../delivery-error.js';
import type { CallDescription, ConnectionContext } from '../destination.js';
import { recallFacts } from './account-memory.js';
import { aborted } from './aborted.js';
import { abortableAgent, abortableBy } from './abortable-agent.js';
import { BurstBrake } from './burst-brake.js';
import { callsPerInterval } from './calls-per-interval.js';
import { RequestError } from './request-error.js';
import type { HubspotSettings } from './settings.js';
import { type HubspotError, toDeliveryError, toRecordError } from './to-delivery-error.js';
import { usageIn, type Headers } from './usage.js';

/** A call that the SDK has no method for. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What a call goes out with. */
interface Pass {
  readonly token: string;
  /** null: a token that only a person can replace. */
  readonly grant: Grant | null;
}

/**
 * The way to one account. Only this file holds the SDK; its own retries and limiter stay off, because they live in a singleton that all
 * accounts would share. What can be asked stands in `api/`.
 */
export class HubspotClient {
  readonly #agent: ReturnType<typeof abortableAgent>;
  #sdk: { readonly token: string; readonly client: Client } | null = null;
  /** The account's, once it is known: for the end of its daily limit. */
  timeZone: string | undefined;
  #recalled: Promise<void> | null = null;
  readonly burst: BurstBrake;

  constructor(
    private readonly settings: HubspotSettings,
    private readonly context: ConnectionContext,
  ) {
    this.#agent = abortableAgent(settings.baseUrl);
    this.timeZone = settings.timeZone;
    this.burst = new BurstBrake(callsPerInterval(settings), context.now);
  }

  /** One call by a method of the SDK. @throws DeliveryError */
  send<T>(call: CallDescription, answer: z.ZodType<T>, request: (sdk: Client) => Promise<unknown>): Promise<T> {
    return this.#exchange(call, answer, ({ token }, signal) => abortableBy(signal, () => request(this.#sdkFor(token))));
  }

  /** One call that the SDK has no method for; an empty answer is null. @throws DeliveryError */
  request<T>(call: CallDescription, answer: z.ZodType<T>, request: ApiRequest): Promise<T> {
    return this.#exchange(call, answer, ({ token }, signal) => this.#rawRequest(token, signal, request));
  }

  /** The errors of a 207, each about some records of the batch. */
  recordErrors(errors: readonly unknown[]): HubspotError[] {
    return errors.map((error) => toRecordError(error, { secrets: this.#sdk === null ? [] : [this.#sdk.token] }));
  }

  /** The token in use now, for the calls that are about it. @throws DeliveryError */
  async token(): Promise<string> {
    return (await this.#pass()).token;
  }

  /** An expired or revoked grant is renewed once; refused again, it needs a person. */
  async #exchange<T>(
    call: CallDescription,
    answer: z.ZodType<T>,
    request: (pass: Pass, signal: AbortSignal) => Promise<unknown>,
  ): Promise<T> {
    await (this.#recalled ??= this.#recall());
    let pass = await this.#pass();
    const attempt = (): Promise<T> =>
      this.context.call(call, (signal) => this.#answered(call, answer, pass, signal, request));
    try {
      return await attempt();
    } catch (error) {
      if (pass.grant === null || !isStaleGrant(error)) throw error;
      pass = await this.#renewed(pass.grant);
      return attempt();
    }
  }

  async #answered<T>(
    call: CallDescription,
    answer: z.ZodType<T>,
    pass: Pass,
    signal: AbortSignal,
    request: (pass: Pass, signal: AbortSignal) => Promise<unknown>,
  ): Promise<T> {
    const isCounted = call.lane !== 'search';
    if (isCounted) this.burst.begin();
    try {
      return answer.parse(await request(pass, signal));
    } catch (thrown) {
      throw toDeliveryError(thrown, {
        repeatable: call.repeatable,
        timedOut: signal.aborted,
        now: this.context.now(),
        timeZone: this.timeZone,
        secrets: [pass.token],
      });
    } finally {
      if (isCounted) this.burst.end();
    }
  }

  /** What an earlier look at the account has found. */
  async #recall(): Promise<void> {
    this.timeZone ??= (await recallFacts(this.context.memory, this.settings))?.timeZone;
  }

  async #pass(): Promise<Pass> {
    if (this.context.grants !== null) return toPass(await this.context.grants.current());
    const { accessToken } = this.settings;
    if (accessToken === undefined)
      throw new DeliveryError(
        'unauthorized',
        'Nobody has connected this account yet: connect it by signing in at HubSpot',
        {
          code: 'NOT_CONNECTED',
        },
      );
    return { token: accessToken, grant: null };
  }

  async #renewed(refused: Grant): Promise<Pass> {
    if (this.context.grants === null) throw new DeliveryError('unauthorized', 'The account has no grant');
    return toPass(await this.context.grants.renew(refused));
  }

  #sdkFor(token: string): Client {
    if (this.#sdk?.token !== token) this.#sdk = { token, client: this.#newSdk(token) };
    return this.#sdk.client;
  }

  #newSdk(accessToken: string): Client {
    return new Client({
      accessToken,
      basePath: this.settings.baseUrl,
      httpAgent: this.#agent,
      numberOfApiCallRetries: 0,
      middleware: [
        {
          pre: (context) => context,
          post: (context) => {
            this.#heard(responseSchema.parse(context).headers);
            return context;
          },
        },
      ],
    });
  }

  #heard(headers: Headers): void {
    this.burst.heard(headers);
    const usage = usageIn(headers, this.context.now(), this.timeZone);
    if (usage !== null) this.context.reportUsage(usage);
  }

  /** The SDK's `apiRequest` neither throws on a status nor uses our agent nor its middleware, so the signal is raced. */
  async #rawRequest(token: string, signal: AbortSignal, request: ApiRequest): Promise<unknown> {
    const { method, path, query, body } = request;
    const exchange = async (): Promise<unknown> => {
      const response = await this.#sdkFor(token).apiRequest({
        method,
        path,
        ...(query === undefined ? {} : { qs: query }),
        ...(body === undefined ? {} : { body }),
      });
      const headers = Object.fromEntries(response.headers);
      this.#heard(headers);
      const parsed = parsedBody(await response.text(), headers);
      if (!response.ok) throw new RequestError(response.status, parsed, headers);
      return parsed;
    };
    return Promise.race([exchange(), aborted(signal)]);
  }
}

const responseSchema = z.object({ headers: z.record(z.string(), z.string()).catch({}).default({}) });

const toPass = (grant: Grant): Pass => ({ token: grant.accessToken, grant });

const isStaleGrant = (error: unknown): boolean =>
  error instanceof DeliveryError &&
  (error.details.code === 'EXPIRED_AUTHENTICATION' || error.details.code === 'INVALID_AUTHENTICATION');

function parsedBody(text: string, headers: Headers): unknown {
  if (text === '') return null;
  return headers['content-type']?.includes('json') === true ? JSON.parse(text) : text;
}
