import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { fieldTypes, type Subscriber } from './page-state.js';
import type { Page } from './page.js';
import { Problem, problems } from './problem.js';
import type { RateLimits } from './rate-limits.js';

type Body = Readonly<Record<string, unknown>>;
const bodySchema = z.record(z.string(), z.unknown()).catch({});
const fieldSchema = z.looseObject({
  field_id: z.number().optional(),
  field_name: z.string().optional(),
  field_value: z.unknown(),
});
const mostFields = 20;

/** What each call answers in `data`; undefined: nothing but its status. */
type Call = (page: Page, body: Body, limits: RateLimits) => unknown;

const reads: Readonly<Record<string, Call>> = {
  '/fb/page/getInfo': ({ state }) => ({
    ...state.page,
    category: 'Shopping',
    avatar_link: null,
    username: 'acme',
    timezone: 'UTC',
  }),
  '/fb/page/getTags': ({ state }) => state.tags,
  '/fb/page/getCustomFields': ({ state }) => state.fields,
  '/fb/page/getFlows': ({ state }) => ({ flows: state.flows, folders: [] }),
  '/fb/subscriber/getInfo': (page, { subscriber_id: id }) => info(page, page.subscriber(id)),
  '/fb/subscriber/findBySystemField': (page, { email, phone }) => {
    const found = page.state.subscribers.find(
      (each) => (email !== undefined && each.email === email) || (phone !== undefined && each.phone === phone),
    );
    return found === undefined ? {} : info(page, found);
  },
};

const writes: Readonly<Record<string, Call>> = {
  '/fb/page/createTag': (page, { name }) => ({ tag: { id: page.createTag(name), name } }),
  '/fb/page/createCustomField': (page, { caption, type, description }) => ({
    field: page.createField(
      caption,
      z.enum(fieldTypes).catch('text').parse(type),
      z.string().catch('').parse(description),
    ),
  }),
  '/fb/subscriber/addTag': (page, body) => addTag(page, body, page.tag({ id: body.tag_id })),
  '/fb/subscriber/addTagByName': (page, body) => addTag(page, body, page.tag({ name: body.tag_name })),
  '/fb/subscriber/removeTag': (page, body) => removeTag(page, body, page.tag({ id: body.tag_id })),
  '/fb/subscriber/removeTagByName': (page, body) => removeTag(page, body, page.tag({ name: body.tag_name })),
  '/fb/subscriber/setCustomFieldByName': (page, body) => {
    page.setField(page.subscriber(body.subscriber_id), { name: body.field_name }, body.field_value);
  },
  '/fb/subscriber/setCustomFields': (page, body) => {
    const fields = z.array(fieldSchema).catch([]).parse(body.fields);
    if (fields.length > mostFields) throw problems.tooManyFields();
    const subscriber = page.subscriber(body.subscriber_id);
    for (const { field_id: id, field_name: name, field_value: value } of fields)
      page.setField(subscriber, { id, name }, value);
  },
  '/fb/sending/sendFlow': (page, body, limits) => {
    const subscriber = page.subscriber(body.subscriber_id);
    limits.countFlow(subscriber.id);
    page.sendFlow(subscriber, body.flow_ns);
  },
  '/fb/sending/sendContent': (page, body) => {
    const content = z.json().parse(body.data ?? null);
    page.sendContent(
      page.subscriber(body.subscriber_id),
      content,
      z.string().nullable().catch(null).parse(body.message_tag),
    );
  },
};

function addTag(page: Page, body: Body, tag: number): void {
  const subscriber = page.subscriber(body.subscriber_id);
  if (!subscriber.tags.includes(tag)) subscriber.tags.push(tag);
}

function removeTag(page: Page, body: Body, tag: number): void {
  const subscriber = page.subscriber(body.subscriber_id);
  subscriber.tags = subscriber.tags.filter((each) => each !== tag);
}

/** The contact in the API's own shape: fields as a list, tags included. */
const info = ({ state }: Page, subscriber: Subscriber): object => ({
  id: subscriber.id,
  page_id: String(state.page.id),
  first_name: subscriber.first_name,
  last_name: subscriber.last_name,
  email: subscriber.email,
  phone: subscriber.phone,
  whatsapp_phone: subscriber.whatsapp_phone,
  last_interaction: subscriber.last_interaction,
  custom_fields: state.fields.map((field) => ({ ...field, value: subscriber.fields[String(field.id)] ?? null })),
  tags: state.tags.filter(({ id }) => subscriber.tags.includes(id)),
});

export function registerRoutes(app: FastifyInstance, page: Page, limits: RateLimits): void {
  const register = (method: 'GET' | 'POST', calls: Readonly<Record<string, Call>>): void => {
    for (const [url, call] of Object.entries(calls))
      app.route({
        method,
        url,
        handler: (request, reply) =>
          answer(page, reply, () => {
            guard(page, request);
            limits.count(url);
            return call(page, bodySchema.parse(method === 'GET' ? request.query : request.body), limits);
          }),
      });
  };
  register('GET', reads);
  register('POST', writes);
}

function guard({ state }: Page, request: FastifyRequest): void {
  if (request.headers.authorization !== `Bearer ${state.apiKey}`) throw problems.wrongKey();
}

function answer({ state }: Page, reply: FastifyReply, act: () => unknown): FastifyReply {
  try {
    const data = act();
    return reply.send({ status: 'success', ...(data !== undefined && { data }) });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const isHidden = state.behaviour.errorsAreOk && error.status === 400;
    return reply.code(isHidden ? 200 : error.status).send(error.body);
  }
}
