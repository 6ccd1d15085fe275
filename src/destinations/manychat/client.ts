import { z } from 'zod';
import { DeliveryError } from '../delivery-error.js';
import type { ConnectionContext } from '../destination.js';
import { faultKind, jsonOf, sendJson } from '../http-json.js';
import { type Endpoint, endpoints } from './endpoints.js';
import type { ManychatSettings } from './settings.js';
import { refusalOf } from './to-delivery-error.js';

const fieldSchema = z.object({ id: z.number(), name: z.string(), type: z.string() });
const pageSchema = z.object({ id: z.union([z.number(), z.string()]).transform(String), name: z.string() });
const subscriberSchema = z.object({
  id: z.union([z.string(), z.number()]).transform(String),
  custom_fields: z.array(z.object({ name: z.string(), value: z.json().optional() })).default([]),
  tags: z.array(z.object({ name: z.string() })).default([]),
});
const successSchema = z.object({ status: z.literal('success'), data: z.unknown().optional() });
const flowsSchema = z.object({ flows: z.array(z.object({ ns: z.string(), name: z.string() })) });

export type CustomField = z.output<typeof fieldSchema>;
export type SubscriberInfo = z.output<typeof subscriberSchema>;
export interface FieldWrite {
  readonly field_name: string;
  readonly field_value: string | number | boolean | null;
}

/** ManyChat's public API, as far as we use it. There is no SDK. @see https://api.manychat.com/swagger */
export class ManychatClient {
  constructor(
    private readonly settings: ManychatSettings,
    private readonly context: ConnectionContext,
  ) {}

  async page(): Promise<z.output<typeof pageSchema>> {
    return pageSchema.parse(await this.#ask('page.getInfo'));
  }

  async fields(): Promise<readonly CustomField[]> {
    return z.array(fieldSchema).parse(await this.#ask('page.getCustomFields'));
  }

  async flows(): Promise<readonly { readonly ns: string; readonly name: string }[]> {
    return flowsSchema.parse(await this.#ask('page.getFlows')).flows;
  }

  async createField(caption: string, type: string): Promise<void> {
    await this.#ask('page.createCustomField', { caption, type });
  }

  async createTag(name: string): Promise<void> {
    await this.#ask('page.createTag', { name });
  }

  async subscriber(id: string): Promise<SubscriberInfo> {
    return subscriberSchema.parse(await this.#ask('subscriber.getInfo', { subscriber_id: id }));
  }

  async setFields(id: string, fields: readonly FieldWrite[]): Promise<void> {
    await this.#ask('subscriber.setCustomFields', { subscriber_id: id, fields });
  }

  async addTag(id: string, name: string): Promise<void> {
    await this.#ask('subscriber.addTagByName', { subscriber_id: id, tag_name: name });
  }

  async removeTag(id: string, name: string): Promise<void> {
    await this.#ask('subscriber.removeTagByName', { subscriber_id: id, tag_name: name });
  }

  async sendFlow(id: string, ns: string): Promise<void> {
    await this.#ask('sending.sendFlow', { subscriber_id: id, flow_ns: ns });
  }

  async sendContent(id: string, data: unknown, messageTag: string | undefined): Promise<void> {
    await this.#ask('sending.sendContent', {
      subscriber_id: id,
      data,
      ...(messageTag !== undefined && { message_tag: messageTag }),
    });
  }

  /** @returns `data` of the answer @throws DeliveryError */
  #ask(endpoint: Endpoint, body: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const { method, path, repeatable } = endpoints[endpoint];
    const query = method === 'GET' && Object.keys(body).length > 0 ? `?${queryOf(body)}` : '';
    const request = {
      method,
      url: `${this.settings.baseUrl}${path}${query}`,
      headers: { authorization: `Bearer ${this.settings.apiKey}` },
      ...(method === 'POST' && { body }),
    };
    const call = { operation: endpoint, lane: endpoint, repeatable };
    return sendJson(this.context, call, request, (answer) => {
      const refusal = refusalOf(answer, call);
      if (refusal !== null) throw refusal;
      const said = successSchema.safeParse(jsonOf(answer.text));
      if (said.success) return said.data.data;
      throw new DeliveryError(faultKind(repeatable), `${endpoint}: an answer that cannot be read`, {
        code: 'UNREADABLE_ANSWER',
      });
    });
  }
}

const queryOf = (values: Readonly<Record<string, unknown>>): string =>
  new URLSearchParams(
    Object.entries(values).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
