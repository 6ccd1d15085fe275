import { Client } from '@hubspot/api-client';
import { z } from 'zod';
import type { CallDescription, ConnectionContext } from '../destination.js';
import { abortableAgent, abortableBy } from './abortable-agent.js';
import { type Option, type Property, propertySchema } from './property.js';
import type { HubspotSettings } from './settings.js';
import { type HubspotError, toDeliveryError, toRecordError } from './to-delivery-error.js';

export interface UpdateInput {
  readonly remoteId: string;
  readonly traceId: string;
  readonly properties: Readonly<Record<string, string>>;
}

export interface UpsertInput {
  readonly key: string;
  readonly traceId: string;
  readonly properties: Readonly<Record<string, string>>;
}

const contactSchema = z.object({
  id: z.string(),
  properties: z.record(z.string(), z.string().nullable()).default({}),
});
const upsertedSchema = contactSchema
  // The SDK renames `new`, a reserved word.
  .extend({ _new: z.boolean(), objectWriteTraceId: z.string().optional() })
  .transform(({ _new, objectWriteTraceId, ...contact }) => ({ ...contact, isNew: _new, traceId: objectWriteTraceId }));
const updatedSchema = contactSchema
  .extend({ objectWriteTraceId: z.string().optional() })
  .transform(({ objectWriteTraceId, ...contact }) => ({ ...contact, isNew: false, traceId: objectWriteTraceId }));
const errorsSchema = z.array(z.unknown()).default([]);

const upsertAnswerSchema = z.object({ results: z.array(upsertedSchema).default([]), errors: errorsSchema });
const updateAnswerSchema = z.object({ results: z.array(updatedSchema).default([]), errors: errorsSchema });
const readAnswerSchema = z.object({ results: z.array(contactSchema).default([]), errors: errorsSchema });
const propertiesAnswerSchema = z.object({ results: z.array(propertySchema) });
const tokenInfoSchema = z.object({ hubId: z.coerce.string(), scopes: z.array(z.string()) });

export type Contact = z.infer<typeof contactSchema>;
export type UpsertedContact = z.infer<typeof upsertedSchema>;
export interface UpsertAnswer {
  readonly results: readonly UpsertedContact[];
  /** Those of a 207: each concerns records of the batch. */
  readonly errors: readonly HubspotError[];
}
export type TokenInfo = z.infer<typeof tokenInfoSchema>;

/**
 * The calls we make to one account. Only this file knows the SDK; its own retries and limiter stay off, because they live in
 * a singleton that all accounts would share.
 *
 * Every method throws DeliveryError.
 */
export class HubspotClient {
  readonly #sdk: Client;

  constructor(
    private readonly settings: HubspotSettings,
    private readonly context: ConnectionContext,
  ) {
    this.#sdk = new Client({
      accessToken: settings.accessToken,
      basePath: settings.baseUrl,
      httpAgent: abortableAgent(settings.baseUrl),
      numberOfApiCallRetries: 0,
    });
  }

  /** At most 100. The answer's order is not that of the inputs. @see https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide */
  async upsertContacts(idProperty: string, inputs: readonly UpsertInput[]): Promise<UpsertAnswer> {
    const body = inputs.map(({ key, traceId, properties }) => ({
      id: key,
      idProperty,
      objectWriteTraceId: traceId,
      properties: { ...properties },
    }));
    const { results, errors } = await this.#send(
      { operation: 'contacts.batchUpsert', records: inputs.length, repeatable: true },
      upsertAnswerSchema,
      () => this.#sdk.crm.contacts.batchApi.upsert({ inputs: body }),
    );
    return { results, errors: this.#recordErrors(errors) };
  }

  /** At most 100, by record id; those that are not there are told in `errors`. */
  async updateContacts(inputs: readonly UpdateInput[]): Promise<UpsertAnswer> {
    const body = inputs.map(({ remoteId, traceId, properties }) => ({
      id: remoteId,
      objectWriteTraceId: traceId,
      properties: { ...properties },
    }));
    const { results, errors } = await this.#send(
      { operation: 'contacts.batchUpdate', records: inputs.length, repeatable: true },
      updateAnswerSchema,
      () => this.#sdk.crm.contacts.batchApi.update({ inputs: body }),
    );
    return { results, errors: this.#recordErrors(errors) };
  }

  /** At most 100, by a unique property or, with null, by record id. Contacts that are not there are missing in the answer. */
  async readContacts(
    idProperty: string | null,
    keys: readonly string[],
    properties: readonly string[],
  ): Promise<Contact[]> {
    const body = {
      ...(idProperty === null ? {} : { idProperty }),
      inputs: keys.map((id) => ({ id })),
      properties: [...properties],
      propertiesWithHistory: [],
    };
    const { results } = await this.#send(
      { operation: 'contacts.batchRead', records: keys.length, repeatable: true },
      readAnswerSchema,
      () => this.#sdk.crm.contacts.batchApi.read(body),
    );
    return results;
  }

  async properties(): Promise<Property[]> {
    const { results } = await this.#send(
      { operation: 'properties.getAll', repeatable: true },
      propertiesAnswerSchema,
      () => this.#sdk.crm.properties.coreApi.getAll('contacts'),
    );
    return results;
  }

  property(name: string): Promise<Property> {
    return this.#send({ operation: 'properties.get', repeatable: true }, propertySchema, () =>
      this.#sdk.crm.properties.coreApi.getByName('contacts', name),
    );
  }

  /** Replaces the whole list: whatever is missing in it is gone. */
  setOptions(name: string, options: readonly Option[]): Promise<Property> {
    const body = { options: options.map(toOptionInput) };
    return this.#send({ operation: 'properties.update', repeatable: true }, propertySchema, () =>
      this.#sdk.crm.properties.coreApi.update('contacts', name, body),
    );
  }

  /** Whose token it is and what it may do; not in the SDK. @see https://developers.hubspot.com/docs/apps/legacy-apps/private-apps/overview */
  tokenInfo(): Promise<TokenInfo> {
    return this.#send({ operation: 'account.tokenInfo', repeatable: true }, tokenInfoSchema, (signal) =>
      this.#request(signal, 'POST', '/oauth/v2/private-apps/get/access-token-info', {
        tokenKey: this.settings.accessToken,
      }),
    );
  }

  #recordErrors(errors: readonly unknown[]): HubspotError[] {
    return errors.map((error) => toRecordError(error, { secret: this.settings.accessToken }));
  }

  #send<T>(
    call: CallDescription,
    answer: z.ZodType<T>,
    request: (signal: AbortSignal) => Promise<unknown>,
  ): Promise<T> {
    return this.context.call(call, async (signal) => {
      try {
        return answer.parse(await abortableBy(signal, () => request(signal)));
      } catch (thrown) {
        throw toDeliveryError(thrown, {
          repeatable: call.repeatable,
          timedOut: signal.aborted,
          now: this.context.now(),
          timeZone: this.settings.timeZone,
          secret: this.settings.accessToken,
        });
      }
    });
  }

  /** For calls the SDK does not have. Its `apiRequest` neither throws on a status nor uses our agent, so the signal is raced. */
  async #request(signal: AbortSignal, method: string, path: string, body: unknown): Promise<unknown> {
    const aborted = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('Given up')), { once: true });
    });
    const exchange = async (): Promise<unknown> => {
      const response = await this.#sdk.apiRequest({ method, path, body });
      const text = await response.text();
      const json = response.headers.get('content-type')?.includes('json') ?? false;
      const parsed: unknown = json ? JSON.parse(text) : text;
      if (!response.ok) throw new RequestError(response.status, parsed, Object.fromEntries(response.headers));
      return parsed;
    };
    return Promise.race([exchange(), aborted]);
  }
}

/** Of the same shape as the SDK's `ApiException`. */
class RequestError extends Error {
  constructor(
    readonly code: number,
    readonly body: unknown,
    readonly headers: Readonly<Record<string, string>>,
  ) {
    super(`HTTP ${String(code)}`);
  }
}

const toOptionInput = ({ label, value, hidden, displayOrder, description }: Option) => ({
  label,
  value,
  hidden,
  ...(displayOrder === undefined ? {} : { displayOrder }),
  ...(description === undefined ? {} : { description }),
});
