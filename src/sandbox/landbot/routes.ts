import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Customer } from './account.js';
import { type Desk, done, pathSchema, refused } from './desk.js';

const fieldBody = z.object({ type: z.string(), value: z.union([z.string(), z.number(), z.boolean()]) });
const anyBody = z.record(z.string(), z.json()).catch({});
const optInQuery = z.object({ phone: z.string() });

/** The calls we know of. @see https://dev.landbot.io */
export function registerRoutes(app: FastifyInstance, desk: Desk): void {
  app.get(
    '/v1/channels',
    desk.guarded(() => {
      const { channels } = desk.account;
      return { status: 200, body: { success: true, total: channels.length, channels } };
    }),
  );
  app.get(
    '/v1/customers',
    desk.guarded(() => {
      const { customers } = desk.account;
      const shown = customers.slice(0, 20).map(present);
      return { status: 200, body: { success: true, total: customers.length, customers: shown } };
    }),
  );
  app.get(
    '/v1/customers/:id',
    desk.forCustomer((customer) => ({ status: 200, body: { success: true, customer: present(customer) } })),
  );
  app.put(
    '/v1/customers/:id/fields/:name',
    desk.forCustomer((customer, request) => {
      const body = fieldBody.safeParse(request.body);
      if (!body.success) return refused(422, 'value', 'This field is required.');
      customer.fields[pathSchema.parse(request.params).name] = body.data.value;
      return done;
    }),
  );
  registerMessages(app, desk);
}

function registerMessages(app: FastifyInstance, desk: Desk): void {
  app.put(
    '/v1/customers/:id/assign_bot/:bot',
    desk.forCustomer((customer, request) => {
      customer.bot = pathSchema.parse(request.params).bot;
      return desk.receive(customer, 'bot', { bot: customer.bot, ...anyBody.parse(request.body) });
    }),
  );
  app.post(
    '/v1/customers/:id/:what',
    desk.forCustomer((customer, request) => {
      const how = /^send_(text|image|template)$/.exec(pathSchema.parse(request.params).what)?.[1];
      if (how === undefined) return refused(404, 'detail', 'Not found.');
      const content = anyBody.parse(request.body);
      if (how === 'text' && typeof content.message !== 'string')
        return refused(422, 'message', 'This field is required.');
      return desk.receive(customer, how, content);
    }),
  );
  app.post(
    '/wa/opt_in',
    desk.guarded((request) => {
      desk.account.optIns.push(optInQuery.parse(request.query).phone);
      return done;
    }),
  );
}

const present = ({ id, fields, bot }: Customer): object => ({ id: Number(id), ...fields, bot_id: bot });
