import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { SandboxClock } from '../emulator.js';
import { type Account, type Customer, freshAccount } from './account.js';

const callsPerSecond = 10;

/** What a call is answered. */
export interface Answer {
  readonly status: number;
  readonly body: object;
}

export const pathSchema = z.object({
  id: z.string().default(''),
  name: z.string().default(''),
  bot: z.string().default(''),
  what: z.string().default(''),
});
export const done: Answer = { status: 200, body: { success: true } };
export const refused = (status: number, field: string, said: string): Answer => ({
  status,
  body: { errors: { [field]: [said] } },
});

/** One Landbot account behind its API: who may come in, how often, and who is spoken of. */
export class Desk {
  account: Account = freshAccount();
  #limited = false;
  #recent: number[] = [];

  constructor(private readonly clock: SandboxClock) {}

  limit(limited: boolean): void {
    this.#limited = limited;
    this.#recent = [];
  }

  /** A handler that answers only who may come in. */
  guarded(act: (request: FastifyRequest) => Answer) {
    return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
      const { status, body } = this.#refusal(request) ?? act(request);
      return reply.code(status).send(body);
    };
  }

  /** A handler about the customer whose id is in the path. */
  forCustomer(act: (customer: Customer, request: FastifyRequest) => Answer) {
    return this.guarded((request) => {
      const customer = this.#customer(pathSchema.parse(request.params).id);
      return customer === null ? refused(404, 'detail', 'Not found.') : act(customer, request);
    });
  }

  /** The customer gets something; blocked ones do not. */
  receive(customer: Customer, how: string, content: Customer['received'][number]['content']): Answer {
    if (customer.blocked) return refused(412, 'customer', 'The customer is blocked');
    customer.received.push({ at: this.clock.now().toISOString(), how, content });
    return done;
  }

  #refusal(request: FastifyRequest): Answer | null {
    if (request.headers.authorization !== `Token ${this.account.token}`)
      return refused(401, 'detail', 'Invalid token.');
    const nowMs = this.clock.now().getTime();
    this.#recent = this.#recent.filter((atMs) => atMs > nowMs - 1_000);
    if (this.#limited && this.#recent.length >= callsPerSecond) return refused(429, 'rate', 'Too many requests');
    this.#recent.push(nowMs);
    return null;
  }

  /** Made if it is not there and the account is set so; null: Landbot does not know it. */
  #customer(id: string): Customer | null {
    const known = this.account.customers.find((each) => each.id === id);
    if (known !== undefined) return known;
    if (!this.account.behaviour.makesCustomers || !/^\d{1,15}$/.test(id)) return null;
    const made: Customer = { id, fields: {}, bot: null, blocked: false, received: [] };
    this.account.customers.push(made);
    return made;
  }
}
