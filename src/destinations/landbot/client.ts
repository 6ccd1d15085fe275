import { z } from 'zod';
import type { ConnectionContext } from '../destination.js';
import { type JsonRequest, sendJson } from '../http-json.js';
import type { LandbotField } from './field-value.js';
import type { LandbotSettings } from './settings.js';
import { accepted } from './to-delivery-error.js';

const customerSchema = z.looseObject({ id: z.union([z.string(), z.number()]).transform(String) });
const channelsSchema = z.object({ total: z.number().default(0) });
const customersSchema = z.object({ customers: z.array(customerSchema).default([]) });

export type Customer = z.output<typeof customerSchema>;

interface Call {
  readonly operation: string;
  readonly method: JsonRequest['method'];
  /** With its slash at the end: Landbot redirects without it, and the body is lost. */
  readonly path: string;
  readonly repeatable: boolean;
  readonly body?: unknown;
}

/** Landbot's platform API, as far as we use it. There is no SDK. @see https://dev.landbot.io */
export class LandbotClient {
  constructor(
    private readonly settings: LandbotSettings,
    private readonly context: ConnectionContext,
  ) {}

  async channels(): Promise<number> {
    return channelsSchema.parse(await this.#read('channels.list', '/channels/')).total;
  }

  async customer(id: string): Promise<Customer> {
    return z
      .union([z.object({ customer: customerSchema }).transform(({ customer }) => customer), customerSchema])
      .parse(await this.#read('customers.get', `/customers/${encodeURIComponent(id)}/`));
  }

  async someCustomer(): Promise<Customer | null> {
    const { customers } = customersSchema.parse(await this.#read('customers.list', '/customers/?offset=0&limit=1'));
    return customers[0] ?? null;
  }

  async setField(id: string, name: string, { type, value }: LandbotField): Promise<void> {
    const path = `/customers/${encodeURIComponent(id)}/fields/${encodeURIComponent(name)}/`;
    await this.#ask({
      operation: 'customers.setField',
      method: 'PUT',
      path,
      repeatable: true,
      body: { type, extra: {}, value },
    });
  }

  async assignBot(id: string, bot: string, node: string | undefined): Promise<void> {
    await this.#ask({
      operation: 'customers.assignBot',
      method: 'PUT',
      path: `/customers/${encodeURIComponent(id)}/assign_bot/${encodeURIComponent(bot)}/`,
      repeatable: false,
      body: { launch: true, ...(node !== undefined && { node }) },
    });
  }

  async send(id: string, what: 'text' | 'image' | 'template', body: object): Promise<void> {
    const path = `/customers/${encodeURIComponent(id)}/send_${what}/`;
    await this.#ask({ operation: `customers.send_${what}`, method: 'POST', path, repeatable: false, body });
  }

  /** Registers that the number may be written to on WhatsApp. */
  async optIn(phone: string, url: string): Promise<void> {
    const request = {
      method: 'POST',
      url: url.replace('{phone}', encodeURIComponent(phone)),
      ...this.#headers,
    } as const;
    const call = { operation: 'optIn', repeatable: true };
    await sendJson(this.context, call, request, (answer) => accepted(answer, call));
  }

  #read(operation: string, path: string): Promise<unknown> {
    return this.#ask({ operation, method: 'GET', path, repeatable: true });
  }

  #ask({ operation, method, path, repeatable, body }: Call): Promise<unknown> {
    const request = { method, url: `${this.settings.baseUrl}/v1${path}`, ...this.#headers, body };
    const call = { operation, repeatable };
    return sendJson(this.context, call, request, (answer) => accepted(answer, call));
  }

  /** The word is Token, not Bearer. */
  get #headers() {
    return { headers: { authorization: `Token ${this.settings.agentToken}` } } as const;
  }
}
